import type { Container, Probe } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { forbidden, invalid, invalids, required } from './field-error';
import { headerName, portNumber } from './names';
import { nonNegative, optionallyOneOf, validatePort } from './values';

type Hook = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<Hook, 'sleep'>;

/** What the rules of a container need to know of its Pod. */
export interface HandlerContext {
  /** terminationGracePeriodSeconds */
  gracePeriod: number;
}

/** Liveness, readiness and startup probe of a container (core/validation validateLivenessProbe and its siblings). */
export function validateProbes(container: Container, path: string): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...validateProbe(livenessProbe, `${path}.livenessProbe`),
    ...succeedsOnce(livenessProbe, `${path}.livenessProbe`),
    ...validateProbe(readinessProbe, `${path}.readinessProbe`),
    ...(readinessProbe?.terminationGracePeriodSeconds === undefined
      ? []
      : [
          invalid(
            `${path}.readinessProbe.terminationGracePeriodSeconds`,
            readinessProbe.terminationGracePeriodSeconds,
            'must not be set for readinessProbes',
          ),
        ]),
    ...validateProbe(startupProbe, `${path}.startupProbe`),
    ...succeedsOnce(startupProbe, `${path}.startupProbe`),
  ];
}

/** core/validation validateLifecycle. */
export function validateLifecycle(
  lifecycle: Container['lifecycle'],
  context: HandlerContext,
  path: string,
): FieldError[] {
  const { postStart, preStop } = lifecycle ?? {};
  return [
    ...(postStart ? validateHandler(postStart, `${path}.postStart`, context) : []),
    ...(preStop ? validateHandler(preStop, `${path}.preStop`, context) : []),
  ];
}

function validateProbe(probe: Probe | undefined, path: string): FieldError[] {
  if (!probe) return [];
  const errors = validateHandler(probe, path);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const)
    errors.push(...nonNegative(probe[field], `${path}.${field}`));
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0)
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  return errors;
}

function succeedsOnce(probe: Probe | undefined, path: string): FieldError[] {
  const threshold = probe?.successThreshold ?? 1;
  return threshold === 1 ? [] : [invalid(`${path}.successThreshold`, threshold, 'must be 1')];
}

function validateHandler(handler: Handler, path: string, context?: HandlerContext): FieldError[] {
  const kinds = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((kind) => handler[kind]);
  if (kinds.length === 0) return [required(path, 'must specify a handler type')];
  return kinds.flatMap((kind, index) => {
    const here = `${path}.${kind}`;
    return index > 0
      ? [forbidden(here, 'may not specify more than 1 handler type')]
      : validateAction(handler, kind, here, context);
  });
}

function validateAction(
  handler: Handler,
  kind: keyof Handler,
  path: string,
  context: HandlerContext | undefined,
): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (kind === 'exec' && exec) return exec.command?.length ? [] : [required(`${path}.command`)];
  if (kind === 'httpGet' && httpGet) return validateHttpGet(httpGet, path);
  if (kind === 'tcpSocket' && tcpSocket) return validatePort(tcpSocket.port, `${path}.port`);
  if (kind === 'grpc' && grpc) return invalids(`${path}.port`, grpc.port ?? 0, portNumber(grpc.port ?? 0));
  if (kind === 'sleep' && sleep && context)
    return validateSleep(sleep.seconds ?? 0, context.gracePeriod, path);
  return [];
}

function validateSleep(seconds: number, gracePeriod: number, path: string): FieldError[] {
  if (seconds >= 0 && seconds <= gracePeriod) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  return [invalid(path, seconds, detail)];
}

function validateHttpGet(action: NonNullable<Probe['httpGet']>, path: string): FieldError[] {
  return [
    ...(action.path ? [] : [required(`${path}.path`)]),
    ...validatePort(action.port, `${path}.port`),
    ...optionallyOneOf(action.scheme ?? '', ['HTTP', 'HTTPS'], `${path}.scheme`),
    ...(action.httpHeaders ?? []).flatMap(({ name }) =>
      invalids(`${path}.httpHeaders`, name, headerName(name)),
    ),
  ];
}
