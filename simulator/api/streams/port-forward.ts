import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DialError } from '../../network/cluster-network';
import type { NetworkStream } from '../../runtime/container-runtime';
import { ApiError } from '../errors';
import type { StreamRequest } from '../extension-points';
import { type ByteChannel, socketChannel, webSocketChannel } from './byte-channel';
import type { StreamServices } from './index';
import { agentOf, getPod } from './pod-target';
import { SpdyConnection, type SpdyStream } from './spdy/connection';
import { acceptSpdy, acceptWebSocket, offeredProtocols, refuseUpgrade, upgradeKind } from './upgrade';
import { webSocketPortForward } from './web-socket-port-forward';

const spdyProtocol = 'portforward.k8s.io';
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';
const channelProtocol = 'v4.channel.k8s.io';

/** Opens a connection to a port of the Pod's loopback. */
export type DialPod = (port: number) => Promise<NetworkStream>;

/** pods/portforward: SPDY, SPDY in a WebSocket (KEP-4006), or one pair of channels per port. */
export async function servePortForward(
  { client, agents }: StreamServices,
  { namespace, name, query }: StreamRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const pod = getPod(client, namespace, name);
  const agent = agentOf(agents, pod);
  const dial: DialPod = (port) => agent.dialPod(namespace, name, port);
  if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') {
    refuseUpgrade(socket, 500, `error forwarding port: pod ${name}_${namespace} is not running`);
    return;
  }
  const kind = upgradeKind(message);
  if (kind === 'spdy') {
    acceptSpdy(socket, spdyProtocol);
    return forward(socketChannel(socket, head), dial, pod.metadata.uid ?? '');
  }
  if (kind !== 'websocket') throw new ApiError(400, 'BadRequest', 'Upgrade request required');
  const offered = offeredProtocols(message, 'sec-websocket-protocol');
  if (offered.includes(tunnelProtocol)) {
    const tunnel = await acceptWebSocket(message, socket, head, tunnelProtocol);
    return forward(webSocketChannel(tunnel), dial, pod.metadata.uid ?? '');
  }
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number);
  if (ports.length === 0 || !ports.every(isPort))
    throw new ApiError(400, 'BadRequest', 'query parameter "ports" is required');
  const accepted = await acceptWebSocket(
    message,
    socket,
    head,
    offered.includes(channelProtocol) ? channelProtocol : undefined,
  );
  webSocketPortForward(accepted, ports, dial);
}

/** Pairs the data and error streams that the client opens for each connection, and joins them with the Pod. */
async function forward(channel: ByteChannel, dial: DialPod, podUid: string): Promise<void> {
  const waiting = new Map<string, { error?: SpdyStream; data?: SpdyStream }>();
  const connection = new SpdyConnection(channel, (stream) => {
    const { streamtype, port = '', requestid = '' } = stream.headers;
    if ((streamtype !== 'error' && streamtype !== 'data') || !isPort(Number(port))) return stream.reset();
    const pair = waiting.get(requestid) ?? {};
    pair[streamtype] = stream;
    waiting.set(requestid, pair);
    if (!pair.error || !pair.data) return;
    waiting.delete(requestid);
    void join(pair.data, pair.error, Number(port), dial, podUid);
  });
  await connection.run();
}

async function join(
  data: SpdyStream,
  error: SpdyStream,
  port: number,
  dial: DialPod,
  podUid: string,
): Promise<void> {
  try {
    await exchange(data, await dial(port));
  } catch (reason) {
    await error.writable.write(Buffer.from(forwardFailure(reason, port, podUid))).catch(() => undefined);
  } finally {
    data.writable.end();
    error.writable.end();
  }
}

/** Until both directions have ended; a half-closed connection goes on in the other direction. */
async function exchange(
  client: { readable: NetworkStream['readable']; writable: NetworkStream['writable'] },
  pod: NetworkStream,
): Promise<void> {
  const upload = copy(client.readable, pod.writable).catch(() => pod.destroy());
  try {
    await copy(pod.readable, client.writable);
  } finally {
    // The Pod has said all: kubectl closes its side once it sees the end.
    client.writable.end();
    await upload;
    pod.destroy();
  }
}

/** What the kubelet's runtime says of a port that it cannot reach. */
function forwardFailure(reason: unknown, port: number, podUid: string): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  if (!(reason instanceof DialError)) return `error forwarding port ${port} to pod ${podUid}: ${text}`;
  return `failed to execute portforward in network namespace "/var/run/netns/cni-${podUid}": failed to connect to localhost:${port} inside namespace "${podUid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `;
}

async function copy(from: NetworkStream['readable'], to: NetworkStream['writable']): Promise<void> {
  for await (const chunk of from) await to.write(chunk);
  to.end();
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
