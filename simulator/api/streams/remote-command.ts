import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock/clock';
import type { ByteSink, ByteSource, Execution, RuntimeContainer } from '../../runtime/container-runtime';
import { RuntimeError } from '../../runtime/container-runtime';
import type { Pod } from '../../schema/types';
import { ApiError } from '../errors';
import type { StreamRequest } from '../extension-points';
import { socketChannel } from './byte-channel';
import type { StreamServices } from './index';
import { agentOf, containerName, getPod } from './pod-target';
import { exitStatus, failureStatus, type RemoteStreams, type WantedStreams } from './remote-streams';
import { spdyProtocols, spdyStreams } from './spdy-streams';
import { acceptSpdy, acceptWebSocket, offeredProtocols, refuseUpgrade, upgradeKind } from './upgrade';
import { webSocketProtocols, webSocketStreams } from './web-socket-streams';

/** pods/exec and pods/attach. */
export async function serveRemoteCommand(
  { client, agents, clock }: StreamServices,
  { namespace, name, subresource, query }: StreamRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const pod = getPod(client, namespace, name);
  refuseCompleted(pod, subresource);
  const container = containerName(pod, query.get('container'));
  const wanted = wantedStreams(query);
  const command = query.getAll('command');
  if (subresource === 'exec' && command.length === 0)
    throw new ApiError(400, 'BadRequest', 'you must specify at least one command for the container');
  const agent = agentOf(agents, pod);
  const target = findContainer(() => agent.findContainer(namespace, name, container), socket);
  if (!target) return;
  const streams = await openStreams(message, socket, head, wanted, clock);
  if (!streams) return;
  // Its end may not have been noticed yet: clients of `attach` turn to its log then.
  if (subresource === 'attach' && target.phase === 'exited') {
    const failure = 'unable to upgrade connection: container is in CONTAINER_EXITED state';
    await streams.finish(failureStatus(relayed(failure, message)));
    return;
  }
  let execution: Execution;
  try {
    const { stdin, tty } = wanted;
    execution = subresource === 'exec' ? target.exec({ command, stdin, tty }) : target.attach({ stdin, tty });
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    await streams.finish(
      failureStatus(relayed(`error executing command in container: ${error.message}`, message)),
    );
    return;
  }
  await run(execution, streams, subresource);
}

/** The API server, which carries WebSockets over to the kubelet's SPDY, wraps the kubelet's error once more. */
function relayed(failure: string, message: IncomingMessage): string {
  return upgradeKind(message) === 'websocket' ? `Internal error occurred: ${failure}` : failure;
}

/** Joins the program's streams with the client's, and tells the exit code once all output has been sent. */
async function run(execution: Execution, streams: RemoteStreams, subresource: string): Promise<void> {
  let gone = false;
  streams.onGone(() => {
    gone = true;
    execution.close();
  });
  streams.onResize(({ columns, rows }) => execution.resize(columns, rows));
  if (streams.stdin && execution.stdin) void feed(streams.stdin, execution.stdin);
  await Promise.all([show(execution.stdout, streams.stdout), show(execution.stderr, streams.stderr)]);
  const code = await execution.exited;
  execution.close();
  // Only an exec ends with the program's exit code (remotecommand ServeAttach does not know it).
  if (!gone) await streams.finish(exitStatus(subresource === 'exec' ? code : 0));
}

async function feed(from: ByteSource, to: ByteSink): Promise<void> {
  try {
    for await (const chunk of from) await to.write(chunk);
  } catch {
    // The program closed its input: what else is typed has nowhere to go.
  } finally {
    to.end();
  }
}

async function show(from: ByteSource, to: ByteSink | undefined): Promise<void> {
  let open = to !== undefined;
  for await (const chunk of from) {
    if (!open || !to) continue;
    try {
      await to.write(chunk);
    } catch {
      open = false;
    }
  }
}

async function openStreams(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  wanted: WantedStreams,
  clock: Pick<Clock, 'after'>,
): Promise<RemoteStreams | undefined> {
  const kind = upgradeKind(message);
  if (kind === 'websocket') {
    const offered = offeredProtocols(message, 'sec-websocket-protocol');
    const protocol = webSocketProtocols.find((name) => offered.includes(name));
    if (offered.length > 0 && !protocol)
      throw new ApiError(
        400,
        'BadRequest',
        `unable to negotiate a protocol: client offers ${offered.join(', ')}, server supports ${webSocketProtocols.join(', ')}`,
      );
    const accepted = await acceptWebSocket(message, socket, head, protocol);
    return webSocketStreams(accepted, wanted, protocol ?? 'channel.k8s.io');
  }
  if (kind !== 'spdy') throw new ApiError(400, 'BadRequest', 'Upgrade request required');
  const offered = offeredProtocols(message, 'x-stream-protocol-version');
  const protocol =
    spdyProtocols.find((name) => offered.includes(name)) ??
    (offered.length === 0 ? 'channel.k8s.io' : undefined);
  if (!protocol) {
    refuseUpgrade(
      socket,
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${spdyProtocols.join(' ')}]`,
    );
    return undefined;
  }
  acceptSpdy(socket, protocol);
  return spdyStreams(socketChannel(socket, head), wanted, protocol, clock).catch(() => undefined);
}

/** The kubelet refuses in plain text, which kubectl prints behind its own words. */
function findContainer(find: () => RuntimeContainer, socket: Duplex): RuntimeContainer | undefined {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuseUpgrade(socket, error.code, error.message);
    return undefined;
  }
}

function refuseCompleted(pod: Pod, subresource: string): void {
  const phase = pod.status?.phase;
  if (phase !== 'Succeeded' && phase !== 'Failed') return;
  const verb = subresource === 'exec' ? 'exec into' : 'attach to';
  throw new ApiError(
    400,
    'BadRequest',
    `cannot ${verb} a container in a completed pod; current phase is ${phase}`,
  );
}

/** With a TTY there is one output: stderr is never a stream of its own. */
function wantedStreams(query: URLSearchParams): WantedStreams {
  const on = (name: string) => ['true', '1', 't'].includes((query.get(name) ?? '').toLowerCase());
  const tty = on('tty');
  const wanted = { stdin: on('stdin'), stdout: on('stdout'), stderr: on('stderr') && !tty, tty };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr)
    throw new ApiError(400, 'BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  return wanted;
}
