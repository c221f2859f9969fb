import { resourceList } from '../../schema/pod-resources';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../../schema/quantity';
import { resourceByName, resourceParts } from '../../schema/resources';
import type { Pod, ResourceName, ResourceQuota } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import { inScope, quotaUsage, usageOf } from './quota-usage';
import type { AdmissionRequest } from './request';

/** What each container must state where a quota limits it. */
const STATED = /^(requests\.|limits\.)?(cpu|memory)$/;

const NOTHING: ReadonlyMap<string, Quantity> = new Map();

/**
 * ResourceQuota: refuses what would use more than a quota of the namespace allows, or does not say how much it uses; else
 * books it in `status.used`.
 */
export function checkQuota(request: AdmissionRequest, client: Client): void {
  const { resource, namespace, name, object, oldObject } = request;
  if (!object) return;
  const quotas = client
    .list('resourcequotas', { namespace })
    .filter((quota) => inScope(quota, resource, object));
  const wanted = usageOf(resource, object);
  const booked: { quota: ResourceQuota; used: Map<string, Quantity> }[] = [];
  for (const quota of quotas) {
    const hard = new Map(
      Object.entries(quota.spec?.hard ?? {}).map(([key, text]) => [key, parseQuantity(text)]),
    );
    if (resource === 'pods') checkStated(quota, object as Pod, name);
    const had = oldObject && inScope(quota, resource, oldObject) ? usageOf(resource, oldObject) : NOTHING;
    const delta = new Map(
      [...wanted]
        .filter(([key]) => hard.has(key))
        .map(
          ([key, amount]) => [key, subtractQuantities(amount, had.get(key) ?? parseQuantity('0'))] as const,
        )
        .filter(([, amount]) => amount.nanos !== 0n),
    );
    if (delta.size === 0) continue;
    const used = quotaUsage(quota, client);
    const over = [...delta.keys()].filter((key) => exceeds(used.get(key), delta.get(key), hard.get(key)));
    if (over.length > 0) throw exceeded(resource, name, quota, over, delta, used, hard);
    for (const [key, amount] of delta) {
      const sofar = used.get(key);
      used.set(key, sofar ? addQuantities(sofar, amount) : amount);
    }
    booked.push({ quota, used });
  }
  if (!request.dryRun) for (const { quota, used } of booked) book(quota, used, client);
}

function checkStated(quota: ResourceQuota, { spec }: Pod, name: string): void {
  const { requests, limits } = spec?.resources ?? {};
  // A Pod with amounts of its own needs none of its containers'.
  if (Object.keys({ ...requests, ...limits }).length > 0) return;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const missing: string[] = [];
  for (const key of Object.keys(quota.spec?.hard ?? {}).sort()) {
    const match = STATED.exec(key);
    if (!match) continue;
    const side = match[1] === 'limits.' ? 'limits' : 'requests';
    const resource = match[2] ?? '';
    const silent = containers.filter(({ resources }) => resources?.[side]?.[resource] === undefined);
    if (silent.length > 0)
      missing.push(
        `${key} for: ${silent
          .map((container) => container.name)
          .sort()
          .join(',')}`,
      );
  }
  if (missing.length > 0)
    throw forbidden(
      resourceByName('pods'),
      name,
      `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`,
    );
}

function exceeds(
  used: Quantity | undefined,
  delta: Quantity | undefined,
  hard: Quantity | undefined,
): boolean {
  if (!delta || !hard || delta.nanos < 0n) return false;
  return compareQuantities(addQuantities(used ?? parseQuantity('0'), delta), hard) > 0;
}

function exceeded(
  resource: ResourceName,
  name: string,
  quota: ResourceQuota,
  keys: readonly string[],
  ...lists: Map<string, Quantity>[]
): Error {
  const text = (list: Map<string, Quantity> | undefined) =>
    [...keys]
      .sort()
      .map((key) => `${key}=${formatQuantity(list?.get(key) ?? parseQuantity('0'))}`)
      .join(',');
  const [delta, used, hard] = lists;
  return forbidden(
    resourceParts(resource),
    name,
    `exceeded quota: ${quota.metadata.name}, requested: ${text(delta)}, used: ${text(used)}, limited: ${text(hard)}`,
  );
}

function book(quota: ResourceQuota, used: Map<string, Quantity>, client: Client): void {
  const current = client.get('resourcequotas', quota.metadata.namespace ?? '', quota.metadata.name ?? '');
  if (!current) return;
  client.updateStatus('resourcequotas', {
    ...structuredClone(current),
    status: { hard: { ...current.spec?.hard }, used: resourceList(used) },
  });
}
