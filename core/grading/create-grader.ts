import { instantiateLab, sessionValues } from '../content/instantiate-lab';
import type { CheckSpec, LabTask } from '../content/lab';
import { nonceOf, substitute } from '../content/variables';
import { type CheckContext, withinOf } from './check-context';
import { ClusterView, type KindName, keyOf, type Picture } from './cluster-view';
import { evaluateAction, evaluateLook, expectFacts, isCostly, kindsOf } from './evaluate-check';
import { FactRecorder } from './fact-recorder';
import type { Grader, GraderOptions } from './grader';
import { LiveSchedule } from './live-schedule';
import { type Outcome, unavailable, waiting } from './outcome';
import { assembleReport } from './report';
import type { LabReport } from './verdict';

/** One check and what is known of it now. */
export interface Entry {
  task: LabTask;
  check: CheckSpec;
  costly: boolean;
  kinds: readonly string[];
  outcome: Outcome;
  tookMs: number;
}

/** No lab asks for more than this at once. */
const freshPictureMs = 8000;
/** The event loop gets its turn after so many milliseconds of looking. */
const sliceMs = 8;

/** Grades one session's lab until it is closed: live through watches, and wholly when asked. */
export function createGrader(options: GraderOptions): Grader {
  const { cluster, seed, onError = () => {} } = options;
  const session = { seed, namespace: cluster.namespace };
  const lab = instantiateLab(options.lab, session);
  const values = sessionValues(options.lab, session);
  const passedBefore = new Set(options.passedBefore);
  const hints = new Map(Object.entries(options.hintsTaken ?? {}));
  const facts = new FactRecorder();
  const abort = new AbortController();
  const viewers = new Set<(report: LabReport) => void>();
  const entries: Entry[] = lab.tasks.flatMap((task) =>
    task.checks.map((check) => ({
      task,
      check,
      costly: isCostly(check),
      kinds: kindsOf(check).map(({ kind }) => kind),
      outcome: waiting('Podlab is looking', []),
      tookMs: 0,
    })),
  );
  for (const { check } of entries) expectFacts(check, facts);
  let asked: Promise<LabReport> | undefined;
  let report: LabReport | undefined;
  let evaluations = 0;

  const read = entries.flatMap(({ check }) => kindsOf(check));
  // What keeps a Pod from starting stands in its events alone.
  if (read.some(({ kind }) => kind === 'Pod')) read.push({ kind: 'Event' });
  const kinds = new Map(read.map((name) => [keyOf(name), name]));
  const view = new ClusterView(
    cluster.api,
    cluster.namespace,
    [...kinds.values()],
    (type, object) => {
      if (type !== 'DELETED') facts.see(object, report === undefined);
      // Not only checks that name this object: one that is missing is explained by those that are there.
      schedule.changed(entries.filter(({ kinds }) => kinds.includes(object.kind)));
    },
    () => schedule.changed(entries),
  );
  const schedule = new LiveSchedule(entries, {
    look: (some) => lookLive(some),
    act: (entry) => actLive(entry),
    mayAct: (entry) => cheapPassed(entry.task),
  });
  view.start();

  function context(check: CheckSpec, picture: Picture, nonce: string): CheckContext {
    return {
      api: cluster.api,
      namespace: cluster.namespace,
      picture,
      facts,
      values: { ...values, nonce },
      reveal: check.reveal ?? true,
      withinMs: withinOf(check),
      signal: abort.signal,
      refresh: (kinds) => freshPicture(kinds),
    };
  }

  function freshPicture(kinds?: readonly KindName[]): Promise<Picture> {
    return view.freshPicture(AbortSignal.any([abort.signal, AbortSignal.timeout(freshPictureMs)]), kinds);
  }

  function look(entry: Entry, picture: Picture): void {
    const started = performance.now();
    const before = passedBefore.has(`${entry.task.id}/${entry.check.id}`);
    entry.outcome = evaluateLook(entry.check, context(entry.check, picture, ''), before);
    entry.tookMs = performance.now() - started;
  }

  async function act(entry: Entry, picture: Picture): Promise<Outcome> {
    const started = performance.now();
    // A word that nobody could have prepared for: another one for each evaluation.
    const nonce = nonceOf(`${seed}${process.hrtime.bigint()}`, `${entry.check.id} ${++evaluations}`);
    const check = substitute(entry.check, { nonce });
    const outcome = await evaluateAction(check, context(check, picture, nonce));
    entry.tookMs = performance.now() - started;
    return outcome;
  }

  async function lookAll(some: readonly Entry[], picture: Picture): Promise<void> {
    let started = performance.now();
    for (const entry of some) {
      look(entry, picture);
      if (performance.now() - started < sliceMs) continue;
      await new Promise((done) => setImmediate(done));
      started = performance.now();
    }
  }

  async function lookLive(some: readonly Entry[]): Promise<void> {
    if (asked || !view.answered) return;
    const started = performance.now();
    await lookAll(
      some.filter((entry) => !entry.costly),
      view.picture(),
    );
    for (const entry of some)
      if (entry.costly && !cheapPassed(entry.task) && entry.outcome.verdict.kind !== 'unavailable')
        entry.outcome = waiting(
          'Podlab tries this as soon as the other checks of the task pass, or when you check your work',
          [],
        );
    publish('live', started);
  }

  async function actLive(entry: Entry): Promise<void> {
    if (asked || !cheapPassed(entry.task)) return;
    const started = performance.now();
    const outcome = await act(entry, view.picture());
    if (asked || abort.signal.aborted) return;
    entry.outcome = outcome;
    publish('live', started);
  }

  function cheapPassed(task: LabTask): boolean {
    return entries.every(
      (entry) => entry.task !== task || entry.costly || entry.outcome.verdict.kind === 'passed',
    );
  }

  async function checkAll(): Promise<LabReport> {
    const started = performance.now();
    schedule.allAct();
    const picture = await freshPicture();
    const actions = entries
      .filter((entry) => entry.costly)
      .map(async (entry) => {
        entry.outcome = await act(entry, picture);
      });
    await lookAll(
      entries.filter((entry) => !entry.costly),
      picture,
    );
    await Promise.all(actions);
    schedule.allActed();
    return publish('asked', started);
  }

  function publish(trigger: LabReport['trigger'], started: number): LabReport {
    const next = assembleReport(lab, entries, hints, trigger, performance.now() - started);
    const news =
      trigger === 'asked' || !report || JSON.stringify(verdicts(report)) !== JSON.stringify(verdicts(next));
    report = next;
    schedule.evaluated();
    if (news && !abort.signal.aborted)
      for (const run of viewers) {
        try {
          run(next);
        } catch (error) {
          onError(error);
        }
      }
    return next;
  }

  return {
    get report() {
      return report;
    },
    check() {
      asked ??= checkAll()
        .catch((error: unknown) => {
          onError(error);
          for (const entry of entries)
            entry.outcome = unavailable('Podlab could not carry out the checks. It tries again');
          return publish('asked', performance.now());
        })
        .finally(() => {
          asked = undefined;
          // What changed meanwhile was not looked at.
          schedule.changed(entries.filter((entry) => !entry.costly));
        });
      return asked;
    },
    hintsTaken: hints,
    takeHint(id, wanted) {
      const task = lab.tasks.find((one) => one.id === id);
      const taken = hints.get(id) ?? 0;
      const index = Math.min(wanted ?? taken, taken);
      const hint = task?.hints[index];
      if (!hint) return undefined;
      if (index === taken) {
        hints.set(id, taken + 1);
        if (report) publish('live', performance.now());
      }
      return { index, ...hint };
    },
    onReport(run) {
      viewers.add(run);
      return () => viewers.delete(run);
    },
    close() {
      abort.abort(new Error('the lab session has ended'));
      schedule.close();
      view.close();
      viewers.clear();
    },
  };
}

/** Verdicts and points, without times: whether there is something new to tell. */
function verdicts({ earned, tasks }: LabReport) {
  return { earned, checks: tasks.map(({ checks }) => checks.map(({ verdict }) => verdict)) };
}
