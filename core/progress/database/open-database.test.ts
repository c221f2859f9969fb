import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { derivePostgresql } from '../../../prisma/derive-postgresql.mjs';
import { openDatabase } from './open-database';

const prismaFolder = resolve('prisma');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-db-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const url = () => `file:${join(folder, 'podlab.db')}`;

it('the two schemas differ in provider and output alone (`node prisma/derive-postgresql.mjs`)', () => {
  const schema = (of: string) => readFileSync(join(prismaFolder, of, 'schema.prisma'), 'utf8');
  expect(schema('postgresql')).toBe(derivePostgresql(schema('sqlite')));
});

it('both have the same migrations', () => {
  const migrations = (of: string) => readdirSync(join(prismaFolder, of, 'migrations'));
  expect(migrations('postgresql')).toEqual(migrations('sqlite'));
});

describe('opening the database', () => {
  it('makes a new one in WAL mode, and finds what was written when opened again', async () => {
    const first = await openDatabase({ url: url(), prismaFolder });
    await first.client.learner.create({ data: { id: 'l1', name: 'Ada' } });
    const mode = await first.client.$queryRawUnsafe<{ journal_mode: string }[]>('PRAGMA journal_mode');
    expect(mode[0]?.journal_mode).toBe('wal');
    await first.close();
    const again = await openDatabase({ url: url(), prismaFolder });
    expect(await again.client.learner.findUnique({ where: { id: 'l1' } })).toMatchObject({ name: 'Ada' });
    await again.close();
  });

  it('refuses a database that a newer Podlab has migrated, and leaves it alone', async () => {
    const database = await openDatabase({ url: url(), prismaFolder });
    await database.client.$executeRawUnsafe(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ('x', 'x', 1, '29990101000000_from_the_future', 1, 1)`,
    );
    await database.close();
    await expect(openDatabase({ url: url(), prismaFolder })).rejects.toMatchObject({
      code: 'database-newer',
      message: expect.stringContaining('29990101000000_from_the_future'),
      remedy: expect.stringContaining('Update Podlab'),
    });
  });

  it('says so when the file is no database', async () => {
    writeFileSync(
      join(folder, 'podlab.db'),
      'this is a text file, and a long enough one to be read as a header.'.repeat(20),
    );
    await expect(openDatabase({ url: url(), prismaFolder })).rejects.toMatchObject({
      code: 'database-damaged',
    });
  });

  it('says so when the place is taken by a folder', async () => {
    mkdirSync(join(folder, 'podlab.db'));
    await expect(openDatabase({ url: url(), prismaFolder })).rejects.toMatchObject({
      code: 'data-folder-unusable',
    });
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder is read-only', async () => {
    chmodSync(folder, 0o500);
    await expect(openDatabase({ url: url(), prismaFolder })).rejects.toMatchObject({ status: 503 });
    expect(existsSync(join(folder, 'podlab.db'))).toBe(false);
  });

  it('names the remedy when PostgreSQL does not answer, without its password', async () => {
    const failure = await openDatabase({
      url: 'postgresql://me:hunter2@127.0.0.1:1/podlab',
      prismaFolder,
    }).catch((e) => e);
    expect(failure).toMatchObject({ code: 'database-unreachable' });
    expect(`${failure.message} ${failure.remedy}`).not.toContain('hunter2');
  });

  it('takes an IPv6 address as a URL writes it', async () => {
    const failure = await openDatabase({ url: 'postgresql://me@[::1]:1/podlab', prismaFolder }).catch(
      (e) => e,
    );
    expect(inspect(failure, { depth: 9 })).not.toMatch(/ENOTFOUND|EAI_AGAIN|getaddrinfo/);
  });
});
