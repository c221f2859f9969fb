import type { Lab } from '../content/lab';
import type { Entry } from './create-grader';
import { hundredths } from './points';
import type { LabReport } from './verdict';

/** A report of what is known of every check now. Points: what passed checks give, less what hints cost, never below 0. */
export function assembleReport(
  lab: Lab,
  entries: readonly Entry[],
  hintsTaken: ReadonlyMap<string, number>,
  trigger: LabReport['trigger'],
  tookMs: number,
): LabReport {
  const tasks = lab.tasks.map((task) => {
    const own = entries.filter((entry) => entry.task === task);
    const gained = own.reduce(
      (sum, { check, outcome }) => sum + (outcome.verdict.kind === 'passed' ? check.points : 0),
      0,
    );
    const cost = task.hints.slice(0, hintsTaken.get(task.id) ?? 0).reduce((sum, hint) => sum + hint.cost, 0);
    return {
      id: task.id,
      title: task.title,
      points: task.points,
      earned: hundredths(Math.max(0, gained - cost)),
      passed: own.every(({ outcome }) => outcome.verdict.kind === 'passed'),
      checks: own.map(({ check, costly, outcome, tookMs: took }) => ({
        task: task.id,
        check: check.id,
        says: check.says,
        points: check.points,
        costly,
        verdict: outcome.verdict,
        observed: outcome.observed,
        tookMs: hundredths(took),
      })),
    };
  });
  return {
    lab: lab.id,
    at: new Date().toISOString(),
    trigger,
    points: tasks.reduce((sum, task) => sum + task.points, 0),
    earned: hundredths(tasks.reduce((sum, task) => sum + task.earned, 0)),
    passed: tasks.every((task) => task.passed),
    tasks,
    tookMs: hundredths(tookMs),
  };
}
