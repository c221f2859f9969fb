import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { boundRegularExpressions } from '../../../simulator/shell/bounded-regexp';
import { loadWorker, type WorkerCode } from './load-worker';

// The thread's first file: small, because nothing has compiled it in advance.
if (isMainThread) throw new Error('This file runs as a worker thread of the Podlab server.');
// V8 takes compiled code only with the flags that it was compiled with, and the simulator sets this one.
boundRegularExpressions();
const { keepCompiled, code } = (workerData ?? {}) as { keepCompiled?: boolean; code?: WorkerCode };
if (keepCompiled) keepWhatIsCompiled();
else loadWorker(__dirname, require, code);

/** `scripts/bundle-worker.mjs` asks one worker, after it has started a cluster, for what V8 has compiled by then. */
function keepWhatIsCompiled(): void {
  const { compile } = loadWorker(__dirname, require);
  parentPort?.on('message', ({ kind }: { kind: string }) => {
    if (kind !== 'stop') return;
    for (const [cacheFile, compiled] of compile()) {
      writeFileSync(`${cacheFile}.new`, compiled);
      renameSync(`${cacheFile}.new`, cacheFile);
    }
  });
}
