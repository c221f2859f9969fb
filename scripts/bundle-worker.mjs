// Bundles the cluster's worker thread. Every session has one, so what a thread loads counts in its time and memory: its
// own bundle holds what an idle cluster needs, further ones what is loaded with its first use.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** Bundles beside the worker's own, each with the modules whose first use loads it. */
const later = {
  pods: [
    'simulator/images/index',
    'simulator/kubelet/pod-run',
    'simulator/kubelet/pod-worker',
    'simulator/runtime/pod-sandbox',
  ],
  streams: [
    'simulator/api/streams/pod-log',
    'simulator/api/streams/port-forward',
    'simulator/api/streams/proxy',
    'simulator/api/streams/remote-command',
  ],
  protobuf: ['simulator/api/protobuf/decode-message'],
  openapi: ['simulator/api/http/openapi', 'simulator/api/http/openapi-v2'],
  yaml: ['yaml'],
  // CEL, for the rules in CustomResourceDefinitions.
  expressions: ['@marcbachmann/cel-js'],
};
const fileOf = (bundle) => `simulator-${bundle}.code.cjs`;
const isPackage = (module) => !/^(core|simulator)\//.test(module);
const specifier = (module) => (isPackage(module) ? module : `./${module}`);

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  logLevel: 'warning',
};

const bundled = {
  // The SQL parser is large and seldom needed: it is loaded from its package with the first session of a database.
  external: ['bufferutil', 'utf-8-validate', 'pgsql-ast-parser'],
  // `require` instead: in a vm.Script `import()` is experimental, and says so.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '__moduleUrl' },
};

