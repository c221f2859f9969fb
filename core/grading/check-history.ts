import type { KubeObject } from '../clusters/kube-api';
import { type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { Fact, HistorySpec } from './check-schema';
import { containersOf } from './containers';
import { factInWords, type Sighting } from './fact-recorder';
import { failed, noContainer, type Outcome, observe, passed } from './outcome';
import { type Aim, aimOf } from './target';

/**
 * What the grader saw over time. `passedBefore`: an earlier process saw it pass, and what it saw is lost: it is believed of
 * the objects that were there when this process began to look.
 */
export function checkHistory(check: HistorySpec, context: CheckContext, passedBefore: boolean): Outcome {
  const aim = aimOf(check);
  if (!aim) return failed('This check names no object', []);
  if (check.order) return checkOrder(aim, check.order, context, passedBefore);
  if (check.replaced !== undefined) return checkReplaced(aim, check.replaced, context, passedBefore);
  const objects = select(aim, context.picture);
  if (check.never) return checkNever(aim, check.never, objects, context);
  const fact = check.ever as Fact;
  const [seen] = [...context.facts.sightings(aim, fact).values()];
  if (seen || passedBefore) return passed(evidence(aim, [[fact, seen?.[0]]]));
  if (objects.length === 0) return notThere(aim, context.picture);
  return waitOrFail(objects, context, (trouble) =>
    failed(
      trouble ?? `It was not seen yet that ${factInWords(fact)}`,
      objects.map((one) => observe(one)),
    ),
  );
}

/** Of the objects that are there: one that was wrong and is gone was mended by making it anew. */
function checkNever(aim: Aim, fact: Fact, objects: KubeObject[], context: CheckContext): Outcome {
  const sightings = context.facts.sightings(aim, fact);
  const [seen] = objects.flatMap(({ metadata }) => sightings.get(metadata.uid) ?? []);
  if (seen) return failed(`${factInWords(fact)}, which should never happen`, evidence(aim, [[fact, seen]]));
  return objects.length > 0 ? passed(objects.map((one) => observe(one))) : notThere(aim, context.picture);
}

function checkOrder(aim: Aim, order: Fact[], context: CheckContext, passedBefore: boolean): Outcome {
  const objects = select(aim, context.picture).filter((one) => !one.metadata.deletionTimestamp);
  if (objects.length === 0) return notThere(aim, context.picture);
  for (const object of objects) {
    const names = containersOf(object).map(({ name }) => name);
    const lacking = order.find((fact) => 'container' in fact && !names.includes(fact.container));
    if (lacking && 'container' in lacking)
      return noContainer(aim.title, lacking.container, names, [observe(object)]);
    if (passedBefore && context.facts.wasThere(object)) continue;
    const wrong = wrongOrder(aim, order, object, context);
    if (wrong) return wrong;
  }
  return passed(objects.map((one) => observe(one)));
}

/** Each fact is met at the first time that it became true after the one before it. */
function wrongOrder(aim: Aim, order: Fact[], object: KubeObject, context: CheckContext): Outcome | undefined {
  const { uid } = object.metadata;
  const all = order.map((fact) => context.facts.sightings(aim, fact).get(uid) ?? []);
  const seen = order.map((fact, i): [Fact, Sighting | undefined] => [fact, all[i]?.[0]]);
  const observed = evidence(aim, seen);
  let last: [Fact, Sighting] | undefined;
  for (const [i, fact] of order.entries()) {
    const known = all[i] ?? [];
    const [sighting] = known.filter((one) => !last || before(last[1], one));
    if (sighting) {
      last = [fact, sighting];
      continue;
    }
    if (known.length > 0 && last)
      return failed(
        'cel' in fact
          ? `It was not seen yet that ${factInWords(fact)} after ${factInWords(last[0])}`
          : `The order is wrong: “${factInWords(fact)}” came before “${factInWords(last[0])}”`,
        observed,
      );
    const later = seen.slice(i + 1).find(([, one]) => one);
    if (later)
      return failed(`It was not seen that ${factInWords(fact)} before ${factInWords(later[0])}`, observed);
    const missing = `It was not seen yet that ${factInWords(fact)}`;
    // What a learner writes does not wait for the cluster, nor does trouble there keep it from being so.
    if ('cel' in fact && !/\bstatus\b/.test(fact.cel)) return failed(missing, observed);
    return waitOrFail([object], context, (trouble) => failed(trouble ?? missing, observed));
  }
  return undefined;
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
