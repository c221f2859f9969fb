import { podLimits, podRequests } from '../../schema/pod-resources';
import { compareQuantities, formatQuantity, parseQuantity, type Quantity } from '../../schema/quantity';
import { resourceByName } from '../../schema/resources';
import type { Container, LimitRange, PersistentVolumeClaim, Pod } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import type { AdmissionRequest } from './request';

type Limit = NonNullable<LimitRange['spec']>['limits'][number];
type Amounts = Map<string, Quantity>;

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** LimitRanger, first half: containers get the namespace's default requests and limits. */
export function applyLimitDefaults({ namespace, object }: AdmissionRequest, client: Client): void {
  const pod = object as Pod;
  for (const range of client.list('limitranges', { namespace })) {
    const defaults = { requests: {} as Record<string, string>, limits: {} as Record<string, string> };
    for (const limit of range.spec?.limits ?? []) {
      if (limit.type !== 'Container') continue;
      Object.assign(defaults.requests, limit.defaultRequest);
      Object.assign(defaults.limits, limit.default);
    }
    const notes = [
      ...(pod.spec?.containers ?? []).flatMap((container) => fill(container, defaults, 'container')),
      ...(pod.spec?.initContainers ?? []).flatMap((container) => fill(container, defaults, 'init container')),
    ];
    if (notes.length > 0)
      pod.metadata.annotations = {
        ...pod.metadata.annotations,
        [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
      };
  }
}

/** LimitRanger, second half: refuses what is outside of a range, in upstream's words. */
export function checkLimits({ resource, namespace, name, object }: AdmissionRequest, client: Client): void {
  for (const range of client.list('limitranges', { namespace })) {
    const problems = (range.spec?.limits ?? []).flatMap((limit) =>
      resource === 'pods'
        ? podProblems(object as Pod, limit)
        : claimProblems(object as PersistentVolumeClaim, limit),
    );
    const distinct = [...new Set(problems)];
    if (distinct.length === 0) continue;
    const text = distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`;
    throw forbidden(resourceByName(resource), name, text ?? '');
  }
}

function fill(
  container: Container,
  defaults: { requests: Record<string, string>; limits: Record<string, string> },
  what: string,
): string[] {
  const notes: string[] = [];
  for (const [side, word] of [
    ['requests', 'request'],
    ['limits', 'limit'],
  ] as const) {
    const present = container.resources?.[side];
    const added = Object.keys(defaults[side])
      .filter((name) => present?.[name] === undefined)
      .sort();
    if (added.length === 0) continue;
    container.resources = { ...container.resources, [side]: { ...defaults[side], ...present } };
    notes.push(`${added.join(', ')} ${word} for ${what} ${container.name}`);
  }
  return notes;
}

function podProblems({ spec }: Pod, limit: Limit): string[] {
  if (!spec) return [];
  if (limit.type === 'Pod') return problems(limit, podRequests(spec), podLimits(spec));
  if (limit.type !== 'Container') return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    problems(limit, amounts(resources?.requests), amounts(resources?.limits)),
  );
}

function claimProblems({ spec }: PersistentVolumeClaim, limit: Limit): string[] {
  if (limit.type !== 'PersistentVolumeClaim') return [];
  const requests = amounts(spec?.resources?.requests);
  const found: string[] = [];
  for (const [name, least] of amounts(limit.min)) {
    const request = requests.get(name);
    const head = `minimum ${name} usage per ${limit.type} is ${formatQuantity(least)}`;
    if (!request) found.push(`${head}.  No request is specified`);
    else if (compareQuantities(request, least) < 0)
      found.push(`${head}, but request is ${formatQuantity(request)}`);
  }
  for (const [name, most] of amounts(limit.max)) {
    const request = requests.get(name);
    const head = `maximum ${name} usage per ${limit.type} is ${formatQuantity(most)}`;
    if (!request) found.push(`${head}.  No request is specified`);
    else if (compareQuantities(request, most) > 0)
      found.push(`${head}, but request is ${formatQuantity(request)}`);
  }
  return found;
}

function problems(limit: Limit, requests: Amounts, limits: Amounts): string[] {
  const found: string[] = [];
  for (const [name, least] of amounts(limit.min)) {
    const head = `minimum ${name} usage per ${limit.type} is ${formatQuantity(least)}`;
    const request = requests.get(name);
    const most = limits.get(name);
    if (!request) found.push(`${head}.  No request is specified`);
    else if (compareQuantities(request, least) < 0)
      found.push(`${head}, but request is ${formatQuantity(request)}`);
    else if (most && compareQuantities(most, least) < 0)
      found.push(`${head}, but limit is ${formatQuantity(most)}`);
  }
  for (const [name, most] of amounts(limit.max)) {
    const head = `maximum ${name} usage per ${limit.type} is ${formatQuantity(most)}`;
    const request = requests.get(name);
    const ceiling = limits.get(name);
    if (!ceiling) found.push(`${head}.  No limit is specified`);
    else if (compareQuantities(ceiling, most) > 0)
      found.push(`${head}, but limit is ${formatQuantity(ceiling)}`);
    else if (request && compareQuantities(request, most) > 0)
      found.push(`${head}, but request is ${formatQuantity(request)}`);
  }
  for (const [name, ratio] of amounts(limit.maxLimitRequestRatio))
    found.push(...ratioProblems(name, ratio, limit.type, requests.get(name), limits.get(name)));
  return found;
}

function ratioProblems(
  name: string,
  ratio: Quantity,
  type: string,
  request: Quantity | undefined,
  limit: Quantity | undefined,
): string[] {
  const head = `${name} max limit to request ratio per ${type} is ${formatQuantity(ratio)}`;
  if (!request || request.nanos === 0n) return [`${head}, but no request is specified or request is 0`];
  if (!limit || limit.nanos === 0n) return [`${head}, but no limit is specified or limit is 0`];
  const actual = Number(limit.nanos) / Number(request.nanos);
  return actual > Number(ratio.nanos) / 1e9 ? [`${head}, but provided ratio is ${actual.toFixed(6)}`] : [];
}

function amounts(list: Record<string, string> | undefined): Amounts {
  const sorted = Object.entries(list ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return new Map(sorted.map(([name, text]) => [name, parseQuantity(text)]));
}
