import { resourceByName } from '../../schema/resources';
import type { Pod, PriorityClass } from '../../schema/types';
import type { Client } from '../client';
import { deepEqual } from '../deep-equal';
import { forbidden } from '../refusals';
import type { AdmissionRequest } from './request';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const TOLERATED_SECONDS = 300;
const PREEMPTS = 'PreemptLowerPriority';
const SYSTEM_PRIORITIES: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** DefaultTolerationSeconds: a Pod outlives its node's failure by five minutes, unless it says otherwise. */
export function addTolerations({ object }: AdmissionRequest): void {
  const { spec } = object as Pod;
  if (!spec) return;
  for (const key of [NOT_READY, UNREACHABLE]) {
    const tolerated = spec.tolerations?.some(
      (toleration) =>
        (!toleration.key || toleration.key === key) &&
        (!toleration.effect || toleration.effect === 'NoExecute'),
    );
    if (tolerated) continue;
    spec.tolerations = [
      ...(spec.tolerations ?? []),
      { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATED_SECONDS },
    ];
  }
}

/** Priority: turns the name of a PriorityClass into a number. */
export function resolvePriority(request: AdmissionRequest, client: Client): void {
  const { spec } = request.object as Pod;
  if (!spec) return;
  if (request.operation === 'UPDATE') {
    const old = (request.oldObject as Pod | undefined)?.spec;
    spec.priority ??= old?.priority;
    spec.preemptionPolicy ??= old?.preemptionPolicy;
    return;
  }
  const { value, preemptionPolicy } = priorityOf(request, client);
  if (spec.priority !== undefined && spec.priority !== value)
    throw forbidden(
      resourceByName('pods'),
      request.name,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy)
    throw forbidden(
      resourceByName('pods'),
      request.name,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  spec.priority = value;
  spec.preemptionPolicy = preemptionPolicy;
}

/** Priority: one PriorityClass at most is that of Pods which name none. */
export function checkDefaultPriority({ object, name }: AdmissionRequest, client: Client): void {
  const resource = 'priorityclasses.scheduling.k8s.io';
  if (!(object as PriorityClass).globalDefault) return;
  const other = client
    .list(resource)
    .find(({ globalDefault, metadata }) => globalDefault && metadata.name !== name);
  if (other)
    throw forbidden(
      resourceByName(resource),
      name,
      `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
    );
}

/** RuntimeClass: a Pod must name one that is there, pays its overhead and goes where it can run. */
export function applyRuntimeClass({ name, object }: AdmissionRequest, client: Client): void {
  const { spec } = object as Pod;
  if (!spec) return;
  const refuse = (text: string) => forbidden(resourceByName('pods'), name, text);
  const { runtimeClassName: className } = spec;
  const found = className ? client.get('runtimeclasses.node.k8s.io', '', className) : undefined;
  if (className && !found) throw refuse(`pod rejected: RuntimeClass "${className}" not found`);
  const overhead = found?.overhead?.podFixed;
  if (spec.overhead && !overhead)
    throw refuse('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  if (spec.overhead && !deepEqual(spec.overhead, overhead))
    throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  if (overhead) spec.overhead = { ...overhead };
  const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value)
      throw refuse(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  const added = tolerations.filter(
    (toleration) => !spec.tolerations?.some((known) => deepEqual(known, toleration)),
  );
  if (added.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...structuredClone(added)];
}

function priorityOf(
  { name, object }: AdmissionRequest,
  client: Client,
): { value: number; preemptionPolicy: string } {
  const { spec } = object as Pod;
  if (spec?.priorityClassName) {
    const found = client.get('priorityclasses.scheduling.k8s.io', '', spec.priorityClassName);
    const value = found?.value ?? SYSTEM_PRIORITIES[spec.priorityClassName];
    if (value === undefined)
      throw forbidden(
        resourceByName('pods'),
        name,
        `no PriorityClass with name ${spec.priorityClassName} was found`,
      );
    return { value, preemptionPolicy: found?.preemptionPolicy ?? PREEMPTS };
  }
  const [general] = client
    .list('priorityclasses.scheduling.k8s.io')
    .filter(({ globalDefault }) => globalDefault)
    .sort((left, right) => left.value - right.value);
  if (!general) return { value: 0, preemptionPolicy: PREEMPTS };
  if (spec) spec.priorityClassName = general.metadata.name;
  return { value: general.value, preemptionPolicy: general.preemptionPolicy ?? PREEMPTS };
}
