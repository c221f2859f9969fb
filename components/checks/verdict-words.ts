import type { CheckResult, TaskReport, Verdict } from '../../core/grading/verdict';

/** A check's state on the page: its verdict, or `open` before the first evaluation. */
export type CheckState = Verdict['kind'] | 'open';

/** Never colour alone: every state has its word. */
export const verdictWords: Record<CheckState, string> = {
  passed: 'Passed',
  failed: 'Not yet',
  waiting: 'Waiting',
  unavailable: 'Could not check',
  open: 'Not checked',
};

export function stateOf(result: CheckResult | undefined): CheckState {
  return result?.verdict.kind ?? 'open';
}

/** `3 of 5`, for a task's head. */
export function passedCount(task: TaskReport | undefined, total: number): string {
  const passed = task?.checks.filter((check) => check.verdict.kind === 'passed').length ?? 0;
  return `${passed} of ${total}`;
}

export function pointsWord(points: number): string {
  return points === 1 ? '1 point' : `${points} points`;
}
