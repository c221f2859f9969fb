import type { Client } from '../api/client';
import { parseQuantity, quantityValue } from '../schema/quantity';
import type { Container, Pod } from '../schema/types';

const GUARANTEED = -997;
const BEST_EFFORT = 1000;
/** scheduling.SystemCriticalPriority. */
const SYSTEM_CRITICAL = 2_000_000_000;

/** oom_score_adj of a container's processes: by QoS class, and by the share of the node that it asks for (qos.GetContainerOOMScoreAdjust). */
export function oomScoreAdj(pod: Pod, container: Container, nodeMemory: number): number {
  const qos = pod.status?.qosClass;
  if (qos === 'Guaranteed' || (pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL) return GUARANTEED;
  if (qos !== 'Burstable') return BEST_EFFORT;
  const request = container.resources?.requests?.['memory'];
  const wanted = request ? quantityValue(parseQuantity(request)) : 0;
  const score = BEST_EFFORT - Math.floor((BEST_EFFORT * wanted) / Math.max(1, nodeMemory));
  return Math.min(BEST_EFFORT - 1, Math.max(BEST_EFFORT + GUARANTEED, score));
}

/** Bytes of memory that the Pod's node has. */
export function memoryOf(client: Client, pod: Pod): number {
  const capacity = client.get('nodes', '', pod.spec?.nodeName ?? '')?.status?.capacity?.['memory'];
  return capacity ? quantityValue(parseQuantity(capacity)) : 0;
}
