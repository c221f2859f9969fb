import type { Course } from '../content/lesson';
import type { LabProgress, LearnerProgress, LessonProgress } from './progress';

interface OpenSession {
  id: string;
  lab: string;
  lastSeenAt: Date;
}

/**
 * Where to go on. An open lab, or a lesson begun later than that; else what follows the latest thing that was done:
 * a lesson's labs come after it. null for who has done nothing yet, and for who has done everything.
 * `lessons` and `open` come latest first.
 */
export function nextStep(
  courses: readonly Course[],
  lessons: readonly LessonProgress[],
  labs: readonly LabProgress[],
  open: readonly OpenSession[],
): LearnerProgress['resume'] {
  const latestLesson = lessons[0];
  const latestOpen = open[0];
  if (
    latestOpen &&
    (!latestLesson || latestLesson.completed || latestOpen.lastSeenAt.toISOString() >= latestLesson.lastAt)
  )
    return { kind: 'lab', id: latestOpen.lab, sessionId: latestOpen.id };
  if (latestLesson && !latestLesson.completed) return { kind: 'lesson', id: latestLesson.lesson };
  if (lessons.length === 0 && labs.length === 0) return null;

  const steps = courses.flatMap(({ lessons: all }) =>
    all.flatMap((lesson) => [
      { kind: 'lesson' as const, id: lesson.slug },
      ...lesson.labs.map((id) => ({ kind: 'lab' as const, id })),
    ]),
  );
  const done = (step: { kind: 'lesson' | 'lab'; id: string }) =>
    step.kind === 'lesson'
      ? lessons.some(({ lesson, completed }) => lesson === step.id && completed)
      : labs.some(({ lab, passed }) => lab === step.id && passed);
  const lastDone = steps.findLastIndex(done);
  const ahead = steps.slice(lastDone + 1).find((step) => !done(step));
  return ahead ?? steps.find((step) => !done(step)) ?? null;
}
