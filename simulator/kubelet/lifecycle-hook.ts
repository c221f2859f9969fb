import type { Clock } from '../clock/clock';
import { DialError } from '../network/cluster-network';
import type { RuntimeContainer, Sandbox } from '../runtime/container-runtime';
import { RuntimeError } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { type HttpAction, type HttpTarget, httpTarget, PlainHttpError, sendGet, urlOf } from './http-action';
import { podText } from './pod-state';
import { runCommand } from './run-command';

type Handler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

export interface HookTarget {
  clock: Clock;
  pod: Pod;
  spec: Container;
  container: RuntimeContainer;
  sandbox: Sandbox;
  /** A Warning event of the Pod. */
  warn: (reason: string, message: string) => void;
}

/** Longer than any grace period: a postStart hook may take as long as it likes. */
const UNLIMITED_MS = 86_400_000;

/** Runs a postStart or preStop hook; returns what went wrong in the kubelet's words, undefined when nothing did. */
export async function runHook(handler: Handler, target: HookTarget): Promise<string | undefined> {
  if (handler.exec) return runExec(handler.exec.command ?? [], target);
  if (handler.httpGet) return runHttp(handler.httpGet, target);
  if (handler.sleep) {
    await target.clock.sleep((handler.sleep.seconds ?? 0) * 1000);
    return undefined;
  }
  return 'invalid handler';
}

async function runExec(command: string[], target: HookTarget): Promise<string | undefined> {
  const where = `for Container ${JSON.stringify(target.spec.name)} in Pod ${JSON.stringify(podText(target.pod))}`;
  const failed = (why: string, output: string) =>
    `Exec lifecycle hook ([${command.join(' ')}]) ${where} failed - error: ${why}, message: ${JSON.stringify(output)}`;
  try {
    const result = await runCommand(target.clock, target.container, command, UNLIMITED_MS);
    if (!result || result.exitCode === 0) return undefined;
    return failed(
      `command '${command.join(' ')}' exited with ${result.exitCode}: ${result.output}`,
      result.output,
    );
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return failed(`rpc error: code = Unknown desc = failed to exec in container: ${error.message}`, '');
  }
}

async function runHttp(action: HttpAction, target: HookTarget): Promise<string | undefined> {
  const where = httpTarget(action, target.spec, target.sandbox.ip);
  if (!where) return `couldn't find port: ${String(action.port)}`;
  const named = where.headers.some(({ name }) => name.toLowerCase() === 'user-agent');
  const agent = { name: 'User-Agent', value: 'kube-lifecycle/1.36' };
  const request = named ? where : { ...where, headers: [agent, ...where.headers] };
  try {
    // Whatever the status of the reply, the hook has been called (lifecycle runHTTPHandler).
    await get(request, target);
    return undefined;
  } catch (error) {
    const container = `for Container ${JSON.stringify(target.spec.name)} in Pod ${JSON.stringify(podText(target.pod))}`;
    const why =
      error instanceof DialError && error.code === 'ECONNREFUSED'
        ? `dial tcp ${where.host}:${where.port}: connect: connection refused`
        : error instanceof Error
          ? error.message
          : String(error);
    return `HTTP lifecycle hook (${action.path ?? ''}) ${container} failed - error: Get "${urlOf(where)}": ${why}`;
  }
}

/** An HTTPS hook whose server speaks HTTP is called by that, without its credentials, and an event says so (lifecycle runHTTPHandler). */
async function get(request: HttpTarget, { sandbox, warn }: HookTarget): Promise<void> {
  try {
    await sendGet(sandbox, request);
  } catch (error) {
    if (!(error instanceof PlainHttpError)) throw error;
    const headers = request.headers.filter(({ name }) => name.toLowerCase() !== 'authorization');
    await sendGet(sandbox, { ...request, scheme: 'http', headers });
    warn(
      'LifecycleHTTPFallback',
      `request to HTTPS lifecycle hook ${request.host}:${request.port} got HTTP response, retry with HTTP succeeded`,
    );
  }
}
