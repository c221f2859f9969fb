// Bundles the server, the command line and the simulator's worker into dist/. About half a second, so it runs
// before every start and every test instead of asking whether it has to.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleWorker } from './bundle-worker.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Entry points: name in dist/ → source. Those not written yet are passed over. */
const entries = {
  server: 'server/main.ts',
  cli: 'cli/main.ts',
};

const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What the embedded cluster knows of Kubernetes' types: compiled from the models when those have changed. */
async function compileSchema() {
  const outfile = join(root, '.podlab-build/compile-schema.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['simulator/schema/compile.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const compiler = await import(pathToFileURL(outfile).href);
  compiler.compileSchema(root);
}

export async function bundle() {
  await compileSchema();
  const present = Object.fromEntries(
    Object.entries(entries).filter(
      ([, file]) => existsSync(join(root, file)) && existsSync(join(root, 'simulator/index.ts')),
    ),
  );
  await build({
    absWorkingDir: root,
    entryPoints: present,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    // A bundle that needs `require` or `__dirname` of an ES module gets them.
    banner: { js: banner },
  });
  await bundleWorker();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
