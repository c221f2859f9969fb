import { knownKind } from '../clusters/kinds';
import type { KubeApi, KubeObject } from '../clusters/kube-api';
import { nearest } from '../content/nearest';
import type { VariableValue } from '../content/variables';
import type { KindName, Picture } from './cluster-view';
import { hindranceOf } from './events';
import type { FactRecorder } from './fact-recorder';
import { failed, type Outcome, observe, passed, waiting } from './outcome';
import { defaultWithinMs, restartedLately, type Settling, settlingOf } from './settling';
import { type Aim, aims, plural } from './target';
import type { Observation } from './verdict';

/** What a check may look at. */
export interface CheckContext {
  api: KubeApi;
  namespace: string;
  picture: Picture;
  facts: FactRecorder;
  /** The session's variables, with `namespace` and this evaluation's `nonce`. */
  values: Record<string, VariableValue>;
  reveal: boolean;
  withinMs: number;
  signal: AbortSignal;
  /** A new picture of some kinds, for what is looked at after something was done. */
  refresh(kinds: readonly KindName[]): Promise<Picture>;
}

export function withinOf(check: { within?: number }): number {
  return check.within === undefined ? defaultWithinMs : check.within * 1000;
}

export function select(aim: Aim, picture: Picture): KubeObject[] {
  return picture.objects(aim).filter((object) => aims(aim, object));
}

/** Says that the object is not there, and what there is instead. */
export function notThere(aim: Aim, picture: Picture): Outcome {
  const there = picture.objects(aim).filter((object) => !isClustersOwn(object));
  const names = there.map((object) => object.metadata.name);
  const missing = { kind: aim.kind, namespace: '', name: aim.name ?? '', fields: { exists: false } };
  if (aim.name === undefined) return failed(`There are no ${aim.title}`, [missing]);
  const close = there.find((object) => object.metadata.name === nearest(aim.name ?? '', names));
  const instead = close
    ? `; there is ${aim.kind} ${withMaker(close)}`
    : names.length > 0
      ? `; there is: ${there.slice(0, 5).map(withMaker).join(', ')}${names.length > 5 ? '…' : ''}`
      : `; ${knownKind(aim.kind, aim.apiVersion)?.namespaced === false ? 'the cluster' : `the namespace ${picture.namespace}`} has no ${plural(aim.kind)}`;
  return failed(`There is no ${aim.title}${instead}`, [missing]);
}

/** What every namespace has, or every cluster: nobody's attempt at what is looked for. */
function isClustersOwn({ kind, metadata: { name } }: KubeObject): boolean {
  return clustersOwn[kind] === name;
}
const clustersOwn: Record<string, string> = {
  ConfigMap: 'kube-root-ca.crt',
  Service: 'kubernetes',
  EndpointSlice: 'kubernetes',
  ServiceAccount: 'default',
};

/** Its name, and what made it: a Pod that a Deployment made has not the name that was asked for, nor will it have. */
function withMaker({ metadata: { name, ownerReferences } }: KubeObject): string {
  const owners = (ownerReferences ?? []) as { kind: string; name: string; controller?: boolean }[];
  const maker = owners.find(({ controller }) => controller);
  return maker ? `${name} (made by ${maker.kind} ${maker.name})` : name;
}

export function settle(object: KubeObject, { picture, withinMs }: CheckContext): Settling {
  return settlingOf(object, {
    ageMs: picture.ageOf(object),
    withinMs,
    hindrance: () => hindranceOf(object, picture),
  });
}

/** Right now is not enough: not when a container has just come back from an end, nor where a check wants steadiness. */
export function believed(
  objects: readonly KubeObject[],
  check: { readsStatus: boolean; steady?: number },
  { picture }: CheckContext,
  observed: Observation[],
): Outcome {
  for (const object of objects) {
    const age = picture.ageOf(object);
    const restarted = check.readsStatus ? restartedLately(object, age) : undefined;
    if (restarted?.kind === 'on-its-way') return waiting(restarted.says, observed, restarted.recheckInMs);
    const left = (check.steady ?? 0) * 1000 - age;
    if (left > 0)
      return waiting(
        `${object.kind} ${object.metadata.name} is as it should be; Podlab looks whether it stays so`,
        observed,
        left,
      );
  }
  return passed(observed);
}

/** Waiting while the object is on its way; else the failure, led by what keeps the object from getting there. */
export function waitOrFail(
  objects: readonly KubeObject[],
  context: CheckContext,
  fail: (trouble: string | undefined) => Outcome,
): Outcome {
  let trouble: string | undefined;
  for (const object of objects) {
    const settling = settle(object, context);
    if (settling.kind === 'on-its-way')
      return waiting(
        settling.says,
        objects.map((one) => observe(one)),
        settling.recheckInMs,
      );
    trouble ??= settling.trouble;
  }
  return fail(trouble);
}
