import type { Expr } from 'pgsql-ast-parser';
import type { Database, TableDef } from './catalog';
import type { Query } from './query';
import type { Row } from './scope';
import { type TypeName, type, typeText } from './types';

/** What the views tell beside the tables of the database itself. */
export interface ServerFacts {
  databases: Record<string, { owner: string }>;
  roles: readonly { name: string; attributes: readonly string[] | undefined }[];
  toSql(expression: Expr): string;
}

type View = { columns: Record<string, TypeName>; rows(database: Database, facts: ServerFacts): Row[] };

const defs = (database: Database) =>
  [...database.tables.values()].map(({ def }) => def).sort((a, b) => (a.name < b.name ? -1 : 1));

/** Of the role that initdb makes. */
const superuser: readonly string[] = ['Superuser', 'Create role', 'Create DB', 'Replication', 'Bypass RLS'];

const byName = (roles: ServerFacts['roles']) => [...roles].sort((a, b) => (a.name < b.name ? -1 : 1));

const views: Record<string, View> = {
  'information_schema.tables': {
    columns: { table_catalog: 'name', table_schema: 'name', table_name: 'name', table_type: 'text' },
    rows: (database) => defs(database).map(({ name }) => [database.name, 'public', name, 'BASE TABLE']),
  },
  'information_schema.columns': {
    columns: {
      table_catalog: 'name',
      table_schema: 'name',
      table_name: 'name',
      column_name: 'name',
      ordinal_position: 'integer',
      column_default: 'text',
      is_nullable: 'text',
      data_type: 'text',
      character_maximum_length: 'integer',
    },
    rows: (database, facts) =>
      defs(database).flatMap(({ name, columns }) =>
        columns.map((column, at) => [
          database.name,
          'public',
          name,
          column.name,
          at + 1,
          defaultText(column, facts),
          column.notNull ? 'NO' : 'YES',
          column.type.name,
          column.type.name.startsWith('character') ? (column.type.size?.[0] ?? null) : null,
        ]),
      ),
  },
  'pg_catalog.pg_tables': {
    columns: { schemaname: 'name', tablename: 'name', tableowner: 'name' },
    rows: (database) => defs(database).map(({ name, owner }) => ['public', name, owner]),
  },
  'pg_catalog.pg_indexes': {
    columns: { schemaname: 'name', tablename: 'name', indexname: 'name', indexdef: 'text' },
    rows: (database) =>
      defs(database).flatMap(({ name, unique, indexes }) =>
        [
          ...unique.map((each) => ({ ...each, word: 'UNIQUE INDEX' })),
          ...indexes.map((each) => ({ ...each, word: 'INDEX' })),
        ].map((each) => [
          'public',
          name,
          each.name,
          `CREATE ${each.word} ${each.name} ON public.${name} USING btree (${each.columns.join(', ')})`,
        ]),
      ),
  },
  'pg_catalog.pg_database': {
    columns: { datname: 'name', datallowconn: 'boolean' },
    rows: (_database, { databases }) =>
      Object.keys(databases)
        .sort()
        .map((name) => [name, name !== 'template0']),
  },
  'pg_catalog.pg_roles': {
    columns: { rolname: 'name', rolsuper: 'boolean', rolcanlogin: 'boolean' },
    rows: (_database, { roles }) =>
      byName(roles).map(({ name, attributes = superuser }) => [
        name,
        attributes.includes('Superuser'),
        !attributes.includes('Cannot login'),
      ]),
  },
  'psql.roles': {
    columns: { name: 'name', attributes: 'text' },
    rows: (_database, { roles }) =>
      byName(roles).map(({ name, attributes = superuser }) => [name, attributes.join(', ')]),
  },
  // For \d, \l and \du of this image's psql, whose own queries ask for more of the catalogs than is simulated.
  'psql.columns': {
    columns: { tablename: 'name', name: 'name', type: 'text', nullable: 'text', preset: 'text' },
    rows: (database, facts) =>
      defs(database).flatMap(({ name, columns }) =>
        columns.map((column) => [
          name,
          column.name,
          typeText(column.type),
          column.notNull ? 'not null' : '',
          defaultText(column, facts) ?? '',
        ]),
      ),
  },
  'psql.footers': {
    columns: { tablename: 'name', line: 'text' },
    rows: (database, facts) =>
      defs(database).flatMap((def) => footers(database, def, facts).map((line) => [def.name, line])),
  },
  'psql.owners': {
    columns: { kind: 'text', name: 'name', owner: 'name', tablename: 'name' },
    rows: (database, { databases }) => [
      ...Object.entries(databases)
        .sort()
        .map(([name, { owner }]) => ['database', name, owner, null]),
      ...defs(database).map(({ name, owner }) => ['table', name, owner, null]),
      ...defs(database).flatMap(({ columns, owner }) =>
        columns.flatMap(({ sequence }) => (sequence ? [['sequence', sequence, owner, null]] : [])),
      ),
      ...defs(database).flatMap(({ name, owner, unique, indexes }) =>
        [...unique, ...indexes].map((each) => ['index', each.name, owner, name]),
      ),
    ],
  },
};

/** A system view as a query; undefined when there is none of that name. Names of pg_catalog need no schema. */
export function systemView(
  name: string,
  schema: string | undefined,
  database: Database,
  facts: ServerFacts,
): Query | undefined {
  const view = views[`${schema ?? 'pg_catalog'}.${name}`];
  return (
    view && {
      columns: Object.entries(view.columns).map(([column, of]) => ({ name: column, type: type(of) })),
      rows: () => view.rows(database, facts),
    }
  );
}

function defaultText(column: TableDef['columns'][number], { toSql }: ServerFacts): string | null {
  if (column.sequence !== undefined) return `nextval('${column.sequence}'::regclass)`;
  if (!column.default) return null;
  const text = toSql(column.default)
    .trim()
    .replace(/^\((.*)\)$/s, '$1');
  return column.default.type === 'string' ? `${text}::${column.type.name}` : text;
}

/** What stands under the columns in \d. */
function footers(database: Database, def: TableDef, { toSql }: ServerFacts): string[] {
  const lines: string[] = [];
  const indexes = [
    ...def.unique.map(
      ({ name, columns, primary }) =>
        `    "${name}" ${primary ? 'PRIMARY KEY' : 'UNIQUE CONSTRAINT'}, btree (${columns.join(', ')})`,
    ),
    ...def.indexes.map(({ name, columns }) => `    "${name}" btree (${columns.join(', ')})`),
  ];
  if (indexes.length > 0) lines.push('Indexes:', ...indexes);
  if (def.checks.length > 0)
    lines.push(
      'Check constraints:',
      ...def.checks.map(({ name, expression }) => `    "${name}" CHECK ${toSql(expression)}`),
    );
  const foreign = (each: TableDef['foreign'][number]) =>
    `CONSTRAINT "${each.name}" FOREIGN KEY (${each.columns.join(', ')}) REFERENCES ${each.table}(${each.foreignColumns.join(', ')})${each.onDelete && each.onDelete !== 'no action' ? ` ON DELETE ${each.onDelete.toUpperCase()}` : ''}`;
  if (def.foreign.length > 0)
    lines.push(
      'Foreign-key constraints:',
      ...def.foreign.map((each) => `    ${foreign(each).replace('CONSTRAINT ', '')}`),
    );
  const pointing = defs(database).flatMap((other) =>
    other.foreign
      .filter(({ table }) => table === def.name)
      .map((each) => `    TABLE "${other.name}" ${foreign(each)}`),
  );
  if (pointing.length > 0) lines.push('Referenced by:', ...pointing);
  return lines;
}
