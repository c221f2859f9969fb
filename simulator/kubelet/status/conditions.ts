import type { ContainerStatus, Pod, PodCondition } from '../../schema/types';
import { allCouldRestart, isSidecar } from '../restart-policy';
import type { Phase } from './phase';
import { time } from './time';

/** Types that the kubelet owns, in the order in which it lists them. */
const OWNED = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'AllContainersRestarting',
];

export interface ConditionInputs {
  pod: Pod;
  /** What the containers' states amount to, which `status.phase` may still be held back from showing. */
  phase: Phase;
  init: ContainerStatus[];
  main: ContainerStatus[];
  sandboxReady: boolean;
  /** The end of a container takes all the others along. */
  restartingAll: boolean;
  now: number;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

/**
 * The conditions of a Pod: what others wrote is kept (readiness gates, DisruptionTarget); a condition keeps its
 * transition time while its status stays (kubelet/status generate.go).
 */
export function conditionsOf(inputs: ConditionInputs): PodCondition[] {
  const { pod } = inputs;
  const containersReady = containersReadyVerdict(inputs);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: inputs.sandboxReady ? 'True' : 'False' }],
    ['Initialized', initialisedVerdict(inputs)],
    ['Ready', readyVerdict(pod, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', { status: 'True' }],
  ];
  const old = pod.status?.conditions ?? [];
  const foreign = old.filter(({ type }) => !OWNED.includes(type));
  const conditions = verdicts.map(([type, verdict]) => condition(type, verdict, pod, inputs.now));
  if (allCouldRestart(pod.spec ?? { containers: [] })) {
    // The only one that does not say which generation it has seen.
    const { observedGeneration: _seen, ...restarting } = condition(
      'AllContainersRestarting',
      restartingVerdict(inputs),
      pod,
      inputs.now,
    );
    conditions.push(restarting);
  }
  return [...conditions, ...foreign];
}

/** KEP-5532 (status.GenerateAllContainersRestartingCondition). */
function restartingVerdict({ phase, restartingAll }: ConditionInputs): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!restartingAll) return { status: 'False' };
  return {
    status: 'True',
    reason: 'RestartAllContainersStarted',
    message: 'container exited with restart policy rule',
  };
}

/** A condition with its times; `lastProbeTime` is null as in Kubernetes, which never sets it. */
export function condition(type: string, verdict: Verdict, pod: Pod, now: number): PodCondition {
  const before = pod.status?.conditions?.find((old) => old.type === type);
  const made = {
    type,
    ...verdict,
    observedGeneration: pod.metadata.generation,
    lastProbeTime: null,
    lastTransitionTime:
      before?.status === verdict.status && before.lastTransitionTime ? before.lastTransitionTime : time(now),
  };
  return made as unknown as PodCondition;
}

function containersReadyVerdict({ pod, phase, init, main }: ConditionInputs): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = [
    ...(pod.spec?.initContainers ?? []).filter(isSidecar).filter(({ name }) => !isReady(init, name)),
    ...(pod.spec?.containers ?? []).filter(({ name }) => !isReady(main, name)),
  ].map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function readyVerdict(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const complaints = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (gate.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (complaints.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: complaints.join(', ') };
}

function initialisedVerdict({ pod, phase, init, main }: ConditionInputs): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (main.some(({ state }) => state?.running ?? state?.terminated)) return { status: 'True' };
  const incomplete = (pod.spec?.initContainers ?? [])
    .filter((container) => {
      const status = init.find(({ name }) => name === container.name);
      return isSidecar(container) ? !status?.started : !status?.ready;
    })
    .map(({ name }) => name);
  // Once initialised a Pod stays so, though its containers all start anew.
  const before = pod.status?.conditions?.some(
    ({ type, status }) => type === 'Initialized' && status === 'True',
  );
  if (incomplete.length === 0 || before) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  };
}

function isReady(statuses: ContainerStatus[], name: string): boolean {
  return statuses.some((status) => status.name === name && status.ready);
}
