import { type CheckContext, notThere, select, waitOrFail } from './check-context';
import type { EventsSpec } from './check-schema';
import { eventsAbout } from './events';
import { failed, type Outcome, observe, passed } from './outcome';
import { aimOf } from './target';
import { textProblem } from './text-match';

/** Whether the cluster reported something about the objects that are there now (by uid, not by name). */
export function checkEvents(check: EventsSpec, context: CheckContext): Outcome {
  const aim = aimOf(check.about);
  if (!aim) return failed('This check names no object', []);
  const objects = select(aim, context.picture);
  if (objects.length === 0) return notThere(aim, context.picture);
  const reasons = check.reason === undefined ? undefined : [check.reason].flat();
  const about = eventsAbout(objects, context.picture);
  const found = about.filter(
    ({ reason = '', type, message = '' }) =>
      (!reasons || reasons.includes(reason)) &&
      (!check.type || check.type === type) &&
      (check.message === undefined || textProblem(check.message, message, true) === undefined),
  );
  const observed = found
    .slice(0, 5)
    .map((event) => observe(event, { reason: event.reason, message: event.message }));
  const what = `event ${reasons ? reasons.join(' or ') : (check.type ?? 'that matches')}`;
  if (check.absent)
    return found.length === 0
      ? passed(objects.map((one) => observe(one)))
      : failed(`There is an ${what} about ${aim.title}: ${found[0]?.message ?? ''}`, observed);
  if (found.length > 0) return passed(observed);
  return waitOrFail(objects, context, () =>
    failed(
      context.reveal ? `There is no ${what} about ${aim.title}` : `An event about ${aim.title} is missing`,
      objects.map((one) => observe(one, { events: about.map(({ reason }) => reason) })),
    ),
  );
}
