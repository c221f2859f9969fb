import type { Client } from '../api/client';
import { containerTotal } from '../schema/pod-resources';
import { parseQuantity, quantityValue } from '../schema/quantity';
import type { Container, Pod, PodSpec } from '../schema/types';
import { isSidecar } from './restart-policy';

const GUARANTEED = -997;
const BEST_EFFORT = 1000;
const NODE_CRITICAL = 'system-node-critical';

/** oom_score_adj of a container's processes: by QoS class, and by the share of the node that it asks for (qos.GetContainerOOMScoreAdjust). */
export function oomScoreAdj(pod: Pod, container: Container, nodeMemory: number): number {
  const qos = pod.status?.qosClass;
  const spec = pod.spec ?? { containers: [] };
  if (qos === 'Guaranteed' || spec.priorityClassName === NODE_CRITICAL) return GUARANTEED;
  if (qos !== 'Burstable') return BEST_EFFORT;
  // A sidecar is to outlive the main containers.
  const sidecar = isSidecar(container) && spec.initContainers?.some(({ name }) => name === container.name);
  const least = sidecar ? Math.min(...spec.containers.map(requestOf)) : 0;
  const wanted = Math.max(requestOf(container), least) + shareOfRest(spec);
  const score = BEST_EFFORT - Math.floor((BEST_EFFORT * wanted) / Math.max(1, nodeMemory));
  return Math.min(BEST_EFFORT - 1, Math.max(BEST_EFFORT + GUARANTEED, score));
}

/** Bytes. */
function requestOf({ resources }: Pick<Container, 'resources'>): number {
  const memory = resources?.requests?.['memory'];
  return memory ? quantityValue(parseQuantity(memory)) : 0;
}

/** What the Pod as a whole asks for beyond its containers, shared among them equally (remainingPodMemReqPerContainer). */
function shareOfRest(spec: PodSpec): number {
  const whole = requestOf(spec);
  if (whole === 0) return 0;
  const own = containerTotal(spec, 'requests').get('memory');
  const rest = whole - (own ? quantityValue(own) : 0);
  return Math.trunc(rest / (spec.containers.length + (spec.initContainers?.length ?? 0)));
}

/** Bytes of memory that the Pod's node has. */
export function memoryOf(client: Client, pod: Pod): number {
  const capacity = client.get('nodes', '', pod.spec?.nodeName ?? '')?.status?.capacity?.['memory'];
  return capacity ? quantityValue(parseQuantity(capacity)) : 0;
}
