import { resourceByName } from '../../schema/resources';
import type { Pod } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import type { AdmissionRequest } from './request';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const TOLERATED_SECONDS = 300;
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
  spec.priority = value;
  spec.preemptionPolicy ??= preemptionPolicy ?? 'PreemptLowerPriority';
}

/** RuntimeClass: a Pod must name one that is there, and pays its overhead. */
export function applyRuntimeClass({ name, object }: AdmissionRequest, client: Client): void {
  const { spec } = object as Pod;
  if (!spec?.runtimeClassName) return;
  const found = client.get('runtimeclasses.node.k8s.io', '', spec.runtimeClassName);
  if (!found)
    throw forbidden(
      resourceByName('pods'),
      name,
      `pod rejected: RuntimeClass "${spec.runtimeClassName}" not found`,
    );
  if (found.overhead?.podFixed) spec.overhead = { ...found.overhead.podFixed };
}

function priorityOf(
  { name, object }: AdmissionRequest,
  client: Client,
): { value: number; preemptionPolicy?: string } {
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
    return { value, ...(found?.preemptionPolicy && { preemptionPolicy: found.preemptionPolicy }) };
  }
  const [general] = client
    .list('priorityclasses.scheduling.k8s.io')
    .filter(({ globalDefault }) => globalDefault)
    .sort((left, right) => left.value - right.value);
  if (!general) return { value: 0 };
  if (spec) spec.priorityClassName = general.metadata.name;
  return {
    value: general.value,
    ...(general.preemptionPolicy && { preemptionPolicy: general.preemptionPolicy }),
  };
}
