import type { Course } from '../content/lesson';
import type { LabReport, Verdict } from '../grading/verdict';
import { recordCompletion, savingProgress } from './create-progress-store';
import type { DatabaseClient } from './database/open-database';

export interface GradeOf {
  sessionId: string;
  learnerId: string;
  report: LabReport;
}

/**
 * Writes one evaluation down, with what was observed, and the attempt's best grade. Resolves when it is on disk;
 * throws PodlabError `progress-not-saved`.
 */
export async function recordGrade(
  database: DatabaseClient,
  courses: readonly Course[],
  { sessionId, learnerId, report }: GradeOf,
): Promise<void> {
  await savingProgress(async () => {
    const before = await database.attempt.findUnique({
      where: { sessionId },
      select: { id: true, earned: true, passed: true, passedAt: true },
    });
    const passed = report.passed || (before?.passed ?? false);
    const data = {
      earned: Math.max(report.earned, before?.earned ?? 0),
      points: report.points,
      passed,
      passedAt: before?.passedAt ?? (passed ? new Date(report.at) : null),
      grades: { create: gradeRow(report) },
    };
    await database.attempt.upsert({
      where: { sessionId },
      create: { sessionId, learnerId, lab: report.lab, ...data },
      update: data,
      select: { id: true },
    });
    if (report.passed && !before?.passed)
      for (const course of courses)
        if (course.lessons.some(({ labs }) => labs.includes(report.lab)))
          await recordCompletion(database, learnerId, course);
  });
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
