// Bundles the server, the command line and the simulator's worker into dist/. About half a second, so it runs
// before every start and every test instead of asking whether it has to.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Entry points: name in dist/ → source. Those not written yet are passed over. */
const entries = {
  server: 'server/main.ts',
  cli: 'cli/main.ts',
  'simulator-worker': 'core/clusters/embedded/worker.ts',
};

export async function bundle() {
  const present = Object.fromEntries(
    Object.entries(entries).filter(([, file]) => existsSync(join(root, file))),
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
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
