import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { readWorkerCode, type WorkerCode } from './load-worker';
import type { FromWorker } from './worker-messages';

const dist = resolve('dist');
const own = 'simulator-worker.code.cjs';
const workers: Worker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

/** The first message of a cluster in a thread that has these bundles alone. */
function start(code: WorkerCode): Promise<FromWorker> {
  const worker = new Worker(resolve(dist, 'simulator-worker.cjs'), { workerData: { code }, execArgv: [] });
  workers.push(worker);
  return new Promise((done, fail) => {
    worker.once('message', done);
    worker.once('error', fail);
    worker.postMessage({ kind: 'start', options: {} });
  });
}

describe('the bundles of a cluster’s thread', () => {
  it('need no other than its own for a cluster to start', async () => {
    const { [own]: bundle, ...others } = readWorkerCode(dist) ?? {};
    expect(Object.keys(others)).toContain('simulator-pods.code.cjs');
    expect(bundle && (await start({ [own]: bundle }))).toMatchObject({ kind: 'started' });
  });
});
