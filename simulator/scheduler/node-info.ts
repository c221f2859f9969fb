import { podRequests } from '../schema/pod-resources';
import { parseQuantity } from '../schema/quantity';
import type { Node, Pod } from '../schema/types';

/** Amounts of resources in billionths of their unit. */
export type Amounts = Map<string, bigint>;

/** A node with the Pods that are bound, or about to be bound, to it (framework NodeInfo). */
export interface NodeInfo {
  node: Node;
  name: string;
  labels: Record<string, string>;
  pods: Pod[];
  allocatable: Amounts;
}

export function nodeInfo(node: Node, pods: Pod[]): NodeInfo {
  return {
    node,
    name: node.metadata.name ?? '',
    labels: node.metadata.labels ?? {},
    pods,
    allocatable: new Map(
      Object.entries(node.status?.allocatable ?? {}).map(([name, text]) => [name, parseQuantity(text).nanos]),
    ),
  };
}

export function requestsOf(pod: Pod): Amounts {
  const requests = podRequests(pod.spec ?? { containers: [] });
  return new Map([...requests].map(([name, { nanos }]) => [name, nanos]));
}

/** What the Pods of a node ask for together. */
export function requested(pods: Pod[]): Amounts {
  const total: Amounts = new Map();
  for (const pod of pods) {
    for (const [name, nanos] of requestsOf(pod)) total.set(name, (total.get(name) ?? 0n) + nanos);
  }
  return total;
}

/** Takes room on its node: bound and not yet finished. */
export function occupies(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}
