import type { Course } from '../content/lesson';
import type { LabReport, Verdict } from '../grading/verdict';
import { recordCompletion, savingProgress, withdrawCompletion } from './create-progress-store';
import type { DatabaseClient } from './database/open-database';
import { bestHeld } from './held-grade';

export interface GradeOf {
  sessionId: string;
  learnerId: string;
  report: LabReport;
  /** When this grading began: what was in force before that is not taken back, it went with a cluster or a server. */
  since?: Date;
}

/**
 * Writes one evaluation down, with what was observed, and the best grade of the attempt that held (`bestHeld`). Resolves
 * when it is on disk; throws PodlabError `progress-not-saved`.
 */
export async function recordGrade(
  database: DatabaseClient,
  courses: readonly Course[],
  { sessionId, learnerId, report, since }: GradeOf,
): Promise<void> {
  await savingProgress(async () => {
    const before = await database.attempt.findUnique({
      where: { sessionId },
      select: {
        id: true,
        earned: true,
        passed: true,
        passedAt: true,
        grades: { select: { earned: true, passed: true }, orderBy: { at: 'desc' }, take: 1 },
      },
    });
    const best =
      before && losesBest(before, report) ? await bestOf(database, before.id, report, since) : undefined;
    const passed = best?.passed ?? (report.passed || (before?.passed ?? false));
    const data = {
      earned: best?.earned ?? Math.max(report.earned, before?.earned ?? 0),
      points: report.points,
      passed,
      passedAt: best ? best.passedAt : (before?.passedAt ?? (passed ? new Date(report.at) : null)),
      grades: { create: gradeRow(report) },
    };
    await database.attempt.upsert({
      where: { sessionId },
      create: { sessionId, learnerId, lab: report.lab, ...data },
      update: data,
      select: { id: true },
    });
    if (passed === (before?.passed ?? false)) return;
    for (const course of courses)
      if (course.lessons.some(({ labs }) => labs.includes(report.lab))) {
        if (passed) await recordCompletion(database, learnerId, course);
        else await withdrawCompletion(database, learnerId, course, report.lab);
      }
  });
}

type Best = { earned: number; passed: boolean };

/** Whether this report ends what the attempt's best grade rests on. What Podlab could not find out ends nothing. */
function losesBest(before: Best & { grades: Best[] }, report: LabReport): boolean {
  const lower = ({ earned, passed }: Best) => earned < before.earned || (before.passed && !passed);
  const known = report.tasks.every(({ checks }) =>
    checks.every(({ verdict }) => verdict.kind !== 'unavailable'),
  );
  return known && lower(report) && before.grades.some((last) => !lower(last));
}

async function bestOf(database: DatabaseClient, attemptId: string, report: LabReport, since = new Date(0)) {
  const grades = await database.grade.findMany({
    where: { attemptId, checks: { none: { verdict: 'unavailable' } } },
    select: { at: true, earned: true, passed: true },
    orderBy: { at: 'asc' },
  });
  const before = bestHeld(grades.filter(({ at }) => at < since));
  const now = bestHeld([...grades.filter(({ at }) => at >= since), { ...report, at: new Date(report.at) }]);
  return {
    earned: Math.max(before.earned, now.earned),
    passed: before.passed || now.passed,
    passedAt: before.passedAt ?? now.passedAt,
  };
}

function gradeRow(report: LabReport) {
  const checks = report.tasks.flatMap(({ checks }) => checks);
  return {
    at: new Date(report.at),
    trigger: report.trigger,
    earned: report.earned,
    points: report.points,
    passed: report.passed,
    tookMs: report.tookMs,
    checks: {
      create: checks.map(({ task, check, points, verdict, observed }) => ({
        task,
        check,
        verdict: verdict.kind,
        message: messageOf(verdict),
        points,
        // Through JSON: what was observed came as JSON, and `undefined` is not.
        observed: JSON.parse(JSON.stringify({ objects: observed, differences: differencesOf(verdict) })),
      })),
    },
  };
}

const messageOf = (verdict: Verdict) => ('message' in verdict ? verdict.message : null);
const differencesOf = (verdict: Verdict) => (verdict.kind === 'failed' ? verdict.differences : []);
