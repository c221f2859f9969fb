import type { Clock } from '../clock/clock';
import { DialError } from '../network/cluster-network';
import type { RuntimeContainer, Sandbox } from '../runtime/container-runtime';
import { RuntimeError } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { httpGet } from './http-request';
import { podText } from './pod-state';
import { runCommand } from './run-command';

type Handler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

export interface HookTarget {
  clock: Clock;
  pod: Pod;
  spec: Container;
  container: RuntimeContainer;
  sandbox: Sandbox;
}

/** Longer than any grace period: a postStart hook may take as long as it likes. */
const UNLIMITED_MS = 86_400_000;

/** Runs a postStart or preStop hook; returns what went wrong in the kubelet's words, undefined when nothing did. */
export async function runHook(handler: Handler, target: HookTarget): Promise<string | undefined> {
  if (handler.exec) return runExec(handler.exec.command ?? [], target);
  if (handler.httpGet) return runHttp(handler.httpGet, target);
  if (handler.sleep) {
    await target.clock.sleep(handler.sleep.seconds * 1000);
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

async function runHttp(
  action: NonNullable<Handler['httpGet']>,
  target: HookTarget,
): Promise<string | undefined> {
  const text = String(action.port);
  const port = /^\d+$/.test(text)
    ? Number(text)
    : target.spec.ports?.find(({ name }) => name === text)?.containerPort;
  if (port === undefined) return `couldn't find port: ${text}`;
  const host = action.host || target.sandbox.ip;
  const path = action.path?.startsWith('/') ? action.path : `/${action.path ?? ''}`;
  const url = `${(action.scheme ?? 'HTTP').toLowerCase()}://${host}:${port}${path}`;
  const where = `for Container ${JSON.stringify(target.spec.name)} in Pod ${JSON.stringify(podText(target.pod))}`;
  try {
    const stream = await target.sandbox.dial(port, { host });
    const own = action.httpHeaders ?? [];
    const named = own.some(({ name }) => name.toLowerCase() === 'user-agent');
    const headers = named ? own : [{ name: 'User-Agent', value: 'kube-lifecycle/1.36' }, ...own];
    // Whatever the status of the reply, the hook has been called (lifecycle runHTTPHandler).
    await httpGet(stream, { host: `${host}:${port}`, path, headers });
    return undefined;
  } catch (error) {
    const why =
      error instanceof DialError && error.code === 'ECONNREFUSED'
        ? `dial tcp ${host}:${port}: connect: connection refused`
        : error instanceof Error
          ? error.message
          : String(error);
    return `HTTP lifecycle hook (${path}) ${where} failed - error: Get "${url}": ${why}`;
  }
}
