import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { loadWorker, type WorkerCode } from './load-worker';

// The thread's first file: small, because nothing has compiled it in advance.
if (isMainThread) throw new Error('This file runs as a worker thread of the Podlab server.');
const { keepCompiled, code } = (workerData ?? {}) as { keepCompiled?: boolean; code?: WorkerCode };
if (keepCompiled) keepWhatIsCompiled();
else loadWorker(__dirname, code);

/** `scripts/bundle.mjs` asks one worker, after it has started a cluster, for what V8 has compiled by then. */
function keepWhatIsCompiled(): void {
  const { script, cacheFile } = loadWorker(__dirname);
  parentPort?.on('message', ({ kind }: { kind: string }) => {
    if (kind !== 'stop') return;
    writeFileSync(`${cacheFile}.new`, script.createCachedData());
    renameSync(`${cacheFile}.new`, cacheFile);
  });
}
