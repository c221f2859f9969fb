import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { startSimulator } from '../../../simulator/index';
import type { Simulator } from '../../../simulator/simulator';
import type { FromWorker, ToWorker } from './worker-messages';

// One embedded cluster in a thread of its own: whatever a lab does in it, pages and other labs do not wait.
const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread of the Podlab server.');
const send = (message: FromWorker) => port.postMessage(message);

let simulator: Simulator | undefined;
/** Of the last snapshot: its text would be held for nothing. */
let lastDigest: string | undefined;

port.on('message', async (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      return start(message.options);
    case 'ping':
      return send({ kind: 'pong', id: message.id });
    case 'snapshot':
      return snapshot(message.id);
    case 'stop':
      await simulator?.stop();
      return port.close();
  }
});

async function start(options: Extract<ToWorker, { kind: 'start' }>['options']): Promise<void> {
  try {
    const started = await startSimulator({ ...options, onError: report });
    simulator = started;
    const users = Object.keys(options.users ?? {});
    const tokens = Object.fromEntries(users.map((user) => [user, started.token(user)]));
    send({ kind: 'started', port: started.port, caCertificate: started.caCertificate, tokens });
  } catch (error) {
    send({ kind: 'start-failed', message: messageOf(error) });
  }
}

function snapshot(id: number): void {
  try {
    const text = JSON.stringify(simulator?.snapshot() ?? null);
    const digest = createHash('sha1').update(text).digest('base64');
    send({ kind: 'snapshot', id, text: digest === lastDigest ? null : text });
    lastDigest = digest;
  } catch (error) {
    send({ kind: 'snapshot-failed', id, message: messageOf(error) });
  }
}

function report(error: unknown): void {
  send({ kind: 'error', message: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

// An error nobody caught is reported and the cluster goes on, as a real control plane would after a component's panic.
process.on('uncaughtException', report);
process.on('unhandledRejection', report);
