// Bundles the server, the command line and the simulator's worker into dist/. About half a second, so it runs
// before every start and every test instead of asking whether it has to.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

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

/**
 * The cluster's worker thread: with all its libraries in one function, for core/clusters/embedded/load-worker.ts, and
 * with the code that V8 makes of it. Every session has one, so its time and memory count.
 */
async function bundleWorker() {
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  };
  await build({
    ...shared,
    entryPoints: { 'simulator-worker': 'core/clusters/embedded/worker-entry.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
  });
  await build({
    ...shared,
    stdin: { contents: `export * from '${expressions}'`, resolveDir: root },
    outfile: 'dist/simulator-expressions.cjs',
    format: 'cjs',
    minify: true,
  });
  const { outputFiles } = await build({
    ...shared,
    plugins: [loadedWithItsFirstUse(expressions, './simulator-expressions.cjs')],
    entryPoints: ['core/clusters/embedded/worker.ts'],
    write: false,
    format: 'cjs',
    // The SQL parser is large and seldom needed: it is loaded from its package with the first session of a database.
    external: ['bufferutil', 'utf-8-validate', 'pgsql-ast-parser'],
    // `require` instead: in a vm.Script `import()` is experimental, and says so.
    supported: { 'dynamic-import': false },
    minify: true,
    // For the stacks that are reported; core/clusters/embedded/worker-stack.ts reads it.
    sourcemap: 'external',
    sourcesContent: false,
    outfile: 'dist/simulator-worker.code.cjs',
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: '(function (require, __moduleUrl, module, exports) {' },
    footer: { js: '})' },
  });
  const file = join(root, 'dist/simulator-worker.code.cjs');
  const code = outputFiles.find(({ path }) => path.endsWith('.cjs')).text;
  const map = outputFiles.find(({ path }) => path.endsWith('.map')).text;
  const caches = () =>
    readdirSync(join(root, 'dist')).filter((name) => /^simulator-worker\..*\.cache$/.test(name));
  const compiled = caches().some((name) => name.includes(`.${process.version}.`));
  if (compiled && existsSync(file) && readFileSync(file, 'utf8') === code) return;
  for (const name of caches()) rmSync(join(root, 'dist', name), { force: true });
  writeFileSync(`${file}.map`, map);
  writeFileSync(`${file}.new`, code);
  renameSync(`${file}.new`, file);
  await compileWorker();
}

/** CEL, for the rules in CustomResourceDefinitions: an idle cluster would hold more than a megabyte for it. */
const expressions = '@marcbachmann/cel-js';

/** Puts getters in the place of a package, which read `file` of dist/ when one of its names is first used. */
function loadedWithItsFirstUse(name, file) {
  const read = (each) => `get ${each}() { return require('${file}').${each}; }`;
  return {
    name: 'loaded-with-its-first-use',
    setup({ onResolve, onLoad }) {
      const namespace = 'first-use';
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace }));
      onResolve({ filter: /^\.\/simulator-/, namespace }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const names = Object.keys(await import(path));
        return { contents: `module.exports = { ${names.map(read).join(', ')} };`, loader: 'js' };
      });
    },
  };
}

/** Lets one worker start a cluster and keep what V8 compiled for that. Without it, workers only start more slowly. */
async function compileWorker() {
  const worker = new Worker(join(root, 'dist/simulator-worker.cjs'), { workerData: { keepCompiled: true } });
  await new Promise((resolve) => {
    worker.on('message', ({ kind }) => {
      // What follows the start, too: controllers write their first objects.
      if (kind === 'started') setTimeout(() => worker.postMessage({ kind: 'stop' }), 100);
      // A cluster that does not start is told of by whoever needs one.
      else if (kind === 'start-failed') void worker.terminate();
    });
    worker.on('error', resolve);
    worker.on('exit', resolve);
    worker.postMessage({ kind: 'start', options: {} });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
