import type { PodMetrics } from '../../metrics/usage-sampler';
import { parseQuantity, quantityMilliValue } from '../../schema/quantity';
import type { HorizontalPodAutoscaler, Pod } from '../../schema/types';
import { isPodReady } from '../controller';

export type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];
export type MetricStatus = NonNullable<
  NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']
>[number];

/** No deviation below a tenth moves the scale (--horizontal-pod-autoscaler-tolerance). */
const TOLERANCE = 0.1;

export interface Proposal {
  replicas: number;
  /** As conditions and events name it: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: MetricStatus;
}

/** Why a metric says nothing: the reason of the event, the message of the metric, and how the summary calls it. */
export class MetricError extends Error {
  constructor(
    readonly reason: string,
    message: string,
    readonly what: string,
  ) {
    super(message);
  }
}

/** How many replicas one metric asks for (podautoscaler ReplicaCalculator). Throws MetricError. */
export function recommend(metric: Metric, pods: Pod[], current: number, metrics: PodMetrics[]): Proposal {
  const source = metric.resource ?? metric.containerResource;
  if (!source) {
    throw new MetricError(
      `FailedGet${metric.type}Metric`,
      `unable to get metric: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered`,
      `${metric.type.toLowerCase()} metric`,
    );
  }
  const { name: resource, target } = source;
  const container = metric.containerResource?.container;
  const what = container ? `${resource} container metric` : `${resource} resource metric`;
  const failed = (message: string): MetricError =>
    new MetricError(
      container ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric',
      message,
      what,
    );
  const prefix =
    target.type === 'Utilization'
      ? `failed to get ${resource} utilization: `
      : `failed to get ${resource} usage: `;
  const alive = pods.filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
  );
  const used = new Map<Pod, number>();
  for (const pod of alive) {
    const measured = metrics.find(
      (each) => each.namespace === pod.metadata.namespace && each.pod === pod.metadata.name,
    );
    const amounts = measured?.containers
      .filter(({ name }) => !container || name === container)
      .map(({ cpuNanoCores, memoryBytes }) => (resource === 'cpu' ? cpuNanoCores / 1e6 : memoryBytes * 1000));
    if (amounts?.length)
      used.set(
        pod,
        amounts.reduce((sum, amount) => sum + amount, 0),
      );
  }
  if (used.size === 0) {
    throw failed(
      `${prefix}unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`,
    );
  }
  // A Pod that is not ready says nothing of the load on those that are.
  const ready = [...used.keys()].filter((pod) => resource !== 'cpu' || isPodReady(pod));
  if (ready.length === 0) {
    throw failed(`${prefix}did not receive metrics for targeted pods (pods might be unready)`);
  }
  const total = ready.reduce((sum, pod) => sum + (used.get(pod) ?? 0), 0);
  const average = Math.floor(total / ready.length);
  const averageValue = resource === 'cpu' ? `${average}m` : String(Math.floor(average / 1000));
  let wanted: number;
  let shown: { averageUtilization?: number; averageValue: string } = { averageValue };
  let usage: number;
  if (target.type === 'Utilization') {
    const requests = ready.reduce(
      (sum, pod) => sum + requestOf(pod, resource, container, (m) => failed(prefix + m)),
      0,
    );
    usage = Math.floor((total * 100) / requests);
    wanted = target.averageUtilization ?? 80;
    shown = { averageUtilization: usage, averageValue };
  } else {
    usage = total / ready.length;
    wanted = quantityMilliValue(parseQuantity(target.averageValue ?? '1'));
  }
  const ratio = usage / wanted;
  const label = container ? `${resource} container resource` : `${resource} resource`;
  return {
    replicas: replicasFor(ratio, current, ready.length, alive.length),
    name: target.type === 'Utilization' ? `${label} utilization (percentage of request)` : label,
    status: (container
      ? { type: metric.type, containerResource: { name: resource, container, current: shown } }
      : { type: metric.type, resource: { name: resource, current: shown } }) as MetricStatus,
  };
}

/** Pods that do not count yet hold back what their absence would otherwise cause. */
function replicasFor(ratio: number, current: number, ready: number, alive: number): number {
  const silent = alive - ready;
  if (silent === 0) return Math.abs(1 - ratio) <= TOLERANCE ? current : Math.ceil(ratio * ready);
  const assumed = ratio > 1 ? 0 : 1;
  const damped = (ratio * ready + assumed * silent) / alive;
  const turned = (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1);
  if (Math.abs(1 - damped) <= TOLERANCE || turned) return current;
  const replicas = Math.ceil(damped * alive);
  return (damped < 1 && replicas > current) || (damped > 1 && replicas < current) ? current : replicas;
}

function requestOf(
  pod: Pod,
  resource: string,
  only: string | undefined,
  failed: (message: string) => MetricError,
): number {
  let sum = 0;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { name, resources } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    if (only && name !== only) continue;
    const request = resources?.requests?.[resource];
    if (!request)
      throw failed(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    sum += quantityMilliValue(parseQuantity(request));
  }
  return sum;
}
