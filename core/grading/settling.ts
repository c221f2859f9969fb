import type { KubeObject } from '../clusters/kube-api';
import { type ContainerView, containersOf } from './containers';
import { whyNotRun } from './why-not-run';

/** Whether an object's status may still change by itself, and what to say about it. */
export type Settling =
  | {
      kind: 'on-its-way';
      says: string /** Milliseconds until it is worth another look though nothing changed. */;
      recheckInMs: number;
    }
  /** `trouble`: what keeps it from getting there, when there is something to say. */
  | { kind: 'settled'; trouble?: string };

export interface SettlingOptions {
  /** Milliseconds since the object was last seen to change. */
  ageMs: number;
  /** How long it may stand still on its way. */
  withinMs: number;
  /** What keeps a Pod from starting, as its events say. */
  hindrance?: () => string | undefined;
}

export const defaultWithinMs = 60_000;
/** What stands so long where something keeps it from getting on will not get on by itself. */
const hinderedMs = 3000;
/** So long must a container run after it ended before we believe it: ended by a crash, or in peace. */
const believeAfterMs = { crash: 10_000, end: 3000 };

export function settlingOf(object: KubeObject, options: SettlingOptions): Settling {
  if (object.metadata.deletionTimestamp)
    return onItsWay(`${title(object)} is being deleted`, { ...options, withinMs: options.withinMs + 30_000 });
  if (object.kind === 'Pod') return podSettling(object, options);
  const rollout = rolloutOf(object);
  if (rollout) return onItsWay(rollout, options);
  if (options.ageMs < 2000)
    return {
      kind: 'on-its-way',
      says: `${title(object)} has just changed`,
      recheckInMs: 2000 - options.ageMs,
    };
  return { kind: 'settled' };
}

