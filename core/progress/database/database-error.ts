import { isPodlabError, PodlabError } from '../../errors';

/** SQLite's and PostgreSQL's refusals that an operator can do something about: text in the message → what to say. */
const known: { match: RegExp; code: string; message: string; remedy: string }[] = [
  {
    match: /SQLITE_FULL|database or disk is full|ENOSPC|No space left/i,
    code: 'data-folder-full',
    message: 'The disk that holds Podlab’s data is full.',
    remedy: 'Free some space, or set PODLAB_DATA to a folder on another disk, and try again.',
  },
  {
    match: /SQLITE_READONLY|readonly database|EROFS|EACCES|EPERM|read-only file system/i,
    code: 'data-folder-read-only',
    message: 'Podlab may not write to its database.',
    remedy: 'Make the data folder writable for this user, or set PODLAB_DATA to one that is.',
  },
  {
    match:
      /SQLITE_CANTOPEN|Unable to open connection to local|unable to open database file|EISDIR|ENOTDIR|EEXIST/i,
    code: 'data-folder-unusable',
    message: 'Podlab cannot open its database file.',
    remedy: 'Look at the data folder, or set PODLAB_DATA to another one.',
  },
  {
    match: /SQLITE_NOTADB|file is not a database|SQLITE_CORRUPT|malformed/i,
    code: 'database-damaged',
    message: 'The database file is damaged, or is no database.',
    remedy: 'Restore it from a backup, or move it away to start with an empty one.',
  },
  {
    match: /SQLITE_BUSY|database is locked/i,
    code: 'database-busy',
    message: 'Another program keeps Podlab’s database locked.',
    remedy: 'End what works on the database file (a backup, a database browser), and try again.',
  },
  {
    match: /self[- ]signed certificate|unable to verify|CERT_|certificate has expired|altnames/i,
    code: 'database-certificate',
    message: 'The database’s certificate cannot be checked.',
    remedy:
      'Name its authority’s certificate in NODE_EXTRA_CA_CERTS, or put sslmode=require into DATABASE_URL to encrypt without checking.',
  },
  {
    match: /no encryption|SSL off|does not support SSL/i,
    code: 'database-encryption',
    message: 'The database and Podlab do not agree on whether to encrypt.',
    remedy: 'Put sslmode=require into DATABASE_URL, or sslmode=disable where the database has no TLS.',
  },
  {
    match: /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|timeout|Can't reach|P1001|terminated/i,
    code: 'database-unreachable',
    message: 'The database does not answer.',
    remedy: 'Start it, and check the host and port in DATABASE_URL.',
  },
  {
    match: /password authentication|role .* does not exist|28P01|28000|P1000|AuthenticationFailed/i,
    code: 'database-refused',
    message: 'The database refuses the user or password.',
    remedy: 'Check the user and password in DATABASE_URL.',
  },
  {
    match: /database .* does not exist|3D000|P1003|DatabaseDoesNotExist/i,
    code: 'database-missing',
    message: 'The database named in DATABASE_URL does not exist.',
    remedy: 'Create it (for example with createdb) and try again.',
  },
];

/** What a failed query means to a person. Never carries the URL, which may hold a password. */
export function databaseError(error: unknown, url = ''): PodlabError {
  if (isPodlabError(error)) return error;
  const text = describeError(error);
  const found = known.find(({ match }) => match.test(text));
  if (found) return new PodlabError(found.code, found.message, found.remedy, 503, { cause: error });
  const what = url.startsWith('file:') ? 'the database file' : 'the database';
  return new PodlabError(
    'database-failed',
    `Podlab could not use ${what}.`,
    'Look at the server log for the cause.',
    503,
    { cause: error },
  );
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, meta, cause } = error as { code?: unknown; meta?: unknown; cause?: unknown };
  return [error.name, error.message, code, meta && JSON.stringify(meta), cause && describeError(cause)]
    .filter(Boolean)
    .join(' ');
}
