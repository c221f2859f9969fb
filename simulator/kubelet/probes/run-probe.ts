import type { Clock } from '../../clock/clock';
import { DialError } from '../../network/cluster-network';
import type { RuntimeContainer, Sandbox } from '../../runtime/container-runtime';
import { RuntimeError } from '../../runtime/container-runtime';
import type { Container, Probe } from '../../schema/types';
import { httpGet } from '../http-request';
import { runCommand, withTimeout } from '../run-command';

/** `errored`: the probe itself could not be carried out; its result does not count. */
export interface ProbeOutcome {
  result: 'success' | 'failure' | 'warning' | 'errored';
  output: string;
}

export interface ProbeTarget {
  clock: Clock;
  sandbox: Sandbox;
  container: RuntimeContainer;
  spec: Container;
}

const MAX_REDIRECTS = 10;

/** Carries out one probe of any kind; the texts are those of Kubernetes (pkg/probe). */
export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.exec) return runExec(probe.exec.command ?? [], timeoutMs, target);
  if (probe.httpGet) return runHttp(probe.httpGet, timeoutMs, target);
  if (probe.tcpSocket) return runTcp(probe.tcpSocket, timeoutMs, target);
  if (probe.grpc) return runGrpc(probe.grpc.port, timeoutMs, target);
  return { result: 'errored', output: `missing probe handler for ${target.spec.name}` };
}

async function runExec(command: string[], timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  try {
    const result = await runCommand(target.clock, target.container, command, timeoutMs);
    if (!result)
      return { result: 'failure', output: `command ${JSON.stringify(command.join(' '))} timed out` };
    return { result: result.exitCode === 0 ? 'success' : 'failure', output: result.output };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return {
      result: 'errored',
      output: `rpc error: code = Unknown desc = failed to exec in container: ${error.message}`,
    };
  }
}

type HttpAction = NonNullable<Probe['httpGet']>;

async function runHttp(action: HttpAction, timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  const port = portNumber(action.port, target.spec);
  if (port === undefined) return { result: 'errored', output: `couldn't find port: ${String(action.port)}` };
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const host = action.host || target.sandbox.ip;
  const path = action.path ? (action.path.startsWith('/') ? action.path : `/${action.path}`) : '/';
  const url = `${scheme}://${host}:${port}${path}`;
  if (scheme === 'https' || host !== target.sandbox.ip) {
    return {
      result: 'failure',
      output:
        'The embedded cluster simulates httpGet probes over HTTP to the Pod itself only; use a kind cluster for HTTPS or another host.',
    };
  }
  const failed = (why: string): ProbeOutcome => ({ result: 'failure', output: `Get "${url}": ${why}` });
  try {
    const reply = await withTimeout(
      target.clock,
      follow(target, port, path, action.httpHeaders ?? []),
      timeoutMs,
    );
    if (!reply) return failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    if (reply.status >= 200 && reply.status < 400) {
      const result = reply.status >= 300 ? 'warning' : 'success';
      return {
        result,
        output:
          result === 'warning' ? `Probe terminated redirects, Response body: ${reply.body}` : reply.body,
      };
    }
    return { result: 'failure', output: `HTTP probe failed with statuscode: ${reply.status}` };
  } catch (error) {
    return failed(dialText(error, target.sandbox.ip, port, 'context deadline exceeded'));
  }
}

/** Follows redirects within the Pod; one that leads elsewhere is the answer (probe/http RedirectChecker). */
async function follow(target: ProbeTarget, port: number, path: string, headers: HttpAction['httpHeaders']) {
  const origin = `http://${target.sandbox.ip}:${port}`;
  let location = new URL(path, origin);
  for (let redirects = 0; ; redirects++) {
    const stream = await target.sandbox.dial(Number(location.port || 80));
    const reply = await httpGet(stream, {
      host: `${target.sandbox.ip}:${port}`,
      path: `${location.pathname}${location.search}`,
      headers: headers ?? [],
    });
    const next = reply.status >= 300 && reply.status < 400 ? reply.headers.get('location') : undefined;
    if (!next) return reply;
    const url = new URL(next, location);
    if (url.hostname !== target.sandbox.ip || url.protocol !== 'http:') return reply;
    if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    location = url;
  }
}

type TcpAction = NonNullable<Probe['tcpSocket']>;

async function runTcp(action: TcpAction, timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  const port = portNumber(action.port, target.spec);
  if (port === undefined) return { result: 'errored', output: `couldn't find port: ${String(action.port)}` };
  try {
    const stream = await target.sandbox.dial(port, { timeoutMs });
    stream.destroy();
    return { result: 'success', output: '' };
  } catch (error) {
    return { result: 'failure', output: dialText(error, target.sandbox.ip, port, 'i/o timeout') };
  }
}

async function runGrpc(port: number, timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  try {
    const stream = await target.sandbox.dial(port, { timeoutMs });
    stream.destroy();
    return {
      result: 'failure',
      output: 'The embedded cluster does not simulate gRPC probes; use a kind cluster for that.',
    };
  } catch {
    const service = JSON.stringify(`${target.sandbox.ip}:${port}`);
    return {
      result: 'failure',
      output: `timeout: failed to connect service ${service} within ${timeoutMs / 1000}s: context deadline exceeded`,
    };
  }
}

/** A port by number or by name (probe.ResolveContainerPort). */
function portNumber(port: number | string | object, container: Container): number | undefined {
  const text = String(port);
  if (/^\d+$/.test(text)) return Number(text);
  return container.ports?.find(({ name }) => name === text)?.containerPort;
}

function dialText(error: unknown, ip: string, port: number, timeout: string): string {
  if (error instanceof DialError) {
    const where = `dial tcp ${ip}:${port}`;
    if (error.code === 'ECONNREFUSED') return `${where}: connect: connection refused`;
    if (error.code === 'ETIMEDOUT') return timeout === 'i/o timeout' ? `${where}: ${timeout}` : timeout;
    if (error.code === 'EHOSTUNREACH') return `${where}: connect: no route to host`;
    if (error.code === 'ECONNRESET') return `read tcp ${ip}:${port}: read: connection reset by peer`;
  }
  return error instanceof Error ? error.message : String(error);
}
