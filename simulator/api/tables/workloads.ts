import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  PodDisruptionBudget,
  PodTemplate,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../schema/types';
import { ageSince, humanDuration } from './human-duration';
import { ageOf, columns, containerCells, labelText, type Printer, selectorCell } from './printer';

const TEMPLATE = ['Containers+', 'Images+', 'Selector+'];

export const deploymentPrinter: Printer<Deployment> = {
  columns: columns('Name', 'Ready', 'Up-to-date', 'Available', 'Age', ...TEMPLATE),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    ageOf(metadata, now),
    ...containerCells(spec?.template?.spec?.containers),
    selectorCell(spec?.selector),
  ],
};

export const replicaSetPrinter: Printer<ReplicaSet> = {
  columns: columns('Name', 'Desired:integer', 'Current:integer', 'Ready:integer', 'Age', ...TEMPLATE),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(metadata, now),
    ...containerCells(spec?.template?.spec?.containers),
    selectorCell(spec?.selector),
  ],
};

export const podTemplatePrinter: Printer<PodTemplate> = {
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
  cells: ({ metadata, template }) => [
    metadata.name,
    ...containerCells(template?.spec?.containers),
    labelText(template?.metadata?.labels),
  ],
};

export const replicationControllerPrinter: Printer<ReplicationController> = {
  columns: replicaSetPrinter.columns,
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(metadata, now),
    ...containerCells(spec?.template?.spec?.containers),
    labelText(spec?.selector),
  ],
};

export const statefulSetPrinter: Printer<StatefulSet> = {
  columns: columns('Name', 'Ready', 'Age', 'Containers+', 'Images+'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ageOf(metadata, now),
    ...containerCells(spec?.template?.spec?.containers),
  ],
};

export const daemonSetPrinter: Printer<DaemonSet> = {
  columns: columns(
    'Name',
    'Desired:integer',
    'Current:integer',
    'Ready:integer',
    'Up-to-date:integer',
    'Available:integer',
    'Node Selector',
    'Age',
    ...TEMPLATE,
  ),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    status?.desiredNumberScheduled ?? 0,
    status?.currentNumberScheduled ?? 0,
    status?.numberReady ?? 0,
    status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0,
    labelText(spec?.template?.spec?.nodeSelector),
    ageOf(metadata, now),
    ...containerCells(spec?.template?.spec?.containers),
    selectorCell(spec?.selector),
  ],
};

export const controllerRevisionPrinter: Printer<ControllerRevision> = {
  columns: columns('Name', 'Controller', 'Revision', 'Age'),
  cells: ({ metadata, revision }, now) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    return [
      metadata.name,
      owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : '<none>',
      revision ?? 0,
      ageOf(metadata, now),
    ];
  },
};

export const jobPrinter: Printer<Job> = {
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', ...TEMPLATE),
  cells: (job, now) => [
    job.metadata.name,
    jobStatus(job),
    jobCompletions(job),
    jobDuration(job, now),
    ageOf(job.metadata, now),
    ...containerCells(job.spec?.template?.spec?.containers),
    selectorCell(job.spec?.selector),
  ],
};

export const cronJobPrinter: Printer<CronJob> = {
  columns: columns(
    'Name',
    'Schedule',
    'Timezone',
    'Suspend:boolean',
    'Active:integer',
    'Last Schedule',
    'Age',
    ...TEMPLATE,
  ),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.schedule ?? '',
    spec?.timeZone ?? '<none>',
    spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
    status?.active?.length ?? 0,
    status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : '<none>',
    ageOf(metadata, now),
    ...containerCells(spec?.jobTemplate?.spec?.template?.spec?.containers),
    selectorCell(spec?.jobTemplate?.spec?.selector),
  ],
};

export const autoscalerPrinter: Printer<HorizontalPodAutoscaler> = {
  columns: columns('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'),
  cells: (autoscaler, now) => {
    const { metadata, spec, status } = autoscaler;
    return [
      metadata.name,
      `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
      metricTargets(autoscaler),
      spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
      spec?.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
      ageOf(metadata, now),
    ];
  },
};

export const disruptionBudgetPrinter: Printer<PodDisruptionBudget> = {
  columns: columns('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    String(spec?.minAvailable ?? 'N/A'),
    String(spec?.maxUnavailable ?? 'N/A'),
    status?.disruptionsAllowed ?? 0,
    ageOf(metadata, now),
  ],
};

function jobStatus({ metadata, status }: Job): string {
  const is = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (is('Suspended')) return 'Suspended';
  if (is('FailureTarget')) return 'FailureTarget';
  if (is('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

type Metrics = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>;
type MetricTarget = NonNullable<Metrics[number]['resource']>['target'];

function metricTargets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.map((metric, index) => {
    const known = status?.currentMetrics?.[index];
    if (metric.resource)
      return `${metric.resource.name}: ${against(metric.resource.target, known?.resource?.current)}`;
    if (metric.containerResource)
      return `${metric.containerResource.name}: ${against(metric.containerResource.target, known?.containerResource?.current)}`;
    if (metric.pods)
      return `${known?.pods?.current?.averageValue ?? '<unknown>'}/${metric.pods.target.averageValue}`;
    if (metric.object) return ofOthers(metric.object.target, known?.object?.current);
    if (metric.external) return ofOthers(metric.external.target, known?.external?.current);
    return '<unknown type>';
  });
  const shown = texts.slice(0, 2).join(', ');
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
}

/** A metric that is not of the Pods: only its average over them says so. */
function ofOthers(...[target, current]: Parameters<typeof against>): string {
  return `${against(target, current)}${target.averageValue === undefined ? '' : ' (avg)'}`;
}

function against(
  target: MetricTarget,
  current: { averageUtilization?: number; averageValue?: string; value?: string } | undefined,
): string {
  if (target.averageValue !== undefined)
    return `${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
  if (target.value !== undefined) return `${current?.value ?? '<unknown>'}/${target.value}`;
  const used = current?.averageUtilization;
  const wanted = target.averageUtilization;
  return `${used === undefined ? '<unknown>' : `${used}%`}/${wanted === undefined ? '<auto>' : `${wanted}%`}`;
}