export async function bundleWorker() {
  await build({
    ...common,
    entryPoints: { 'simulator-worker': 'core/clusters/embedded/worker-entry.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
  });
  const bundles = await linkedBundles();
  const present = readdirSync(dist).filter((name) => /^simulator-\w+\..*\.(cjs|map|cache)$/.test(name));
  const compiled = present.filter((name) => name.endsWith(`.${process.version}.cache`));
  const same = ({ file, code }) => present.includes(file) && readFileSync(join(dist, file), 'utf8') === code;
  if (compiled.length === bundles.length && bundles.every(same)) return;
  const written = bundles.flatMap(({ file }) => [file, `${file}.map`]);
  for (const name of present) if (!written.includes(name)) rmSync(join(dist, name), { force: true });
  for (const { file, code, map } of bundles) {
    writeFileSync(join(dist, `${file}.map`), map);
    writeFileSync(join(dist, `${file}.new`), code);
    renameSync(join(dist, `${file}.new`), join(dist, file));
  }
  await compileWorker();
}

/** All bundles; those that are loaded later take what the worker's own has from there, so that no module is there twice. */
async function linkedBundles() {
  const names = await exportedNames();
  const { own, lent } = await division();
  const bundles = await Promise.all([
    builtBundle('worker', lent, [lazily(names)], "import './core/clusters/embedded/worker';"),
    ...Object.entries(later).map(([name, modules]) =>
      builtBundle(name, modules, [lazily(names, name), borrowed(own)]),
    ),
  ]);
  demandEachModuleOnce(bundles);
  return bundles;
}

/** The modules of the worker's own bundle, and those of them that others use. */
async function division() {
  const first = 'core/clusters/embedded/worker';
  const starts = new Set(Object.values(later).flat());
  const { metafile } = await build({
    ...common,
    ...bundled,
    stdin: {
      contents: [first, ...starts].map((each) => `import '${specifier(each)}';`).join(' '),
      resolveDir: root,
    },
    external: [...bundled.external, ...[...starts].filter(isPackage)],
    write: false,
    metafile: true,
  });
  const imports = new Map(
    Object.entries(metafile.inputs).map(([path, input]) => [
      withoutExtension(path),
      input.imports.filter(({ external }) => !external).map(({ path }) => withoutExtension(path)),
    ]),
  );
  const reach = (starts, except) => {
    const found = new Set(starts);
    for (const each of found) for (const next of imports.get(each) ?? []) if (!except(next)) found.add(next);
    return found;
  };
  const own = reach([first], (each) => starts.has(each));
  const parts = Object.values(later).map((modules) =>
    reach(modules, (each) => starts.has(each) || own.has(each)),
  );
  const inTwo = parts.flatMap((part, i) =>
    [...part].filter((each) => parts.slice(0, i).some((other) => other.has(each))),
  );
  for (const each of reach(inTwo, (next) => starts.has(next))) own.add(each);
  const users = parts.flatMap((part) => [...part]).filter((each) => !own.has(each));
  const lent = new Set(users.flatMap((each) => imports.get(each) ?? []).filter((each) => own.has(each)));
  return { own, lent: [...lent].sort() };
}

/** A bundle that exports `modules` by their names. */
async function builtBundle(name, modules, plugins, start = '') {
  const file = fileOf(name);
  const imports = modules.map((each, i) => `import * as m${i} from '${specifier(each)}';`);
  const exported = modules.map((each, i) => `'${each}': { ...m${i} }`);
  const { outputFiles, metafile } = await build({
    ...common,
    ...bundled,
    stdin: {
      contents: `${start} ${imports.join(' ')} export const modules = { ${exported.join(', ')} };`,
      resolveDir: root,
    },
    plugins,
    write: false,
    metafile: true,
    minify: true,
    // For the stacks that are reported: core/clusters/embedded/worker-stack.ts reads it.
    sourcemap: 'external',
    sourcesContent: false,
    outfile: `dist/${file}`,
    banner: { js: '(function (require, __moduleUrl, module, exports) {' },
    footer: { js: '})' },
  });
  const inputs = Object.keys(metafile.outputs[`dist/${file}`].inputs);
  return {
    file,
    code: outputFiles.find(({ path }) => path.endsWith('.cjs')).text,
    map: outputFiles.find(({ path }) => path.endsWith('.map')).text,
    modules: new Set(inputs.filter((each) => !/^<|:/.test(each)).map(withoutExtension)),
  };
}

/** The names that each module in `later` exports. */
async function exportedNames() {
  const modules = Object.values(later).flat();
  const own = modules.filter((each) => !isPackage(each));
  const { metafile } = await build({
    ...common,
    entryPoints: own.map((each) => `${each}.ts`),
    bundle: false,
    format: 'esm',
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const names = new Map(
    Object.values(metafile.outputs).map(({ entryPoint, exports }) => [withoutExtension(entryPoint), exports]),
  );
  for (const each of modules) if (!names.has(each)) names.set(each, Object.keys(await import(each)));
  return names;
}

/** Puts getters in the place of the modules in `later` but for those of `bundle`: they load theirs when one of its names is first used. */
function lazily(names, bundle) {
  const bundleOf = new Map(
    Object.entries(later).flatMap(([key, modules]) => modules.map((each) => [each, key])),
  );
  const last = [...bundleOf.keys()].map((each) => each.split('/').at(-1)).join('|');
  const namespace = 'later';
  return {
    name: 'loaded-with-its-first-use',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`(^|/)(${last})$`) }, ({ path, resolveDir }) => {
        const key = path.startsWith('.') ? relative(root, join(resolveDir, path)) : path;
        const from = bundleOf.get(key);
        return from && from !== bundle ? { path: key, namespace } : undefined;
      });
      onResolve({ filter: /^\.\/simulator-/, namespace }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const module = `require('./${fileOf(bundleOf.get(path))}').modules[${JSON.stringify(path)}]`;
        const getters = names.get(path).map((name) => `get ${name}() { return ${module}.${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };` };
      });
    },
  };
}

/** Takes `modules` from the worker's own bundle. */
function borrowed(modules) {
  const namespace = 'borrowed';
  return {
    name: 'borrowed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const key = relative(root, join(resolveDir, path));
        return modules.has(key) ? { path: key, namespace } : undefined;
      });
      onResolve({ filter: /^\.\/simulator-/, namespace }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `module.exports = require('./${fileOf('worker')}').modules[${JSON.stringify(path)}];`,
      }));
    },
  };
}

/** A module that were there twice would have its state and its classes twice. */
function demandEachModuleOnce(bundles) {
  const where = new Map();
  for (const { file, modules } of bundles) {
    for (const each of modules) {
      if (where.has(each)) throw new Error(`${each} would be in ${where.get(each)} and in ${file}.`);
      where.set(each, file);
    }
  }
}

function withoutExtension(path) {
  return path.replace(/\.ts$/, '');
}

/** Lets one worker start a cluster and keep what V8 compiled for that. Without it, workers only start more slowly. */
async function compileWorker() {
  const worker = new Worker(join(dist, 'simulator-worker.cjs'), { workerData: { keepCompiled: true } });
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
