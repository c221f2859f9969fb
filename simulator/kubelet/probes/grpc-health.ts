import type { ClientHttp2Session } from 'node:http2';
import type { Clock } from '../../clock/clock';
import { DialError } from '../../network/cluster-network';
import {
  type GrpcCode,
  grpcCodes,
  grpcFrame,
  grpcMessage,
  healthRequest,
  healthResponse,
} from '../../network/grpc';
import { streamSocket } from '../../network/stream-socket';
import type { NetworkStream } from '../../runtime/container-runtime';
import type { ProbeOutcome } from './run-probe';

/** Between two attempts to connect (grpc backoff.DefaultConfig.BaseDelay). */
const RETRY_MS = 1_000;

interface HealthCheck {
  clock: Clock;
  dial: () => Promise<NetworkStream>;
  /** `10.244.0.5:5000` */
  address: string;
  service: string;
  timeoutMs: number;
}

/** Asks grpc.health.v1.Health how a service is; the texts are those of Kubernetes (pkg/probe/grpc). */
export async function probeGrpc(check: HealthCheck): Promise<ProbeOutcome> {
  const failure = (output: string): ProbeOutcome => ({ result: 'failure', output });
  const within = duration(check.timeoutMs);
  const deadline = new Deadline(check.clock, check.timeoutMs);
  let session: ClientHttp2Session | undefined;
  try {
    session = await connect(check, deadline);
    if (!session)
      return failure(
        `timeout: failed to connect service ${JSON.stringify(check.address)} within ${within}: context deadline exceeded`,
      );
    const reply = await deadline.race(call(session, check));
    if (!reply) return failure(`timeout: health rpc did not complete within ${within}`);
    if (reply.code === 'Unimplemented')
      return failure(
        `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${reply.text}`,
      );
    if (reply.code !== 'OK')
      return failure(`error: health rpc probe failed: rpc error: code = ${reply.code} desc = ${reply.text}`);
    if (reply.text !== 'SERVING') return failure(`service unhealthy (responded with "${reply.text}")`);
    return { result: 'success', output: 'service healthy' };
  } finally {
    session?.destroy();
    deadline.cancel();
  }
}

/** Connects, again and again until the deadline: whatever refuses may be there a moment later (grpc.WithBlock). */
async function connect(check: HealthCheck, deadline: Deadline): Promise<ClientHttp2Session | undefined> {
  for (;;) {
    const attempt = open(check);
    const session = await deadline.race(attempt);
    if (session) return session;
    if (deadline.over) {
      attempt.then((late) => late?.destroy()).catch(() => undefined);
      return undefined;
    }
    const { clock } = check;
    await deadline.race(new Promise<void>((resolve) => clock.after(RETRY_MS, resolve)));
    if (deadline.over) return undefined;
  }
}

/** An HTTP/2 session whose server has said its settings; undefined when there is none to be had. */
async function open({ dial, address }: HealthCheck): Promise<ClientHttp2Session | undefined> {
  let stream: NetworkStream;
  try {
    stream = await dial();
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    return undefined;
  }
  // Loaded when it is needed: a cluster without gRPC starts without it.
  const http2 = await import('node:http2');
  const session = http2.connect(`http://${address}`, { createConnection: () => streamSocket(stream) });
  return new Promise((resolve) => {
    session.once('remoteSettings', () => resolve(session));
    session.once('close', () => resolve(undefined));
    session.on('error', () => {
      session.destroy();
      stream.destroy();
    });
  });
}

/** One call of Check: the status it gave, or the error's text. */
function call(
  session: ClientHttp2Session,
  { address, service }: HealthCheck,
): Promise<{ code: GrpcCode; text: string }> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let code: GrpcCode | undefined;
    let text = '';
    const read = (headers: Record<string, unknown>) => {
      const number = headers['grpc-status'];
      if (number === undefined) return;
      code = grpcCodes[Number(number)] ?? 'Unknown';
      text = percentDecoded(String(headers['grpc-message'] ?? ''));
    };
    if (session.destroyed || session.closed) {
      resolve(CUT_OFF);
      return;
    }
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      ':authority': address,
      'content-type': 'application/grpc',
      'user-agent': 'kube-probe/1.36 grpc-go/1.72.2',
      te: 'trailers',
    });
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      if (code === undefined) resolve(CUT_OFF);
      else if (code !== 'OK') resolve({ code, text });
      else resolve(statusIn(Buffer.concat(parts)));
    });
    stream.end(grpcFrame(healthRequest.encode(service)));
  });
}

const CUT_OFF = { code: 'Unavailable', text: 'error reading from server: EOF' } as const;

function statusIn(body: Buffer): { code: GrpcCode; text: string } {
  try {
    return { code: 'OK', text: healthResponse.decode(grpcMessage(body) ?? Buffer.alloc(0)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: 'Internal', text: `grpc: failed to unmarshal the received message: ${why}` };
  }
}

/** A message whose escapes are wrong is shown as it came. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One moment for several waits. */
class Deadline {
  over = false;
  private readonly passed: Promise<undefined>;
  private readonly timer: { cancel(): void };
  private pass: () => void = () => undefined;

  constructor(clock: Clock, ms: number) {
    this.passed = new Promise((resolve) => {
      this.pass = () => resolve(undefined);
    });
    this.timer = clock.after(ms, () => {
      this.over = true;
      this.pass();
    });
  }

  /** What the promise gives, or undefined at the deadline. */
  race<T>(promise: Promise<T>): Promise<T | undefined> {
    return Promise.race([promise, this.passed]);
  }

  cancel(): void {
    this.timer.cancel();
  }
}

/** Go's Duration of whole seconds: `5s`, `1m30s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
