// Makes prisma/postgresql/schema.prisma from prisma/sqlite/schema.prisma; they differ in provider and output alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export function derivePostgresql(sqlite) {
  const note = '// Made by prisma/derive-postgresql.mjs from ../sqlite/schema.prisma: change that one.\n';
  const body = sqlite.replace(/^(\/\/.*\n)+/, '');
  return (
    note +
    body
      .replace('provider = "sqlite"', 'provider = "postgresql"')
      .replace('../generated/sqlite', '../generated/postgresql')
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = derivePostgresql(readFileSync(join(here, 'sqlite/schema.prisma'), 'utf8'));
  writeFileSync(join(here, 'postgresql/schema.prisma'), text);
}
