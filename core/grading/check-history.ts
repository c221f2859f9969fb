import type { KubeObject } from '../clusters/kube-api';
import { type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { Fact, HistorySpec } from './check-schema';
import { containersOf } from './containers';
import { factInWords, type Sighting } from './fact-recorder';
import { failed, type Outcome, observe, passed } from './outcome';
import { type Aim, aimOf } from './target';

/**
 * What the grader saw over time. `passedBefore`: an earlier process saw it pass, and what it saw is lost; only
 * evidence to the contrary makes it fail now.
 */
export function checkHistory(check: HistorySpec, context: CheckContext, passedBefore: boolean): Outcome {
  const aim = aimOf(check);
  if (!aim) return failed('This check names no object', []);
  if (check.order) return checkOrder(aim, check.order, context, passedBefore);
  if (check.replaced !== undefined) return checkReplaced(aim, check.replaced, context, passedBefore);
  if (check.never) {
    const seen = context.facts.sightings(aim, check.never);
    if (seen.size > 0)
      return failed(
        `${factInWords(check.never)}, which should never happen`,
        evidence(aim, [[check.never, [...seen.values()][0]]]),
      );
    const objects = select(aim, context.picture);
    return objects.length > 0 ? passed(objects.map((one) => observe(one))) : notThere(aim, context.picture);
  }
  const fact = check.ever as Fact;
  const seen = context.facts.sightings(aim, fact);
  if (seen.size > 0 || passedBefore) return passed(evidence(aim, [[fact, [...seen.values()][0]]]));
  const objects = select(aim, context.picture);
  if (objects.length === 0) return notThere(aim, context.picture);
  return waitOrFail(objects, context, (trouble) =>
    failed(
      trouble ?? `It was not seen yet that ${factInWords(fact)}`,
      objects.map((one) => observe(one)),
    ),
  );
}

function checkOrder(aim: Aim, order: Fact[], context: CheckContext, passedBefore: boolean): Outcome {
  const objects = select(aim, context.picture).filter((one) => !one.metadata.deletionTimestamp);
  if (objects.length === 0) return notThere(aim, context.picture);
  for (const object of objects) {
    const lacking = order.find((fact) => 'container' in fact && !hasContainer(object, fact.container));
    if (lacking && 'container' in lacking)
      return failed(`${aim.title} has no container ${lacking.container}`, [observe(object)]);
    const seen = order.map((fact): [Fact, Sighting | undefined] => [
      fact,
      context.facts.sightings(aim, fact).get(object.metadata.uid),
    ]);
    const observed = evidence(aim, seen);
    for (let i = 1; i < seen.length; i++) {
      const [[earlierFact, earlier], [laterFact, later]] = [seen[i - 1], seen[i]] as [
        [Fact, Sighting?],
        [Fact, Sighting?],
      ];
      if (later && (!earlier || !before(earlier, later)))
        return failed(
          `The order is wrong: “${factInWords(laterFact)}” came before “${factInWords(earlierFact)}”`,
          observed,
        );
    }
    const missing = seen.find(([, sighting]) => !sighting);
    if (missing && !passedBefore)
      return waitOrFail([object], context, (trouble) =>
        failed(trouble ?? `It was not seen yet that ${factInWords(missing[0])}`, observed),
      );
  }
  return passed(objects.map((one) => observe(one)));
}

function hasContainer(object: KubeObject, name: string): boolean {
  return containersOf(object).some((container) => container.name === name);
}

/** By the order in which changes came; for two facts of one change by the cluster's own times, which are whole seconds. */
function before(a: Sighting, b: Sighting): boolean {
  if (a.sequence !== b.sequence) return a.sequence < b.sequence;
  return a.time === undefined || b.time === undefined || a.time <= b.time;
}

function checkReplaced(aim: Aim, wanted: boolean, context: CheckContext, passedBefore: boolean): Outcome {
  const [object] = select(aim, context.picture);
  if (!object) return notThere(aim, context.picture);
  const uids = context.facts.uidsOf(aim.kind, object.metadata.name);
  const observed = [observe(object, { uids })];
  const replaced = uids.length > 1;
  if (replaced === wanted || (wanted && passedBefore)) return passed(observed);
  return failed(
    wanted
      ? `${aim.title} is still the same object: delete it and make it anew`
      : `${aim.title} was deleted and made anew, where it should have been changed in place`,
    observed,
  );
}

function evidence(aim: Aim, seen: [Fact, Sighting | undefined][]) {
  const fields = Object.fromEntries(
    seen.map(([fact, sighting]) => [factInWords(fact), sighting ?? 'not seen']),
  );
  return [{ kind: aim.kind, namespace: '', name: aim.name ?? '', fields }];
}
