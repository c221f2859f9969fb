import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PodlabError } from '../../errors';
import type { Database, DatabaseClient } from './open-database';

interface Options {
  client: DatabaseClient;
  adapter: SqlMigrationAwareDriverAdapterFactory;
  provider: Database['provider'];
  /** Absolute. */
  folder: string;
}

/**
 * Applies what is missing, with Prisma's own engine so that `prisma migrate status` agrees. Does not load the engine
 * when nothing is missing. Refuses a database that knows migrations this code does not have.
 */
export async function applyMigrations({ client, adapter, provider, folder }: Options): Promise<void> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort();
  const applied = await appliedMigrations(client);
  const unknown = applied.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new PodlabError(
      'database-newer',
      `The database was made by a newer Podlab: it has the migration ${unknown[0]}, which this version does not know.`,
      'Update Podlab, or set PODLAB_DATA or DATABASE_URL to another database.',
      503,
    );
  if (names.every((name) => applied.includes(name))) return;

  const { openSchemaEngine } = await import('../../../prisma/schema-engine.mjs');
  const { factory, close } = withConnections(provider === 'sqlite' ? runScripts(adapter) : adapter);
  const engine = await openSchemaEngine(factory);
  try {
    await engine.applyMigrations({
      migrationsList: {
        baseDir: folder,
        lockfile: { path: 'migration_lock.toml', content: `provider = "${provider}"\n` },
        shadowDbInitScript: '',
        migrationDirectories: names.map((path) => ({
          path,
          migrationFile: {
            path: 'migration.sql',
            content: { tag: 'ok', value: readFileSync(join(folder, path, 'migration.sql'), 'utf8') },
          },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
  } catch (error) {
    if (isInTheWay(error) && (await appliedByAnother(client, names))) return;
    throw new PodlabError(
      'database-migration-failed',
      'The database could not be brought up to this version of Podlab; nothing in it was lost.',
      'Look at the server log for the cause; with Prisma’s `migrate resolve` a failed migration can be settled.',
      503,
      { cause: error },
    );
  } finally {
    engine.free();
    await close();
  }
}

/** Another server that starts at the same time is at it, and has the lock, or has made the first table. */
function isInTheWay(error: unknown): boolean {
  return /already exists|advisory lock|locked|duplicate key|deadlock/i.test(String(error));
}

const anotherWithinMs = 20_000;

/** Whether another server brings the database up to date, as it does within seconds. */
async function appliedByAnother(client: DatabaseClient, names: readonly string[]): Promise<boolean> {
  for (const until = Date.now() + anotherWithinMs; Date.now() < until; ) {
    const applied = await appliedMigrations(client);
    if (names.every((name) => applied.includes(name))) return true;
    await new Promise((done) => setTimeout(done, 250));
  }
  return false;
}

/** Remembers the connections that the engine opens and leaves open: with them it keeps PostgreSQL's lock on migrations. */
function withConnections(adapter: SqlMigrationAwareDriverAdapterFactory) {
  const opened: { dispose(): Promise<void> }[] = [];
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connectToShadowDb: () => adapter.connectToShadowDb(),
    async connect() {
      const connection = await adapter.connect();
      opened.push(connection);
      return connection;
    },
  };
  const close = async () => {
    for (const connection of opened) await connection.dispose().catch(() => {});
  };
  return { factory, close };
}

/** Names of the migrations that are applied; none when there is no table of them yet. */
async function appliedMigrations(client: DatabaseClient): Promise<string[]> {
  try {
    const rows = await client.$queryRawUnsafe<{ migration_name: string }[]>(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    return rows.map((row) => row.migration_name);
  } catch (error) {
    if (
      /_prisma_migrations/.test(String(error)) &&
      /no such table|does not exist|TableDoesNotExist/i.test(String(error))
    )
      return [];
    throw error;
  }
}

/** The engine sends a migration as one script of many statements; a SQLite driver prepares one at a time. */
function runScripts(factory: SqlMigrationAwareDriverAdapterFactory): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    async connect() {
      const connection = await factory.connect();
      const executeRaw = connection.executeRaw.bind(connection);
      connection.executeRaw = async (query) => {
        if (query.args.length > 0) return executeRaw(query);
        await connection.executeScript(query.sql);
        return 0;
      };
      return connection;
    },
  };
}
