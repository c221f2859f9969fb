import { WebSocket } from 'ws';
import type { PodlabServer } from './podlab-server';

/**
 * Ends the thread of every embedded cluster of a server, as a defect or a lack of memory does: by way of the inspector, which
 * Node.js opens at SIGUSR1.
 */
export async function endClusters(server: PodlabServer): Promise<void> {
  process.kill(server.pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorOf(server));
  try {
    await new Promise((resolve, reject) => {
      socket.once('open', resolve).once('error', reject);
    });
    await endWorkers(socket);
  } finally {
    socket.terminate();
  }
}

async function inspectorOf(server: PodlabServer): Promise<string> {
  for (;;) {
    const [, address] = /Debugger listening on (ws:\S+)/.exec(server.log) ?? [];
    if (address) return address;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The domain NodeWorker: a session for each worker, over whose messages one speaks to it. Resolves when all have ended. */
function endWorkers(socket: WebSocket): Promise<void> {
  const send = (id: number, method: string, params: object) =>
    socket.send(JSON.stringify({ id, method, params }));
  const alive = new Set<string>();
  let listed = false;
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('The inspector closed its connection.')));
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(data.toString());
      if (method === 'NodeWorker.attachedToWorker' && /simulator-worker/.test(params.workerInfo.url)) {
        alive.add(params.sessionId);
        const expression = 'process.exit(7)';
        const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
        send(2, 'NodeWorker.sendMessageToWorker', { sessionId: params.sessionId, message });
      }
      if (method === 'NodeWorker.detachedFromWorker') alive.delete(params.sessionId);
      listed ||= id === 1;
      if (listed && alive.size === 0) resolve();
    });
    send(1, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}
