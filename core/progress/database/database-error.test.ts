import { describe, expect, it } from 'vitest';
import { databaseError } from './database-error';

const nested = (message: string) => Object.assign(new Error('query failed'), { cause: new Error(message) });

describe('a failed query, said to a person', () => {
  it.each([
    ['SQLITE_FULL: database or disk is full', 'data-folder-full', /Free some space/],
    ['ENOSPC: no space left on device, write', 'data-folder-full', /Free some space/],
    ['SQLITE_READONLY: attempt to write a readonly database', 'data-folder-read-only', /writable/],
    ['EROFS: read-only file system, mkdir', 'data-folder-read-only', /writable/],
    ['SQLITE_CORRUPT: database disk image is malformed', 'database-damaged', /backup/],
    ['SQLITE_BUSY: database is locked (SocketTimeout)', 'database-busy', /backup/],
    ['self-signed certificate in certificate chain', 'database-certificate', /NODE_EXTRA_CA_CERTS/],
    ['no pg_hba.conf entry for host "10.0.0.1", user "a", no encryption', 'database-encryption', /sslmode/],
    ['The server does not support SSL connections', 'database-encryption', /sslmode/],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'database-unreachable', /Start it/],
    ['password authentication failed for user "podlab"', 'database-refused', /password/],
    ['database "podlab" does not exist', 'database-missing', /createdb/],
    ['something nobody has seen', 'database-failed', /server log/],
  ])('%s → %s', (message, code, remedy) => {
    expect(databaseError(nested(message))).toMatchObject({
      code,
      status: 503,
      remedy: expect.stringMatching(remedy),
    });
  });
});
