import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

/** A bundle and what V8 compiled of it, in memory that threads can share. */
interface Bundle {
  code: Uint8Array;
  /** Absent when another Node version, or none, compiled it. */
  compiled?: Uint8Array;
  cacheFile: string;
}

/** The worker's bundles by file name: its own, and those that it loads with their first use (scripts/bundle-worker.mjs). */
export type WorkerCode = Readonly<Record<string, Bundle>>;

const own = 'simulator-worker.code.cjs';
const read = new Map<string, WorkerCode>();

/**
 * What is in the folder, read once in this thread; undefined when there is no bundle. Threads get it from the one that
 * starts them: what each would read for itself and drop again, the allocator would keep for it.
 */
export function readWorkerCode(folder: string): WorkerCode | undefined {
  const known = read.get(folder);
  if (known) return known;
  if (!existsSync(join(folder, own))) return undefined;
  const files = readdirSync(folder).filter((name) => /^simulator-\w+\.code\.cjs$/.test(name));
  const code = Object.fromEntries(files.map((name) => [name, readBundle(folder, name)]));
  read.set(folder, code);
  return code;
}

function readBundle(folder: string, name: string): Bundle {
  const code = shared(readFileSync(join(folder, name)));
  // Named after the content, because V8 itself compares no more than the length.
  const hash = createHash('sha1').update(code).digest('hex').slice(0, 12);
  const cacheFile = join(folder, name.replace('code.cjs', `${hash}.${process.version}.cache`));
  return { code, cacheFile, ...(existsSync(cacheFile) ? { compiled: shared(readFileSync(cacheFile)) } : {}) };
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

type Run = (require: (id: string) => unknown, moduleUrl: string, module: object, exports: object) => void;

/**
 * Runs the worker's bundle with the code that V8 compiled when it was bundled: a thread is then ready sooner, and holds the
 * source once, outside its heap. Another Node version compiles it anew. `module.enableCompileCache` would do as much, but
 * Node 20 has none. `fromNode` finds packages and Node's own modules. Returns what makes each bundle's compiled code.
 */
export function loadWorker(
  folder: string,
  fromNode: (id: string) => unknown,
  given?: WorkerCode,
): { compile: () => [cacheFile: string, compiled: Buffer][] } {
  const code = given ?? readWorkerCode(folder);
  if (!code) throw new Error(`There is no ${join(folder, own)}: run \`node scripts/bundle.mjs\`.`);
  const loaded = new Map<string, { script: vm.Script; module: { exports: object } }>();
  const load = (name: string, { code, compiled }: Bundle) => {
    const file = join(folder, name);
    const script = new vm.Script(Buffer.from(code.buffer).toString('latin1'), {
      filename: file,
      ...(compiled ? { cachedData: compiled } : {}),
    });
    const run: Run = script.runInThisContext();
    const module = { exports: {} };
    const added = { script, module };
    loaded.set(name, added);
    run(require, pathToFileURL(file).href, module, module.exports);
    return added;
  };
  const require = (id: string): unknown => {
    const name = id.replace('./', '');
    const bundle = code[name];
    return bundle ? (loaded.get(name) ?? load(name, bundle)).module.exports : fromNode(id);
  };
  require(`./${own}`);
  return {
    compile: () =>
      Object.entries(code).map(([name, bundle]) => {
        const { script } = loaded.get(name) ?? load(name, bundle);
        return [bundle.cacheFile, script.createCachedData()];
      }),
  };
}
