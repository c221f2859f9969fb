import type { DaemonSet, Pod } from '../../schema/types';
import { isPodReady } from '../controller';
import { resolve } from '../deployment/rolling';
import { untilAvailable } from '../owned-pods';
import { byAge, HASH, type Suitability } from './nodes';

/** What is to be changed: Pods that go, and nodes that get one more. */
export interface Changes {
  remove: Pod[];
  createOn: string[];
}

/** A DaemonSet as its controller sees it: the Pods that are there by node, and what each node is to it. */
export interface Fleet {
  set: DaemonSet;
  hash: string;
  byNode: ReadonlyMap<string, Pod[]>;
  nodes: ReadonlyMap<string, Suitability>;
  now: number;
}

const alive = (pods: Pod[] = []): Pod[] => pods.filter(({ metadata }) => !metadata.deletionTimestamp);

function isAvailable({ set, now }: Fleet, pod: Pod): boolean {
  return untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now) === 0;
}

/** How many Pods there may be too many, or too few, while a new template is rolled out (updatedDesiredNodeCounts). */
function allowance({ set, nodes }: Fleet): { maxSurge: number; maxUnavailable: number; desired: number } {
  const desired = [...nodes.values()].filter((each) => each === 'runs').length;
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return { maxSurge: 0, maxUnavailable: 0, desired };
  const maxSurge = resolve(rollingUpdate?.maxSurge ?? 0, desired, Math.ceil);
  const maxUnavailable = resolve(rollingUpdate?.maxUnavailable ?? 1, desired, Math.ceil);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable, desired };
}

export function allowsSurge({ spec }: DaemonSet): boolean {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  return type !== 'OnDelete' && resolve(rollingUpdate?.maxSurge ?? 0, 1, Math.ceil) > 0;
}

/** Of several Pods on a node those that are one too many: an old and a new one may stand together while the new one is not ready. */
export function excess(fleet: Fleet, running: Pod[]): Pod[] {
  const [, ...others] = byAge(running);
  if (!allowsSurge(fleet.set)) return others;
  const isNew = (pod: Pod) => pod.metadata.labels?.[HASH] === fleet.hash;
  const newest = byAge(running).find(isNew);
  const old = byAge(running).find((pod) => !isNew(pod));
  const spare = running.filter((pod) => pod !== newest && pod !== old);
  const replaced = newest && old && (!isPodReady(old) || isAvailable(fleet, newest));
  return replaced ? [...spare, old] : spare;
}

/** The next step of a rolling update (daemonset controller rollingUpdate). */
export function roll(fleet: Fleet): Changes {
  const { set } = fleet;
  if (set.spec?.updateStrategy?.type === 'OnDelete') return { remove: [], createOn: [] };
  const { maxSurge, maxUnavailable, desired } = allowance(fleet);
  return maxSurge > 0 ? surge(fleet, maxSurge, desired) : replace(fleet, maxUnavailable);
}

interface OnNode {
  newPod: Pod | undefined;
  oldPod: Pod | undefined;
}

/** Undefined when there are several of a kind: those are pruned first (findUpdatedPodsOnNode). */
function onNode({ byNode, hash }: Fleet, node: string): OnNode | undefined {
  const pods = alive(byNode.get(node));
  const fresh = pods.filter(({ metadata }) => metadata.labels?.[HASH] === hash);
  const old = pods.filter((pod) => !fresh.includes(pod));
  return fresh.length > 1 || old.length > 1 ? undefined : { newPod: fresh[0], oldPod: old[0] };
}

function concerned({ byNode, nodes }: Fleet): string[] {
  const wanted = [...nodes].filter(([, each]) => each === 'runs').map(([name]) => name);
  return [...new Set([...wanted, ...byNode.keys()])];
}

/** Old Pods go as far as maxUnavailable allows, those that do not work anyway first; their successors come by `manage`. */
function replace(fleet: Fleet, maxUnavailable: number): Changes {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const node of concerned(fleet)) {
    const there = onNode(fleet, node);
    const { newPod, oldPod } = there ?? {};
    if (!there || Boolean(newPod) === Boolean(oldPod)) unavailable += 1;
    else if (newPod) unavailable += isAvailable(fleet, newPod) ? 0 : 1;
    else if (oldPod && !isAvailable(fleet, oldPod)) {
      broken.push(oldPod);
      unavailable += 1;
    } else if (oldPod && unavailable < maxUnavailable) candidates.push(oldPod);
  }
  return {
    remove: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))],
    createOn: [],
  };
}

/** New Pods come beside the old ones as far as maxSurge allows; an old one goes when its successor is available. */
function surge(fleet: Fleet, maxSurge: number, desired: number): Changes {
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const node of concerned(fleet)) {
    const there = onNode(fleet, node);
    if (!there) {
      surging += 1;
      continue;
    }
    const { newPod, oldPod } = there;
    const counted = oldPod ?? newPod;
    if (counted && isAvailable(fleet, counted)) available += 1;
    if (!oldPod) continue;
    if (newPod) {
      if (isAvailable(fleet, newPod)) remove.push(oldPod);
      else surging += 1;
    } else if (fleet.nodes.get(node) !== 'runs') {
      (isAvailable(fleet, oldPod) ? misplaced : remove).push(oldPod);
    } else if (!isAvailable(fleet, oldPod)) allowed.push(node);
    else if (surging < maxSurge) candidates.push(node);
  }
  return {
    // As many stay available as are wanted.
    remove: [...remove, ...misplaced.slice(0, Math.max(0, available - desired))],
    createOn: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
  };
}
