import { podRequests } from '../../schema/pod-resources';
import { compareQuantities, parseQuantity, quantityMilliValue, quantityValue } from '../../schema/quantity';
import { resourceByName } from '../../schema/resources';
import type { Pod } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import type { AdmissionRequest } from './request';

/** PodResize: a Pod cannot be given more than its whole node has (1.36; before, the kubelet called it Infeasible). */
export function checkPodResize({ name, object }: AdmissionRequest, client: Client): void {
  const { spec } = object as Pod;
  if (!spec?.nodeName) return;
  const pods = resourceByName('pods');
  const node = client.get('nodes', '', spec.nodeName);
  if (!node) throw forbidden(pods, name, `node ${JSON.stringify(spec.nodeName)} not found`);
  const requests = podRequests(spec);
  const lacking = (['cpu', 'memory'] as const).flatMap((resource) => {
    const requested = requests.get(resource);
    const allocatable = parseQuantity(node.status?.allocatable?.[resource] ?? '0');
    if (!requested || compareQuantities(requested, allocatable) <= 0) return [];
    const value = resource === 'cpu' ? quantityMilliValue : quantityValue;
    return [`${resource}, requested: ${value(requested)}, allocatable: ${value(allocatable)}`];
  });
  if (lacking.length > 0)
    throw forbidden(pods, name, `node didn't have enough allocatable resources: ${lacking.join('; ')}`);
}
