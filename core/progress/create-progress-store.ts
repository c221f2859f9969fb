import type { Course } from '../content/lesson';
import { PodlabError } from '../errors';
import { databaseError } from './database/database-error';
import type { DatabaseClient } from './database/open-database';
import { nextStep } from './next-step';
import type { LabProgress, LearnerProgress, ProgressStore } from './progress';

/** `courses` gives the order in which one goes on, and what makes a course complete. */
export function createProgressStore(database: DatabaseClient, courses: readonly Course[]): ProgressStore {
  return {
    async progress(learnerId): Promise<LearnerProgress> {
      try {
        const [lessons, attempts, open] = await Promise.all([
          database.lessonRead.findMany({
            where: { learnerId },
            select: { lesson: true, position: true, completed: true, updatedAt: true },
            orderBy: { updatedAt: 'desc' },
          }),
          database.attempt.findMany({
            where: { learnerId },
            select: { lab: true, earned: true, points: true, passed: true, updatedAt: true },
            orderBy: { updatedAt: 'desc' },
          }),
          database.labSession.findMany({
            where: { learnerId, endedAt: null },
            select: { id: true, lab: true, lastSeenAt: true },
            orderBy: { lastSeenAt: 'desc' },
          }),
        ]);
        const read = lessons.map(({ updatedAt, ...rest }) => ({ ...rest, lastAt: updatedAt.toISOString() }));
        const labs = byLab(attempts);
        return { lessons: read, labs, resume: nextStep(courses, read, labs, open) };
      } catch (error) {
        throw databaseError(error);
      }
    },

    async saveLessonPosition(learnerId, lesson, position, completed) {
      const course = courses.find(({ lessons }) => lessons.some(({ slug }) => slug === lesson));
      if (!course)
        throw new PodlabError(
          'lesson-not-found',
          `There is no lesson “${lesson}”.`,
          'Go back to the courses.',
          404,
        );
      await savingProgress(async () => {
        const saved = await database.lessonRead.upsert({
          where: { learnerId_lesson: { learnerId, lesson } },
          create: { learnerId, lesson, position, completed },
          // What was completed stays so, when it is read again from the top.
          update: { position, ...(completed && { completed }) },
          select: { completed: true },
        });
        if (saved.completed) await recordCompletion(database, learnerId, course);
      });
    },
  };
}

/** Runs a write; what goes wrong becomes `progress-not-saved`, with the remedy for its cause. */
export async function savingProgress<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { message, remedy } = databaseError(error);
    throw new PodlabError('progress-not-saved', `Your progress was not saved. ${message}`, remedy, 503, {
      cause: error,
    });
  }
}

/** Notes that a course is complete when all its lessons are read and all its labs passed. Idempotent. */
export async function recordCompletion(
  database: DatabaseClient,
  learnerId: string,
  course: Course,
): Promise<void> {
  const lessons = course.lessons.map(({ slug }) => slug);
  const labs = [...new Set(course.lessons.flatMap((lesson) => lesson.labs))];
  const [read, passed] = await Promise.all([
    database.lessonRead.count({ where: { learnerId, completed: true, lesson: { in: lessons } } }),
    database.attempt.findMany({
      where: { learnerId, passed: true, lab: { in: labs } },
      select: { lab: true },
      distinct: ['lab'],
    }),
  ]);
  if (read < lessons.length || passed.length < labs.length) return;
  const key = { learnerId, course: course.id };
  await database.courseCompletion.upsert({ where: { learnerId_course: key }, create: key, update: {} });
}

/** Takes a completion back that rested on a pass of `lab` that did not hold; not where another attempt passed it. */
export async function withdrawCompletion(
  database: DatabaseClient,
  learnerId: string,
  course: Course,
  lab: string,
): Promise<void> {
  if ((await database.attempt.count({ where: { learnerId, lab, passed: true } })) > 0) return;
  await database.courseCompletion.deleteMany({ where: { learnerId, course: course.id } });
}

interface AttemptRow {
  lab: string;
  earned: number;
  points: number;
  passed: boolean;
  updatedAt: Date;
}

/** The best of each lab's attempts; `rows` come latest first. */
function byLab(rows: readonly AttemptRow[]): LabProgress[] {
  const labs = new Map<string, LabProgress>();
  for (const { lab, earned, points, passed, updatedAt } of rows) {
    const known = labs.get(lab);
    if (!known) {
      labs.set(lab, { lab, earned, points, passed, attempts: 1, lastAt: updatedAt.toISOString() });
      continue;
    }
    known.attempts += 1;
    known.passed ||= passed;
    if (earned / points > known.earned / known.points) Object.assign(known, { earned, points });
  }
  return [...labs.values()];
}
