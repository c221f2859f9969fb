import type { Node } from '../schema/types';

const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** What a Pod that is given a node tells of where that stands (admission plugin PodTopologyLabels, in its default configuration). */
export function topologyLabels(node: Node | undefined): Record<string, string> {
  const labels = Object.entries(node?.metadata.labels ?? {});
  return Object.fromEntries(labels.filter(([key]) => TOPOLOGY.includes(key)));
}
