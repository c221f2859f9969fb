import { containerTotal } from '../../schema/pod-resources';
import { formatQuantity } from '../../schema/quantity';
import type { Container, Pod } from '../../schema/types';
import { defaultPodSpec } from './pod-spec';

/** Defaults of a Pod, beyond those it shares with templates (core/v1 SetDefaults_Pod). */
export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  defaultPodSpec(spec);
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const container of containers) requestWhatIsLimited(container);
  requestForThePod(pod);
  spec.enableServiceLinks ??= true;
  // The shortest time there is (core/v1 SetDefaults_Pod).
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  if (!spec.hostNetwork) return;
  for (const { ports } of containers) for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}

function requestWhatIsLimited({ resources }: Container): void {
  if (!resources?.limits || Object.keys(resources.limits).length === 0) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

/** With Pod-level limits, what the Pod does not request is what its containers do, else the limit (KEP-2837). */
function requestForThePod({ spec }: Pod): void {
  const limits = spec?.resources?.limits;
  if (!spec?.resources || !limits || Object.keys(limits).length === 0) return;
  const requests: Record<string, string> = { ...spec.resources.requests };
  const asked = containerTotal(spec, 'requests');
  for (const name of ['cpu', 'memory']) {
    const amount = asked.get(name);
    if (amount) requests[name] ??= formatQuantity(amount);
  }
  for (const [name, limit] of Object.entries(limits)) requests[name] ??= limit;
  spec.resources.requests = requests;
}
