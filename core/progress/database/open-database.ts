import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaClient } from '../../../prisma/generated/sqlite/client';
import { PodlabError } from '../../errors';
import { applyMigrations } from './apply-migrations';
import { databaseError } from './database-error';

/** The one client type in the code: both generated clients have the same models and differ in their SQL alone. */
export type DatabaseClient = PrismaClient;

export interface Database {
  readonly client: DatabaseClient;
  readonly provider: 'sqlite' | 'postgresql';
  /** Rejects with PodlabError when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgresql://…`, or `file:/absolute/path` for SQLite. */
  url: string;
  /** Folder that holds `sqlite/migrations` and `postgresql/migrations`. */
  prismaFolder: string;
}

/**
 * Opens the database and brings it up to the code's schema. Throws PodlabError: `database-newer`,
 * `database-migration-failed`, `data-folder-full`, `data-folder-read-only`, `database-unreachable`.
 */
export async function openDatabase({ url, prismaFolder }: DatabaseOptions): Promise<Database> {
  const provider = /^postgres(ql)?:/.test(url) ? 'postgresql' : 'sqlite';
  let client: DatabaseClient | undefined;
  try {
    const adapter = provider === 'sqlite' ? await sqliteAdapter(url) : await postgresqlAdapter(url);
    const opened = await createClient(provider, adapter);
    client = opened;
    if (provider === 'sqlite') await opened.$queryRawUnsafe('PRAGMA journal_mode = WAL');
    else await makeSchema(opened, url);
    await applyMigrations({
      client: opened,
      adapter,
      provider,
      folder: `${prismaFolder}/${provider}/migrations`,
    });
    return {
      client: opened,
      provider,
      async ping() {
        try {
          await opened.$queryRawUnsafe('SELECT 1');
        } catch (error) {
          throw databaseError(error, url);
        }
      },
      close: () => opened.$disconnect(),
    };
  } catch (error) {
    await client?.$disconnect().catch(() => {});
    throw databaseError(error, url);
  }
}

async function createClient(
  provider: Database['provider'],
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<DatabaseClient> {
  if (provider === 'sqlite') return new PrismaClient({ adapter });
  const { PrismaClient: PostgresqlClient } = await import('../../../prisma/generated/postgresql/client');
  return new PostgresqlClient({ adapter }) as unknown as DatabaseClient;
}

async function sqliteAdapter(url: string): Promise<SqlMigrationAwareDriverAdapterFactory> {
  const { PrismaLibSql } = await import('@prisma/adapter-libsql');
  mkdirSync(dirname(url.replace(/^file:/, '')), { recursive: true });
  return new PrismaLibSql({ url, timeout: 5000 });
}

async function postgresqlAdapter(url: string): Promise<SqlMigrationAwareDriverAdapterFactory> {
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { hostname, port, pathname, username, password, searchParams } = new URL(url);
  const schema = schemaOf(url);
  // Fields, not a connection string: given one, the adapter would take the real database for its shadow.
  return new PrismaPg(
    {
      // A URL writes an IPv6 address in brackets.
      host: searchParams.get('host') ?? hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || 5432),
      database: decodeURIComponent(pathname.slice(1)),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password) || undefined,
      ssl: sslOption(searchParams.get('sslmode')),
      connectionTimeoutMillis: 5000,
      // Migrations name their tables without a schema.
      ...(schema && { options: `-c search_path="${schema}"` }),
    },
    { schema },
  );
}

/** The schema that a PostgreSQL URL names, as Prisma's URLs do; undefined: the database's own way (`public`). */
function schemaOf(url: string): string | undefined {
  const schema = new URL(url).searchParams.get('schema');
  if (schema === null) return undefined;
  if (/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(schema)) return schema;
  throw new PodlabError(
    'database-schema',
    'The schema in DATABASE_URL is not a plain name.',
    'Use letters, digits and “_” in schema=…, or leave it out.',
    503,
  );
}

/** PostgreSQL's `IF NOT EXISTS` asks for the right to create also where it exists, and lets two servers at once collide. */
async function makeSchema(client: DatabaseClient, url: string): Promise<void> {
  const schema = schemaOf(url);
  if (!schema || (await hasSchema(client, schema))) return;
  try {
    await client.$executeRawUnsafe(`CREATE SCHEMA "${schema}"`);
  } catch (error) {
    if (!(await hasSchema(client, schema))) throw error;
  }
}

async function hasSchema(client: DatabaseClient, schema: string): Promise<boolean> {
  const found = await client.$queryRawUnsafe<unknown[]>(
    'SELECT 1 FROM pg_namespace WHERE nspname = $1',
    schema,
  );
  return found.length > 0;
}

/** libpq's sslmode, as far as a client without certificates of its own can follow it. */
function sslOption(mode: string | null): boolean | { rejectUnauthorized: boolean } {
  if (mode === null || mode === 'disable' || mode === 'prefer' || mode === 'allow') return false;
  return { rejectUnauthorized: mode !== 'require' };
}
