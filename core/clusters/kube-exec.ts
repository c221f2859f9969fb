import WebSocket from 'ws';
import { type ExecResult, KubeApiError } from './kube-api';
import { type KubeHttp, readBody } from './kube-http';
import { refusal } from './kube-status';

const outputLimit = 1024 * 1024;

/** With it one can end stdin. API servers before 1.30 have only the other. */
const [current, former] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Their channels (k8s.io/apimachinery/pkg/util/remotecommand): first byte of every message. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 };

interface ExecStatus {
  status?: string;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

/** Runs a command in a container over a WebSocket. Output beyond 1 MiB ends it. */
export async function execOverWebSocket(
  connection: KubeHttp,
  namespace: string,
  pod: string,
  options: { container?: string; command: readonly string[]; stdin?: string },
  signal?: AbortSignal,
): Promise<ExecResult> {
  signal?.throwIfAborted();
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (options.container) query.set('container', options.container);
  if (options.stdin !== undefined) query.set('stdin', 'true');
  for (const word of options.command) query.append('command', word);
  const url = connection.url(
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query}`,
  );
  const { tls, headers } = await connection.identity();
  return new Promise<ExecResult>((resolve, reject) => {
    const socket = new WebSocket(url, [current, former], {
      ...tls,
      headers,
      perMessageDeflate: false,
      handshakeTimeout: 15_000,
    });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], size: 0 };
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', onAbort);
      act();
      socket.terminate();
    };
    const finish = (exitCode: number | null, error?: string) =>
      settle(() =>
        resolve({
          stdout: Buffer.concat(output.stdout).toString('utf8'),
          stderr: Buffer.concat(output.stderr).toString('utf8'),
          exitCode,
          ...(error !== undefined && { error }),
        }),
      );
    const onAbort = () => settle(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort);

    socket.on('open', () => {
      if (options.stdin === undefined) return;
      if (socket.protocol !== current)
        return finish(null, 'this cluster is too old to end the input of a command');
      socket.send(Buffer.concat([Buffer.of(channel.stdin), Buffer.from(options.stdin)]));
      socket.send(Buffer.of(channel.close, channel.stdin));
    });
    socket.on('message', (data: Buffer) => {
      const kind = data[0];
      const bytes = data.subarray(1);
      if (kind === channel.error) return finish(...exitOf(bytes.toString('utf8')));
      if (kind !== channel.stdout && kind !== channel.stderr) return;
      output.size += bytes.length;
      if (output.size > outputLimit) return finish(null, 'the command wrote more than 1 MiB');
      output[kind === channel.stdout ? 'stdout' : 'stderr'].push(bytes);
    });
    socket.on('unexpected-response', (_request, response) => {
      readBody(response, 64 * 1024).then(
        ({ body }) => settle(() => reject(refusal(response.statusCode ?? 0, body))),
        (error) => settle(() => reject(connection.unreachable(error))),
      );
    });
    socket.on('error', (error) => settle(() => reject(connection.unreachable(error))));
    socket.on('close', (code) =>
      settle(() => reject(new KubeApiError(500, 'ExecEnded', `the exec stream ended early (code ${code})`))),
    );
  });
}

/** The exit code in the `Status` that ends an exec stream; null with the reason when the command did not start. */
function exitOf(text: string): [number | null, string?] {
  let status: ExecStatus;
  try {
    status = JSON.parse(text) as ExecStatus;
  } catch {
    return [null, text];
  }
  if (status.status === 'Success') return [0];
  const code = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  if (status.reason === 'NonZeroExitCode' && code !== undefined) return [Number(code)];
  return [null, status.message ?? 'the command could not be started'];
}
