import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { makeAuthority } from '../../../simulator/certificate';
import { readWorkerCode } from './load-worker';
import type { FromWorker, ToWorker } from './worker-messages';
import { stackInSources } from './worker-stack';

export interface StartedWorker {
  port: number;
  caCertificate: string;
  tokens: Record<string, string>;
}

/** What a runaway lab may use before its own cluster, and nothing else, ends. */
const defaultHeapMb = 384;
/** Small, because each idle cluster keeps it: V8 would take three times as much before it first collects. */
const youngGenerationMb = 2;
const pingEveryMs = 5_000;
/**
 * A worker that has answered none of so many is stuck in a loop that nothing can interrupt. Counted, not timed: a laptop that
 * slept for hours has asked it nothing meanwhile.
 */
const stuckAfterPings = 6;
/** So many different faults of one cluster are told; a loop of them would fill the log. */
const mostFaultsTold = 20;

interface WorkerFault {
  message: string;
  stack?: string;
}

/** One simulator in its worker thread, from the server's side. */
export class ClusterWorker {
  readonly started: Promise<StartedWorker>;
  private readonly worker: Worker;
  private readonly lostListeners: ((error: Error) => void)[] = [];
  private readonly snapshots = new Map<
    number,
    { resolve: (text: string | null) => void; reject: (error: Error) => void }
  >();
  private lost: Error | undefined;
  private stopping = false;
  private readonly faultsTold = new Set<string>();
  private nextId = 1;
  private unanswered = 0;
  private readonly pings: NodeJS.Timeout;

  constructor(
    options: Extract<ToWorker, { kind: 'start' }>['options'],
    /** Something in the worker threw and it goes on: once for each different message. */
    private readonly onFault: (fault: WorkerFault) => void,
    { heapMb = defaultHeapMb, file = workerFile() }: { heapMb?: number; file?: string } = {},
  ) {
    this.worker = new Worker(file, {
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngGenerationMb },
      // The learner's cluster needs nothing of the server's environment, nor what the server was started with.
      execArgv: [],
      workerData: { code: readWorkerCode(dirname(file)) },
      env: { NODE_ENV: process.env['NODE_ENV'] ?? 'production' },
    });
    this.started = new Promise((resolve, reject) => {
      this.worker.on('message', (message: FromWorker) => {
        this.unanswered = 0;
        if (message.kind === 'started') resolve(message);
        else if (message.kind === 'start-failed') reject(new Error(message.message));
        else if (message.kind === 'error') this.tellFault(message);
        else if (message.kind === 'snapshot') this.settle(message.id, (s) => s.resolve(message.text));
        else if (message.kind === 'snapshot-failed')
          this.settle(message.id, (s) => s.reject(new Error(message.message)));
      });
      this.onLost(reject);
    });
    // Its failure is seen by whoever awaits it; a spare worker may have nobody yet.
    this.started.catch(() => {});
    this.worker.on('error', (error) => this.lose(lossOf(error, heapMb)));
    this.worker.on('exit', (code) =>
      this.lose(new Error(`The cluster’s thread ended with exit code ${code}.`)),
    );
    this.pings = setInterval(() => this.ping(), pingEveryMs);
    this.pings.unref();
    // Made here, where the code for it is warm: a thread that starts would take some ten times as long.
    this.post({ kind: 'start', options: { authority: makeAuthority(), ...options } });
  }

  /** Called once when the worker ends without having been asked to. */
  onLost(run: (error: Error) => void): void {
    if (this.lost) run(this.lost);
    else this.lostListeners.push(run);
  }

  /** JSON of the cluster’s state; null when it is the same as last time. */
  snapshot(): Promise<string | null> {
    if (this.lost) return Promise.reject(this.lost);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.snapshots.set(id, { resolve, reject });
      this.post({ kind: 'snapshot', id });
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.pings);
    const ended = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()));
    if (this.lost) return;
    this.post({ kind: 'stop' });
    const timer = setTimeout(() => void this.worker.terminate(), 2_000);
    await ended;
    clearTimeout(timer);
  }

  private tellFault(fault: WorkerFault): void {
    if (this.faultsTold.has(fault.message) || this.faultsTold.size >= mostFaultsTold) return;
    this.faultsTold.add(fault.message);
    this.onFault(readable(fault));
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private settle(
    id: number,
    run: (waiting: { resolve: (text: string | null) => void; reject: (error: Error) => void }) => void,
  ): void {
    const waiting = this.snapshots.get(id);
    this.snapshots.delete(id);
    if (waiting) run(waiting);
  }

  private ping(): void {
    if (this.unanswered >= stuckAfterPings) {
      const seconds = (stuckAfterPings * pingEveryMs) / 1000;
      this.lose(new Error(`The embedded cluster has not answered for ${seconds} s.`));
      void this.worker.terminate();
      return;
    }
    this.unanswered += 1;
    this.post({ kind: 'ping', id: this.nextId++ });
  }

  private lose(error: Error): void {
    if (this.lost) return;
    this.lost = error;
    clearInterval(this.pings);
    for (const { reject } of this.snapshots.values()) reject(error);
    this.snapshots.clear();
    if (this.stopping) return;
    for (const run of this.lostListeners) run(error);
  }
}

function readable({ message, stack }: WorkerFault): WorkerFault {
  return { message, ...(stack ? { stack: stackInSources(stack, dirname(workerFile())) } : {}) };
}

function lossOf(error: Error & { code?: string }, heapMb: number): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new Error(
    `The embedded cluster ended because it needed more than its ${heapMb} MiB of memory: something in it, such as a ` +
      'process that keeps what it reads, grew without bound. Reset the lab to get a new cluster.',
    { cause: error },
  );
}

/** The bundle: beside this code when it is itself a bundle in `dist/`, else in the project’s `dist/`. */
function workerFile(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'simulator-worker.cjs');
  return existsSync(beside) ? beside : join(here, '../../../dist/simulator-worker.cjs');
}
