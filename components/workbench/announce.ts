import type { CheckResult, LabReport } from '../../core/grading/verdict';

/**
 * What a screen reader hears when a report replaces another: what changed, not what stayed. null when there is nothing
 * worth interrupting for.
 */
export function announcement(previous: LabReport | null, next: LabReport): string | null {
  const parts: string[] = [];
  const before = new Map(allChecks(previous).map((check) => [key(check), check.verdict.kind]));

  const passedTasks = next.tasks.filter(
    (task) => task.passed && !previous?.tasks.find((old) => old.id === task.id)?.passed,
  );
  for (const task of passedTasks) parts.push(`Task “${plain(task.title)}”: all checks pass.`);

  if (previous) {
    for (const check of allChecks(next)) {
      const was = before.get(key(check));
      if (passedTasks.some((task) => task.id === check.task)) continue;
      if (check.verdict.kind === 'passed' && was !== 'passed') parts.push(`Passed: ${plain(check.says)}.`);
      if (check.verdict.kind === 'failed' && was === 'passed')
        parts.push(`No longer passing: ${plain(check.says)}.`);
    }
  }
  if (next.passed && !previous?.passed) parts.push('The lab is complete.');
  if (next.trigger === 'asked' || (parts.length > 0 && !next.passed)) parts.push(summary(next));
  return parts.length > 0 ? parts.join(' ') : null;
}

/** `3 of 5 checks pass, 4 of 10 points.` */
export function summary(report: LabReport): string {
  const checks = allChecks(report);
  const passed = checks.filter((check) => check.verdict.kind === 'passed').length;
  return `${passed} of ${checks.length} checks pass, ${report.earned} of ${report.points} points.`;
}

function allChecks(report: LabReport | null): CheckResult[] {
  return report?.tasks.flatMap((task) => task.checks) ?? [];
}

function key(check: CheckResult): string {
  return `${check.task}/${check.check}`;
}

function plain(text: string): string {
  return text.replaceAll('`', '').replace(/\.$/, '');
}
