import { join } from 'node:path';
import type { LabLink } from '../components/lesson/lesson-parts';
import type { Lab } from '../core/content/lab';
import { loadLabs } from '../core/content/load-labs';
import { type Curriculum, demandLabs, loadLessons } from '../core/content/load-lessons';

const fresh = process.env.NODE_ENV === 'development';
let lessonsLoaded: Curriculum | undefined;
let labsLoaded: Promise<Lab[]> | undefined;

/** Courses and lessons, read once; in development anew each time, so that an edit shows on reload. */
export function curriculum(): Curriculum {
  if (!lessonsLoaded || fresh) lessonsLoaded = loadLessons();
  return lessonsLoaded;
}

/** All labs, likewise. */
export function labs(): Promise<Lab[]> {
  if (!labsLoaded || fresh) labsLoaded = loadLabs(join(process.cwd(), 'labs'));
  return labsLoaded;
}

/** Throws ContentError when a lesson leads to a lab that is not there. */
export async function labLinks(): Promise<LabLink[]> {
  const all = await labs();
  demandLabs(
    curriculum().lessons,
    all.map(({ id }) => id),
  );
  return all.map(({ id, title, minutes, tasks }) => ({
    id,
    title,
    minutes,
    points: tasks.reduce((sum, task) => sum + task.points, 0),
  }));
}

/** The first lesson that leads to a lab. */
export function lessonOfLab(lab: string) {
  return curriculum().lessons.find((lesson) => lesson.labs.includes(lab));
}
