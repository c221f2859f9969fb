import { join } from 'node:path';
import { fingerprint, whenChanged } from './fingerprint.mjs';
import { root, run, step } from './say.mjs';

const bin = (...path) => join(root, 'node_modules', ...path);

/** Prisma's two clients. Nothing is downloaded: the generator needs no engine, and any program passes for one. */
export async function generateClients() {
  const value = fingerprint([
    'prisma/sqlite/schema.prisma',
    'prisma/postgresql/schema.prisma',
    'package-lock.json',
  ]);
  const made = { stamp: 'prisma', value, output: 'prisma/generated/postgresql/client.ts' };
  await step('Generating the database clients', () =>
    whenChanged(made, async () => {
      for (const provider of ['sqlite', 'postgresql'])
        await run(
          process.execPath,
          [bin('prisma', 'build', 'index.js'), 'generate', '--schema', `prisma/${provider}/schema.prisma`],
          {
            env: {
              PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
              PRISMA_HIDE_UPDATE_MESSAGE: '1',
              CHECKPOINT_DISABLE: '1',
            },
          },
        );
    }),
  );
}

const serverSources = [
  'server',
  'core',
  'simulator',
  'cli',
  'prisma',
  'scripts/bundle.mjs',
  'package-lock.json',
];
const pageSources = [
  'app',
  'components',
  'core',
  'lessons',
  'labs',
  'public',
  'next.config.js',
  'postcss.config.mjs',
  'scripts/light-pages.mjs',
  'package-lock.json',
];

export async function buildServer() {
  const made = { stamp: 'server', value: fingerprint(serverSources), output: 'dist/server.js' };
  await step('Bundling the server', () =>
    whenChanged(made, async () => {
      const { bundle } = await import('../bundle.mjs');
      await bundle();
    }),
  );
}

export async function buildPages() {
  const made = { stamp: 'pages', value: fingerprint(pageSources), output: '.next/BUILD_ID' };
  await step('Building the pages (once, about half a minute)', () =>
    whenChanged(made, () =>
      run(process.execPath, [bin('next', 'dist', 'bin', 'next'), 'build'], {
        env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      }),
    ),
  );
}
