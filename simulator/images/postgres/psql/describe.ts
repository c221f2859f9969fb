import type { ShownTable, TableStyle } from './table-text';
import { tableText } from './table-text';

type Ask = (sql: string) => Promise<(string | null)[][]>;

const left = (name: string) => ({ name, right: false });
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** What \l shows between encoding and privileges, by the first version that does so. */
const localeColumns: [major: number, names: string[]][] = [
  [17, ['Locale Provider', 'Collate', 'Ctype', 'Locale', 'ICU Rules']],
  [16, ['Locale Provider', 'Collate', 'Ctype', 'ICU Locale', 'ICU Rules']],
  [15, ['Collate', 'Ctype', 'ICU Locale', 'Locale Provider']],
  [0, ['Collate', 'Ctype']],
];

/** \l */
export async function listDatabases(ask: Ask, user: string, major: number): Promise<ShownTable> {
  const rows = await ask("SELECT name, owner FROM psql.owners WHERE kind = 'database' ORDER BY name");
  const locale = localeColumns.find(([from]) => major >= from)?.[1] ?? [];
  const values: Record<string, string> = {
    'Locale Provider': 'libc',
    Collate: 'en_US.utf8',
    Ctype: 'en_US.utf8',
  };
  return {
    title: 'List of databases',
    columns: ['Name', 'Owner', 'Encoding', ...locale, 'Access privileges'].map(left),
    rows: rows.map(([name = '', owner = '']) => [
      name,
      owner,
      'UTF8',
      ...locale.map((column) => values[column] ?? null),
      /^template/.test(name ?? '') ? `=c/${user}\n${user}=CTc/${user}` : null,
    ]),
  };
}

/** \du */
export async function listRoles(ask: Ask, major: number): Promise<ShownTable> {
  const rows = await ask('SELECT name, attributes FROM psql.roles');
  const members = major < 16;
  return {
    title: 'List of roles',
    columns: ['Role name', 'Attributes', ...(members ? ['Member of'] : [])].map(left),
    rows: rows.map(([name = '', attributes = '']) => [name, attributes, ...(members ? ['{}'] : [])]),
    footer: '',
  };
}

/** \dn */
export function listSchemas(): ShownTable {
  return {
    title: 'List of schemas',
    columns: ['Name', 'Owner'].map(left),
    rows: [['public', 'pg_database_owner']],
  };
}

/** Letters that follow \d, and the kinds that they ask for. */
const kinds: Record<string, string> = { t: 'table', s: 'sequence', i: 'index' };

/** \dt, \ds, \di, or \d for tables and sequences; undefined when there is nothing. `pattern` may hold `*` and `?`. */
export async function listRelations(
  ask: Ask,
  letters: string,
  pattern: string,
  major: number,
): Promise<ShownTable | undefined> {
  const wanted = letters === '' ? ['table', 'sequence'] : [...letters].map((letter) => kinds[letter] ?? '');
  const like = pattern
    .replace(/^public\./, '')
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
  const rows = await ask(
    `SELECT name, kind, owner, tablename FROM psql.owners WHERE kind IN (${wanted.map(quote).join(', ')})${like === '' ? '' : ` AND name LIKE ${quote(like)}`} ORDER BY name`,
  );
  if (rows.length === 0) return undefined;
  const only = wanted.length === 1 ? wanted[0] : undefined;
  const titles: Record<string, string> = { table: 'tables', sequence: 'sequences', index: 'indexes' };
  const ofIndexes = wanted.includes('index');
  return {
    title: `List of ${(major >= 18 ? titles[only ?? ''] : undefined) ?? 'relations'}`,
    columns: ['Schema', 'Name', 'Type', 'Owner', ...(ofIndexes ? ['Table'] : [])].map(left),
    rows: rows.map(([name = '', kind = '', owner = '', table = '']) => [
      'public',
      name,
      kind,
      owner,
      ...(ofIndexes ? [table] : []),
    ]),
  };
}

/** \d NAME; undefined when there is no such table. */
export async function describeTable(ask: Ask, name: string, style: TableStyle): Promise<string | undefined> {
  const table = name.replace(/^public\./, '').replace(/^"(.*)"$/, '$1');
  const columns = await ask(
    `SELECT name, type, nullable, preset FROM psql.columns WHERE tablename = ${quote(table)}`,
  );
  if (columns.length === 0) return undefined;
  const lines = await ask(`SELECT line FROM psql.footers WHERE tablename = ${quote(table)}`);
  const text = tableText(
    {
      title: `Table "public.${table}"`,
      columns: ['Column', 'Type', 'Collation', 'Nullable', 'Default'].map(left),
      rows: columns.map(([column = '', type = '', nullable = '', preset = '']) => [
        column,
        type,
        '',
        nullable,
        preset,
      ]),
      footer: '',
    },
    style,
  );
  return `${text.replace(/\n$/, '')}${lines.map(([line]) => `${line}\n`).join('')}\n`;
}
