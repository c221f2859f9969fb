import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

/** The bundle of the worker and what V8 compiled of it, in memory that threads can share. */
export interface WorkerCode {
  code: Uint8Array;
  /** Absent when another Node version, or none, compiled it. */
  compiled?: Uint8Array;
  cacheFile: string;
}

const bundleIn = (folder: string) => join(folder, 'simulator-worker.code.cjs');
const read = new Map<string, WorkerCode>();

/**
 * What is in the folder, read once in this thread; undefined when there is no bundle. Threads get it from the one that
 * starts them: what each would read for itself and drop again, the allocator would keep for it.
 */
export function readWorkerCode(folder: string): WorkerCode | undefined {
  if (!existsSync(bundleIn(folder))) return undefined;
  const known = read.get(folder);
  if (known) return known;
  const code = shared(readFileSync(bundleIn(folder)));
  // Named after the content, because V8 itself compares no more than the length.
  const hash = createHash('sha1').update(code).digest('hex').slice(0, 12);
  const cacheFile = join(folder, `simulator-worker.${hash}.${process.version}.cache`);
  const found: WorkerCode = {
    code,
    cacheFile,
    ...(existsSync(cacheFile) ? { compiled: shared(readFileSync(cacheFile)) } : {}),
  };
  read.set(folder, found);
  return found;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/**
 * Runs the bundle of the worker with the code that V8 compiled when it was bundled: a thread is then ready sooner, and
 * holds the source once, outside its heap. Another Node version compiles it anew. `module.enableCompileCache` would do
 * as much, but Node 20 has none.
 */
export function loadWorker(folder: string, given?: WorkerCode): { script: vm.Script; cacheFile: string } {
  const file = bundleIn(folder);
  const found = given ?? readWorkerCode(folder);
  if (!found) throw new Error(`There is no ${file}: run \`node scripts/bundle.mjs\`.`);
  const { code, compiled, cacheFile } = found;
  const script = new vm.Script(Buffer.from(code.buffer).toString('latin1'), {
    filename: file,
    ...(compiled ? { cachedData: compiled } : {}),
  });
  const run: (require: NodeJS.Require, moduleUrl: string, module: object, exports: object) => void =
    script.runInThisContext();
  run(createRequire(file), pathToFileURL(file).href, { exports: {} }, {});
  return { script, cacheFile };
}
