import type { Course } from '../../core/content/lesson';
import type { LearnerProgress } from '../../core/progress/progress';
import type { LabLink } from '../lesson/lesson-parts';

export interface StandingItem {
  kind: 'lesson' | 'lab';
  id: string;
  title: string;
  state: 'open' | 'started' | 'passed';
  /** The state for people: `read`, `4 of 10 points, 2 attempts`. */
  words: string;
}

export interface CourseStanding {
  id: string;
  title: string;
  items: StandingItem[];
  done: number;
  complete: boolean;
  read: number;
  lessons: number;
  earned: number;
  points: number;
}

/** How a learner stands in one course. */
export function standing(
  course: Course,
  labs: readonly LabLink[],
  progress: Pick<LearnerProgress, 'lessons' | 'labs'>,
): CourseStanding {
  const items = course.lessons.flatMap((lesson): StandingItem[] => {
    const read = progress.lessons.find((entry) => entry.lesson === lesson.slug);
    return [
      {
        kind: 'lesson',
        id: lesson.slug,
        title: lesson.title,
        state: read?.completed ? 'passed' : read ? 'started' : 'open',
        words: read?.completed ? 'read' : read ? `${Math.round(read.position * 100)} % read` : 'not yet read',
      },
      ...lesson.labs.flatMap((id) => {
        const lab = labs.find((entry) => entry.id === id);
        return lab ? [labItem(lab, progress)] : [];
      }),
    ];
  });
  const courseLabs = labs.filter((lab) => course.lessons.some((lesson) => lesson.labs.includes(lab.id)));
  const earned = courseLabs.map((lab) => progress.labs.find((entry) => entry.lab === lab.id)?.earned ?? 0);
  const done = items.filter((item) => item.state === 'passed').length;
  return {
    id: course.id,
    title: course.title,
    items,
    done,
    complete: done === items.length,
    read: items.filter((item) => item.kind === 'lesson' && item.state === 'passed').length,
    lessons: course.lessons.length,
    earned: hundredths(earned.reduce((sum, value) => sum + value, 0)),
    points: courseLabs.reduce((sum, lab) => sum + lab.points, 0),
  };
}

function labItem(lab: LabLink, progress: Pick<LearnerProgress, 'labs'>): StandingItem {
  const tried = progress.labs.find((entry) => entry.lab === lab.id);
  const attempts = tried ? `${tried.attempts} ${tried.attempts === 1 ? 'attempt' : 'attempts'}` : '';
  return {
    kind: 'lab',
    id: lab.id,
    title: lab.title,
    state: tried?.passed ? 'passed' : tried ? 'started' : 'open',
    words: tried ? `${tried.earned} of ${tried.points} points, ${attempts}` : 'not yet tried',
  };
}

/** Points have two places; sums of binary fractions have more. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
