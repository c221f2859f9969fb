import type { ShownTable, TableStyle } from './table-text';
import { tableText } from './table-text';

type Ask = (sql: string) => Promise<(string | null)[][]>;

const left = (name: string) => ({ name, right: false });
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** \l */
export async function listDatabases(ask: Ask, user: string): Promise<ShownTable> {
  const rows = await ask("SELECT name, owner FROM psql.owners WHERE kind = 'database' ORDER BY name");
  const names = ['Name', 'Owner', 'Encoding', 'Locale Provider', 'Collate', 'Ctype', 'Access privileges'];
  return {
    title: 'List of databases',
    columns: names.map(left),
    rows: rows.map(([name = '', owner = '']) => [
      name,
      owner,
      'UTF8',
      'libc',
      'en_US.utf8',
      'en_US.utf8',
      /^template/.test(name ?? '') ? `=c/${user}\n${user}=CTc/${user}` : null,
    ]),
  };
}

/** \du */
export async function listRoles(ask: Ask): Promise<ShownTable> {
  const rows = await ask('SELECT rolname FROM pg_roles ORDER BY rolname');
  return {
    title: 'List of roles',
    columns: ['Role name', 'Attributes'].map(left),
    rows: rows.map(([name = '']) => [name, 'Superuser, Create role, Create DB, Replication, Bypass RLS']),
    footer: '',
  };
}

/** \dt, or \d with the sequences; undefined when there is nothing. */
export async function listTables(
  ask: Ask,
  tablesOnly: boolean,
  major: number,
): Promise<ShownTable | undefined> {
  const rows = await ask(
    `SELECT name, kind, owner FROM psql.owners WHERE kind ${tablesOnly ? "= 'table'" : "<> 'database'"} ORDER BY name`,
  );
  if (rows.length === 0) return undefined;
  return {
    title: tablesOnly && major >= 18 ? 'List of tables' : 'List of relations',
    columns: ['Schema', 'Name', 'Type', 'Owner'].map(left),
    rows: rows.map(([name = '', kind = '', owner = '']) => ['public', name, kind, owner]),
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
