import { describe, expect, test } from 'vitest';
import type { LabReport, Verdict } from '../../core/grading/verdict';
import { announcement } from './announce';

const passed: Verdict = { kind: 'passed' };
const failed: Verdict = { kind: 'failed', message: '', differences: [] };
const waiting: Verdict = { kind: 'waiting', message: '' };

/** Two tasks: the first with two checks, the second with one. */
function report(verdicts: [Verdict, Verdict, Verdict], trigger: 'live' | 'asked' = 'live'): LabReport {
  const check = (task: string, name: string, verdict: Verdict) => ({
    task,
    check: name,
    says: `\`${name}\` holds`,
    points: 2,
    costly: false,
    verdict,
    observed: [],
    tookMs: 1,
  });
  const tasks = [
    { id: 'one', checks: [check('one', 'a', verdicts[0]), check('one', 'b', verdicts[1])] },
    { id: 'two', checks: [check('two', 'c', verdicts[2])] },
  ].map((task) => ({
    ...task,
    title: `Task ${task.id}`,
    points: task.checks.length * 2,
    earned: task.checks.filter((entry) => entry.verdict.kind === 'passed').length * 2,
    passed: task.checks.every((entry) => entry.verdict.kind === 'passed'),
  }));
  return {
    lab: 'x',
    at: 't',
    trigger,
    points: 6,
    earned: tasks.reduce((sum, task) => sum + task.earned, 0),
    passed: tasks.every((task) => task.passed),
    tasks,
    tookMs: 1,
  };
}

describe('what a screen reader hears of a new report', () => {
  const cases: [string, LabReport | null, LabReport, string | null][] = [
    ['the first one, nothing passes', null, report([failed, failed, failed]), null],
    ['nothing changed', report([failed, waiting, failed]), report([failed, waiting, failed]), null],
    [
      'from failed to waiting: not worth a word',
      report([failed, failed, failed]),
      report([waiting, failed, failed]),
      null,
    ],
    [
      'one check passes',
      report([failed, failed, failed]),
      report([passed, failed, failed]),
      'Passed: a holds. 1 of 3 checks pass, 2 of 6 points.',
    ],
    [
      'a check no longer passes',
      report([passed, failed, failed]),
      report([failed, failed, failed]),
      'No longer passing: a holds. 0 of 3 checks pass, 0 of 6 points.',
    ],
    [
      'a whole task passes: said once, not check by check',
      report([failed, failed, failed]),
      report([passed, passed, failed]),
      'Task “Task one”: all checks pass. 2 of 3 checks pass, 4 of 6 points.',
    ],
    [
      'the lab is complete',
      report([passed, passed, failed]),
      report([passed, passed, passed]),
      'Task “Task two”: all checks pass. The lab is complete.',
    ],
    [
      'asked for: there is always an answer',
      report([failed, failed, failed]),
      report([failed, failed, failed], 'asked'),
      '0 of 3 checks pass, 0 of 6 points.',
    ],
  ];
  test.each(cases)('%s', (_, previous, next, expected) => {
    expect(announcement(previous, next)).toBe(expected);
  });
});
