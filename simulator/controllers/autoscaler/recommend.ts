import type { PodMetrics } from '../../metrics/usage-sampler';
import { parseQuantity, quantityMilliValue } from '../../schema/quantity';
import type { HorizontalPodAutoscaler, Pod } from '../../schema/types';

export type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];
export type MetricStatus = NonNullable<
  NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']
>[number];

/** No deviation below a tenth moves the scale (--horizontal-pod-autoscaler-tolerance), unless the autoscaler says otherwise. */
const TOLERANCE = 0.1;
/** --horizontal-pod-autoscaler-cpu-initialization-period */
const INITIALIZATION_MS = 300_000;
/** --horizontal-pod-autoscaler-initial-readiness-delay */
const READINESS_DELAY_MS = 30_000;

export interface Proposal {
  replicas: number;
  /** As conditions and events name it: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: MetricStatus;
}

/** Shares of the target by which the usage may be above or below it. */
export interface Tolerances {
  up: number;
  down: number;
}

/** behavior.scaleUp.tolerance and behavior.scaleDown.tolerance (HPAConfigurableTolerance). */
export function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const share = (text: string | undefined) =>
    text === undefined ? TOLERANCE : quantityMilliValue(parseQuantity(text)) / 1000;
  const { scaleUp, scaleDown } = spec?.behavior ?? {};
  return { up: share(scaleUp?.tolerance), down: share(scaleDown?.tolerance) };
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
export function recommend(
  metric: Metric,
  pods: Pod[],
  current: number,
  metrics: PodMetrics[],
  tolerances: Tolerances = { up: TOLERANCE, down: TOLERANCE },
): Proposal {
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
  const measurements = new Map<Pod, PodMetrics>();
  for (const pod of alive) {
    const measured = metrics.find(
      (each) => each.namespace === pod.metadata.namespace && each.pod === pod.metadata.name,
    );
    const amounts = measured?.containers
      .filter(({ name }) => !container || name === container)
      .map(({ cpuNanoCores, memoryBytes }) => (resource === 'cpu' ? cpuNanoCores / 1e6 : memoryBytes * 1000));
    if (measured && amounts?.length) {
      measurements.set(pod, measured);
      used.set(
        pod,
        amounts.reduce((sum, amount) => sum + amount, 0),
      );
    }
  }
  if (used.size === 0) {
    throw failed(
      `${prefix}unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`,
    );
  }
  const ready = [...measurements]
    .filter(([pod, measured]) => resource !== 'cpu' || tellsOfLoad(pod, measured))
    .map(([pod]) => pod);
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
    replicas: replicasFor(ratio, current, tolerances, {
      ready: ready.length,
      unready: used.size - ready.length,
      missing: alive.length - used.size,
      // What is not measured counts as all that it requests when there would be less.
      assumed: Math.max(1, 100 / (target.averageUtilization ?? 100)),
    }),
    name: target.type === 'Utilization' ? `${label} utilization (percentage of request)` : label,
    status: (container
      ? { type: metric.type, containerResource: { name: resource, container, current: shown } }
      : { type: metric.type, resource: { name: resource, current: shown } }) as MetricStatus,
  };
}

/**
 * Whether the processor time of a Pod is that of its work and not of its start (groupPods): it is ready, and within five minutes of its
 * start (--horizontal-pod-autoscaler-cpu-initialization-period) was so for the whole window of the measurement.
 */
function tellsOfLoad(pod: Pod, { at, windowMs }: PodMetrics): boolean {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const startedAt = Date.parse(pod.status?.startTime ?? '');
  if (!condition || Number.isNaN(startedAt)) return false;
  const since = Date.parse(condition.lastTransitionTime ?? '');
  if (startedAt + INITIALIZATION_MS > at) return condition.status === 'True' && at >= since + windowMs;
  return condition.status === 'True' || since > startedAt + READINESS_DELAY_MS;
}

/** Pods that do not count yet hold back what their absence would otherwise cause (GetResourceReplicas). */
function replicasFor(
  ratio: number,
  current: number,
  { up, down }: Tolerances,
  { ready, unready, missing, assumed }: { ready: number; unready: number; missing: number; assumed: number },
): number {
  const near = (share: number) => 1 - down <= share && share <= 1 + up;
  const silent = ratio > 1 ? unready : 0;
  if (silent + missing === 0) return near(ratio) ? current : Math.ceil(ratio * ready);
  const counted = ready + silent + missing;
  const damped = (ratio * ready + (ratio < 1 ? assumed * missing : 0)) / counted;
  const turned = (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1);
  if (near(damped) || turned) return current;
  const replicas = Math.ceil(damped * counted);
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
