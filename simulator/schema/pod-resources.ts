import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity } from './quantity';
import type { Container, PodSpec } from './types';

/** Amounts by resource name, as in `resources.requests`. */
export type ResourceList = Record<string, string>;

/**
 * What a Pod asks of its node: the containers together with the sidecars, or the hungriest moment of its start, whichever
 * is more; Pod-level resources win; overhead comes on top (component-helpers resource.PodRequests).
 */
export function podRequests(spec: PodSpec): Map<string, Quantity> {
  return podTotal(spec, 'requests');
}

/** The same for limits. A resource is missing when no container limits it. */
export function podLimits(spec: PodSpec): Map<string, Quantity> {
  return podTotal(spec, 'limits');
}

/** The containers' part of `podRequests`, without Pod-level resources and overhead. */
export function containerTotal(spec: PodSpec, side: 'requests' | 'limits'): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  for (const container of spec.containers ?? []) add(total, amounts(container, side));
  const sidecars = new Map<string, Quantity>();
  const starting = new Map<string, Quantity>();
  for (const container of spec.initContainers ?? []) {
    const own = amounts(container, side);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      const moment = new Map(sidecars);
      add(moment, own);
      raise(starting, moment);
    }
  }
  raise(total, starting);
  return total;
}

/** `Guaranteed`, `Burstable` or `BestEffort` (component-helpers qos.ComputePodQOS): only CPU and memory count. */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const podLevel = spec.resources;
  const parts =
    podLevel && (podLevel.requests || podLevel.limits)
      ? [podLevel]
      : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});
  let any = false;
  let guaranteed = true;
  for (const { requests = {}, limits = {} } of parts) {
    for (const name of ['cpu', 'memory']) {
      const request = positive(requests[name]);
      const limit = positive(limits[name]);
      any ||= Boolean(request || limit);
      guaranteed &&= Boolean(limit && (!request || compareQuantities(request, limit) === 0));
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Back to text, sorted by name. */
export function resourceList(amountsByName: Map<string, Quantity>): ResourceList {
  const sorted = [...amountsByName].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

function podTotal(spec: PodSpec, side: 'requests' | 'limits'): Map<string, Quantity> {
  const total = containerTotal(spec, side);
  for (const [name, text] of Object.entries(spec.resources?.[side] ?? {}))
    total.set(name, parseQuantity(text));
  for (const [name, text] of Object.entries(spec.overhead ?? {})) {
    const sofar = total.get(name);
    if (sofar) total.set(name, addQuantities(sofar, parseQuantity(text)));
    else if (side === 'requests') total.set(name, parseQuantity(text));
  }
  return total;
}

function amounts(container: Container, side: 'requests' | 'limits'): Map<string, Quantity> {
  const list = container.resources?.[side] ?? {};
  return new Map(Object.entries(list).map(([name, text]) => [name, parseQuantity(text)]));
}

function add(total: Map<string, Quantity>, more: Map<string, Quantity>): void {
  for (const [name, quantity] of more) {
    const sofar = total.get(name);
    total.set(name, sofar ? addQuantities(sofar, quantity) : quantity);
  }
}

function raise(total: Map<string, Quantity>, floor: Map<string, Quantity>): void {
  for (const [name, quantity] of floor) {
    const sofar = total.get(name);
    if (!sofar || compareQuantities(sofar, quantity) < 0) total.set(name, quantity);
  }
}

function positive(text: string | undefined): Quantity | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text);
  return quantity && quantity.nanos > 0n ? quantity : undefined;
}
