// node prisma/new-migration.mjs NAME: writes a migration for both databases, from the schema of the last commit to the
// schema as it is now. DATABASE_URL names a PostgreSQL, which the
// engine insists on seeing but does not change.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import { derivePostgresql } from './derive-postgresql.mjs';
import { openSchemaEngine } from './schema-engine.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: node prisma/new-migration.mjs NAME, with NAME in snake_case.');
  process.exit(2);
}

function committedSchema() {
  try {
    return execFileSync('git', ['show', 'HEAD:prisma/sqlite/schema.prisma'], {
      encoding: 'utf8',
      cwd: here,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}

const before = committedSchema();
const after = readFileSync(join(here, 'sqlite/schema.prisma'), 'utf8');
const stamp = process.argv[4] ?? new Date().toISOString().replace(/\D/g, '').slice(0, 14);

// The engine's WebAssembly can be set up once in a process: each provider gets one of its own.
const provider = process.argv[3];
if (!provider) {
  for (const each of ['sqlite', 'postgresql'])
    execFileSync(process.execPath, [process.argv[1], name, each, stamp], { stdio: 'inherit' });
  writeFileSync(join(here, 'postgresql/schema.prisma'), derivePostgresql(after));
} else {
  const as = (text) => (provider === 'sqlite' ? text : derivePostgresql(text));
  const adapter =
    provider === 'sqlite'
      ? new PrismaLibSql({ url: 'file::memory:' })
      : new PrismaPg({ connectionString: process.env.DATABASE_URL });
  const datamodel = (text) => ({
    tag: 'schemaDatamodel',
    files: [{ path: 'schema.prisma', content: as(text) }],
  });
  const engine = await openSchemaEngine(adapter);
  const result = await engine.diff({
    from: before ? datamodel(before) : { tag: 'empty' },
    to: datamodel(after),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const folder = join(here, provider, 'migrations', `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), result.stdout);
  writeFileSync(join(here, provider, 'migrations/migration_lock.toml'), `provider = "${provider}"\n`);
  console.log(`wrote ${folder.slice(here.length + 1)}`);
}
process.exit(0);