function title({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

/** `look`: where to look for the cause when nothing happens for too long. */
function onItsWay(says: string, { ageMs, withinMs }: SettlingOptions, look?: string): Settling {
  if (ageMs < withinMs) return { kind: 'on-its-way', says, recheckInMs: withinMs - ageMs };
  const still = `${says}, and nothing has happened for ${Math.round(ageMs / 1000)} seconds`;
  return { kind: 'settled', trouble: look ? `${still}: see ${look}` : still };
}

function podSettling(pod: KubeObject, options: SettlingOptions): Settling {
  const trouble = podTrouble(pod, options.ageMs);
  if (trouble) return { kind: 'settled', trouble };
  const { phase } = statusOf(pod);
  if (phase === 'Succeeded')
    return { kind: 'settled', trouble: `${title(pod)} has ended: all its containers finished` };
  const all = containersOf(pod);
  if (phase !== 'Running') return starting(pod, all, options);
  const restarted = restartedLately(pod, options.ageMs);
  if (restarted) return restarted;
  const unready = all.find((one) => one.role !== 'init' && one.role !== 'ephemeral' && !one.status?.ready);
  if (unready) return onItsWay(`container ${unready.name} of ${title(pod)} is not ready yet`, options);
  return { kind: 'settled' };
}

/** A volume that cannot be mounted, a network that cannot be made: the status does not tell, only the events do. */
function starting(pod: KubeObject, all: ContainerView[], options: SettlingOptions): Settling {
  const left = hinderedMs - options.ageMs;
  const begun = all.some(({ status }) => status?.state?.running ?? status?.state?.terminated);
  const hindrance = left > 0 || begun ? undefined : options.hindrance?.();
  const look = whereToLook(pod, all);
  if (hindrance) return { kind: 'settled', trouble: `${title(pod)} cannot start: ${hindrance}: see ${look}` };
  const settling = onItsWay(startOf(pod, all), options, look);
  if (settling.kind === 'settled' || left <= 0) return settling;
  return { ...settling, recheckInMs: Math.min(left, settling.recheckInMs) };
}

/** A container that ended and runs again: it may end again, so its being ready does not count yet. */
export function restartedLately(pod: KubeObject, ageMs: number): Settling | undefined {
  if (pod.kind !== 'Pod') return undefined;
  for (const { name, role, status } of containersOf(pod)) {
    const running = status?.state?.running;
    if (role === 'init' || !running || !status.restartCount) continue;
    const crashed = status.lastState?.terminated?.exitCode !== 0;
    // The cluster's clock may be another than ours: whichever says that it is long ago is believed.
    const since = Math.max(ageMs, Date.now() - Date.parse(running.startedAt ?? ''));
    const left =
      (crashed ? believeAfterMs.crash : believeAfterMs.end) - (Number.isNaN(since) ? ageMs : since);
    if (left > 0)
      return {
        kind: 'on-its-way',
        says: `container ${name} of ${title(pod)} has just been restarted; Podlab looks whether it stays up`,
        recheckInMs: left,
      };
  }
  return undefined;
}

/** An init container that does not end says why in its log, if anywhere. */
function whereToLook({ metadata: { name } }: KubeObject, all: ContainerView[]): string {
  const init = all.find(({ role, status }) => role === 'init' && status?.state?.running);
  return init ? `\`kubectl logs ${name} -c ${init.name}\`` : `\`kubectl describe pod ${name}\``;
}

function startOf(pod: KubeObject, all: ContainerView[]): string {
  const { conditions } = statusOf(pod);
  if (!conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True'))
    return `${title(pod)} is waiting for a node`;
  const init = all.filter(({ role }) => role === 'init');
  const running = init.findIndex(({ status }) => status?.state?.running);
  if (running >= 0)
    return `init container ${init[running]?.name} of ${title(pod)} is running (${running + 1} of ${init.length})`;
  return `the containers of ${title(pod)} are being created`;
}

interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

function statusOf(pod: KubeObject): PodStatus {
  return (pod.status ?? {}) as PodStatus;
}

/** Reasons of a waiting container that do not go away by themselves. */
const stuck: Record<string, string> = {
  ErrImagePull: 'its image cannot be pulled',
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImageNeverPull: 'its image is not on the node and may not be pulled',
  InvalidImageName: 'its image has an invalid name',
  CrashLoopBackOff: 'it ends again and again',
  CreateContainerConfigError: 'its configuration refers to something that is not there',
  CreateContainerError: 'it cannot be created',
  RunContainerError: 'it cannot be started',
};

/** What keeps a Pod from running, in a sentence that says where to look; undefined when nothing does. */
function podTrouble(pod: KubeObject, ageMs: number): string | undefined {
  const name = pod.metadata.name;
  const policy = (pod.spec as { restartPolicy?: string }).restartPolicy ?? 'Always';
  for (const container of containersOf(pod)) {
    const said = containerTrouble(name, container, policy);
    if (said) return said;
  }
  const { phase, reason, message, conditions } = statusOf(pod);
  const unscheduled = conditions?.find(
    (one) => one.type === 'PodScheduled' && one.reason === 'Unschedulable',
  );
  if (unscheduled && ageMs >= hinderedMs)
    return `No node takes Pod ${name}: ${unscheduled.message ?? 'unschedulable'}`;
  if (phase === 'Failed')
    return `Pod ${name} has failed${reason ? ` (${reason})` : ''}${message ? `: ${message}` : ''}`;
  return undefined;
}

function containerTrouble(
  pod: string,
  { name, role, status }: ContainerView,
  policy: string,
): string | undefined {
  if (role === 'ephemeral') return undefined;
  const what = `${role === 'init' ? 'Init container' : 'Container'} ${name} of Pod ${pod}`;
  const { waiting, terminated } = status?.state ?? {};
  const why = stuck[waiting?.reason ?? ''];
  if (waiting && why) {
    const last = status?.lastState?.terminated;
    const crashed = waiting.reason === 'CrashLoopBackOff';
    // One that never started has no log (CRI: StartError).
    if (crashed && last?.reason === 'StartError')
      return `${what} cannot be started: ${whyNotRun(last.message)}; see \`kubectl describe pod ${pod}\``;
    const detail =
      crashed && last ? ` (last exit code ${ended(last)})` : waiting.message ? ` (${waiting.message})` : '';
    const look = crashed
      ? `: see \`kubectl logs ${pod} -c ${name} --previous\``
      : `: see \`kubectl describe pod ${pod}\``;
    return `${what} does not run, because ${why}${detail}${look}`;
  }
  if (terminated?.reason === 'StartError')
    return `${what} cannot be started: ${whyNotRun(terminated.message)}; see \`kubectl describe pod ${pod}\``;
  if (terminated && terminated.exitCode !== 0)
    return `${what} has ended with exit code ${terminated.exitCode}${terminated.reason ? ` (${terminated.reason})` : ''}: see \`kubectl logs ${pod} -c ${name}\``;
  if (terminated && role !== 'init' && policy === 'Always')
    return `${what} has ended; a container of this Pod should go on running`;
  return undefined;
}

function ended({ exitCode, reason }: { exitCode: number; reason?: string }): string {
  return reason === 'OOMKilled'
    ? `${exitCode}, OOMKilled: it needed more memory than its limit`
    : `${exitCode}`;
}

interface RolloutFields {
  spec?: { replicas?: number; paused?: boolean; completions?: number; suspend?: boolean };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    desiredNumberScheduled?: number;
    numberReady?: number;
    active?: number;
    phase?: string;
    conditions?: { type: string; status: string; reason?: string }[];
  };
}

/** What a workload is busy with, after `kubectl rollout status`; undefined when it has come to rest. */
function rolloutOf(object: KubeObject): string | undefined {
  const { spec = {}, status = {} } = object as RolloutFields;
  const failed = status.conditions?.some(
    ({ type, status: value, reason }) =>
      (type === 'Progressing' && reason === 'ProgressDeadlineExceeded') ||
      (type === 'Failed' && value === 'True'),
  );
  if (failed) return undefined;
  const behind = (object.metadata.generation ?? 0) > (status.observedGeneration ?? 0);
  const wanted = spec.replicas ?? 1;
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet': {
      const available =
        (object.kind === 'StatefulSet' ? status.readyReplicas : status.availableReplicas) ?? 0;
      const updated = object.kind === 'ReplicaSet' ? wanted : (status.updatedReplicas ?? 0);
      const old = (status.replicas ?? 0) - Math.min(wanted, updated);
      if (behind || updated < wanted || available < wanted || (old > 0 && object.kind === 'Deployment'))
        return `${title(object)} is rolling out: ${Math.min(available, updated)} of ${wanted} Pods are ready`;
      return undefined;
    }
    case 'DaemonSet':
      if (behind || (status.numberReady ?? 0) < (status.desiredNumberScheduled ?? 1))
        return `${title(object)} is rolling out: ${status.numberReady ?? 0} of ${status.desiredNumberScheduled ?? 1} Pods are ready`;
      return undefined;
    case 'Job':
      return (status.active ?? 0) > 0 || !status.conditions ? `${title(object)} is still running` : undefined;
    case 'PersistentVolumeClaim':
      return status.phase === 'Bound' ? undefined : `${title(object)} is not bound yet`;
    default:
      return undefined;
  }
}
