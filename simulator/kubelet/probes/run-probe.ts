import type { Clock } from '../../clock/clock';
import { DialError } from '../../network/cluster-network';
import type { RuntimeContainer, Sandbox } from '../../runtime/container-runtime';
import { RuntimeError } from '../../runtime/container-runtime';
import type { Container, Probe } from '../../schema/types';
import { containerPort, type HttpAction, type HttpTarget, httpTarget, sendGet, urlOf } from '../http-action';
import type { HttpReply } from '../http-request';
import { runCommand, withTimeout } from '../run-command';
import { probeGrpc } from './grpc-health';

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
  if (probe.grpc) return runGrpc(probe.grpc, timeoutMs, target);
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

async function runHttp(action: HttpAction, timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  const { sandbox, spec, clock } = target;
  const where = httpTarget(action, spec, sandbox.ip);
  if (!where) return { result: 'errored', output: `couldn't find port: ${String(action.port)}` };
  const failed = (why: string): ProbeOutcome => ({
    result: 'failure',
    output: `Get "${urlOf(where)}": ${why}`,
  });
  try {
    const reply = await withTimeout(clock, follow(target, where), timeoutMs);
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
    return failed(dialText(error, where.host, where.port, 'context deadline exceeded'));
  }
}

/** Follows redirects to the same host; one that leads elsewhere is the answer (probe/http RedirectChecker). */
async function follow({ sandbox }: ProbeTarget, first: HttpTarget): Promise<HttpReply> {
  let target = first;
  for (let redirects = 0; ; redirects++) {
    const reply = await sendGet(sandbox, target);
    const next = reply.status >= 300 && reply.status < 400 ? reply.headers.get('location') : undefined;
    if (!next) return reply;
    const url = new URL(next, urlOf(target));
    const scheme = url.protocol === 'https:' ? 'https' : 'http';
    if (url.hostname !== first.host) return reply;
    if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    const port = Number(url.port || (scheme === 'https' ? 443 : 80));
    target = { ...target, scheme, port, path: `${url.pathname}${url.search}` };
  }
}

type TcpAction = NonNullable<Probe['tcpSocket']>;

async function runTcp(action: TcpAction, timeoutMs: number, target: ProbeTarget): Promise<ProbeOutcome> {
  const port = containerPort(action.port, target.spec);
  if (port === undefined) return { result: 'errored', output: `couldn't find port: ${String(action.port)}` };
  const host = action.host || target.sandbox.ip;
  try {
    const stream = await target.sandbox.dial(port, { timeoutMs, host });
    stream.destroy();
    return { result: 'success', output: '' };
  } catch (error) {
    return { result: 'failure', output: dialText(error, host, port, 'i/o timeout') };
  }
}

function runGrpc(
  { port, service }: NonNullable<Probe['grpc']>,
  timeoutMs: number,
  { clock, sandbox }: ProbeTarget,
): Promise<ProbeOutcome> {
  const address = `${sandbox.ip}:${port}`;
  return probeGrpc({
    clock,
    dial: () => sandbox.dial(port, { timeoutMs }),
    address,
    service: service ?? '',
    timeoutMs,
  });
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
