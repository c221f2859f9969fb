import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

/**
 * Runs the bundle of the worker with the code that V8 compiled when it was bundled: a thread is then ready sooner, and
 * holds the source once, outside its heap. Another Node version compiles it anew. `module.enableCompileCache` would do
 * as much, but Node 20 has none.
 */
export function loadWorker(folder: string): { script: vm.Script; cacheFile: string } {
  const file = join(folder, 'simulator-worker.code.cjs');
  const code = readFileSync(file);
  // Named after the content, because V8 itself compares no more than the length.
  const hash = createHash('sha1').update(code).digest('hex').slice(0, 12);
  const cacheFile = join(folder, `simulator-worker.${hash}.${process.version}.cache`);
  const script = new vm.Script(code.toString('latin1'), {
    filename: file,
    ...(existsSync(cacheFile) ? { cachedData: readFileSync(cacheFile) } : {}),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const run: (require: NodeJS.Require, moduleUrl: string, module: object, exports: object) => void =
    script.runInThisContext();
  run(createRequire(file), pathToFileURL(file).href, { exports: {} }, {});
  return { script, cacheFile };
}
