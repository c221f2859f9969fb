import { KubeApiError } from '../clusters/kube-api';
import { isPodlabError } from '../errors';
import { TookTooLong } from './bounded';
import { checkExec, checkLogs } from './check-behaviour';
import { checkCel } from './check-cel';
import type { CheckContext } from './check-context';
import { checkEvents } from './check-events';
import { checkHistory } from './check-history';
import { checkHttp } from './check-http';
import type { CheckBody, FollowUp, StateSpec, Target } from './check-schema';
import { checkState } from './check-state';
import { type KindName, keyOf, NotReadable } from './cluster-view';
import type { FactRecorder } from './fact-recorder';
import { failed, type Outcome, unavailable, waiting } from './outcome';
import { aimOf } from './target';

/** Whether a check asks the cluster to do something, and so costs more than a look. */
export function isCostly(check: CheckBody): boolean {
  return 'exec' in check || 'http' in check || 'logs' in check;
}

/** The kinds whose objects a check reads. */
export function kindsOf(check: CheckBody): KindName[] {
  const kinds = new Map<string, KindName>();
  const add = (name: KindName | undefined) =>
    name && kinds.set(keyOf(name), { kind: name.kind, apiVersion: name.apiVersion });
  if ('exec' in check || 'logs' in check) add({ kind: 'Pod' });
  else if ('http' in check) {
    add({ kind: 'Pod' });
    if (check.http.service) add({ kind: 'Service' });
  } else if ('events' in check) {
    add({ kind: 'Event' });
    add(aimOf(check.events.about));
  } else if ('history' in check) add(aimOf(check.history));
  else {
    add(aimOf(check as Target));
    if ('cel' in check) for (const target of Object.values(check.with ?? {})) add(aimOf(target));
  }
  if ('then' in check && check.then) for (const name of kindsOf(check.then)) add(name);
  return [...kinds.values()];
}

/** Tells the recorder which facts to look out for. */
export function expectFacts(check: CheckBody, facts: FactRecorder): void {
  if ('then' in check && check.then) expectFacts(check.then, facts);
  if (!('history' in check)) return;
  const aim = aimOf(check.history);
  const { order = [], ever, never, replaced } = check.history;
  if (!aim) return;
  facts.expect(aim, [...order, ...(ever ? [ever] : []), ...(never ? [never] : [])]);
  if (replaced !== undefined) facts.follow(aim);
}

const defaultTimeoutSeconds = 10;
/** How long what follows an action may take to show: a log line, an event. */
const followUpMs = 3000;
const followUpEveryMs = 100;

/** A check that only looks: at once, without asking the cluster. */
export function evaluateLook(check: CheckBody, context: CheckContext, passedBefore: boolean): Outcome {
  try {
    if ('events' in check) return checkEvents(check.events, context);
    if ('history' in check) return checkHistory(check.history, context, passedBefore);
    if ('cel' in check) return checkCel(check, context);
    return checkState(check as StateSpec, context);
  } catch (error) {
    return notFoundOut(error);
  }
}

/** A check that acts, with what must follow. Never rejects: what Podlab could not find out is `unavailable`. */
export async function evaluateAction(check: CheckBody, context: CheckContext): Promise<Outcome> {
  const seconds = ('timeout' in check ? check.timeout : undefined) ?? defaultTimeoutSeconds;
  const timeout = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([context.signal, timeout]);
  try {
    const first = await act(check, { ...context, signal });
    const then = 'then' in check ? check.then : undefined;
    if (first.verdict.kind !== 'passed' || !then) return first;
    const second = await follow(then, { ...context, reveal: then.reveal ?? context.reveal });
    return { ...second, observed: [...first.observed, ...second.observed] };
  } catch (error) {
    if (context.signal.aborted) return unavailable('Podlab stopped this check');
    if (timeout.aborted) return (await apiAnswers(context)) ? tooSlow(seconds) : notFoundOut(timeout.reason);
    return notFoundOut(error);
  }
}

function act(check: CheckBody, context: CheckContext): Promise<Outcome> | Outcome {
  if ('exec' in check) return checkExec(check.exec, context);
  if ('http' in check) return checkHttp(check.http, context);
  if ('logs' in check) return checkLogs(check.logs, context);
  return evaluateLook(check, context, false);
}

async function follow(then: FollowUp, context: CheckContext): Promise<Outcome> {
  const kinds = kindsOf(then);
  const until = performance.now() + (then.within === undefined ? followUpMs : then.within * 1000);
  for (;;) {
    const outcome = await evaluateAction(then, { ...context, picture: await context.refresh(kinds) });
    const decided = outcome.verdict.kind === 'passed' || outcome.lasting;
    if (decided || performance.now() >= until || context.signal.aborted) return outcome;
    await new Promise((done) => setTimeout(done, followUpEveryMs));
  }
}

function tooSlow(seconds: number): Outcome {
  return failed(`What Podlab tried did not come to an end within ${seconds} seconds`, []);
}

/** A time-out is the learner's container's when the API server itself answers. */
async function apiAnswers({ api, namespace }: CheckContext): Promise<boolean> {
  try {
    await api.get(
      { group: '', version: 'v1', plural: 'pods', namespace },
      'podlab-asks',
      AbortSignal.timeout(2000),
    );
    return true;
  } catch {
    return false;
  }
}

function notFoundOut(error: unknown): Outcome {
  if (error instanceof NotReadable) return unavailable(`${error.message}. Podlab tries again`);
  if (error instanceof TookTooLong)
    return unavailable('A pattern of this check took too long; Podlab tries again', 5000);
  // Between the look and the try: a learner replaces it, or a controller does.
  if (error instanceof KubeApiError && error.code === 404)
    return waiting('What Podlab was about to try is not there any more. Podlab looks again', [], 2000);
  if (error instanceof KubeApiError)
    return unavailable(`The cluster did not let Podlab look (${error.message}). Podlab tries again`);
  if (isPodlabError(error)) return unavailable(`${error.message} Podlab tries again`);
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return unavailable(
    timedOut
      ? 'The cluster did not answer in time. Podlab tries again'
      : 'Podlab could not carry out this check. It tries again',
  );
}
