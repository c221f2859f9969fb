import type { Course } from '../../core/content/lesson';
import type { LearnerProgress } from '../../core/progress/progress';
import type { LabLink } from '../lesson/lesson-parts';
import { Icon } from '../shell/icons';
import { type CourseStanding, hundredths, standing } from './standing';

interface Props {
  /** null for somebody who has not begun. */
  progress: LearnerProgress | null;
  courses: readonly Course[];
  labs: readonly LabLink[];
}

export function ProgressOverview({ progress, courses, labs }: Props) {
  if (!progress || (progress.lessons.length === 0 && progress.labs.length === 0))
    return <Nothing courses={courses} />;
  const standings = courses.map((course) => standing(course, labs, progress));
  const earned = hundredths(standings.reduce((sum, course) => sum + course.earned, 0));
  const points = standings.reduce((sum, course) => sum + course.points, 0);
  const read = standings.reduce((sum, course) => sum + course.read, 0);
  const lessons = standings.reduce((sum, course) => sum + course.lessons, 0);
  return (
    <>
      <dl className="mt-8 flex flex-wrap gap-x-14 gap-y-6">
        <Figure name="Lessons read" value={read} of={lessons} />
        <Figure name="Points in labs" value={earned} of={points} />
      </dl>
      <div className="mt-10 grid gap-5">
        {standings.map((course) => (
          <CourseCard key={course.id} course={course} />
        ))}
      </div>
    </>
  );
}

function Figure({ name, value, of }: { name: string; value: number; of: number }) {
  return (
    <div>
      <dt className="text-sm text-ink-soft">{name}</dt>
      <dd className="mt-1 text-3xl font-bold tracking-tight">
        {value} <span className="text-xl font-normal text-ink-soft">of {of}</span>
      </dd>
    </div>
  );
}

function CourseCard({ course }: { course: CourseStanding }) {
  return (
    <section className="card p-5 sm:p-6" aria-labelledby={`course-${course.id}`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 id={`course-${course.id}`} className="text-xl">
          <a href={`/courses/${course.id}`} className="hover:text-pea">
            {course.title}
          </a>
        </h2>
        <span className="capsule" aria-hidden="true">
          {course.items.map((item) => (
            <i key={item.id} data-state={item.state} />
          ))}
        </span>
        <span className="ml-auto text-sm text-ink-soft">
          {course.complete ? 'Complete' : `${course.done} of ${course.items.length} done`}
        </span>
      </div>
      <table className="mt-4 w-full text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">What</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {course.items.map((item) => (
            <tr key={item.id} className="border-t border-line">
              <td className="py-2 pr-4">
                <span className="flex items-baseline gap-3">
                  <span className="row-kind w-12 shrink-0">{item.kind === 'lab' ? 'Lab' : 'Lesson'}</span>
                  <a className="font-semibold hover:text-pea" href={`/${item.kind}s/${item.id}`}>
                    {item.title}
                  </a>
                </span>
              </td>
              <td className="py-2 text-right sm:whitespace-nowrap">
                {item.state === 'passed' && <Icon name="passed" className="mr-1 text-pea" />}
                <span className={item.state === 'open' ? 'text-ink-soft' : ''}>{item.words}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Nothing({ courses }: { courses: readonly Course[] }) {
  const first = courses[0]?.lessons[0];
  return (
    <div className="card mt-8 max-w-[40rem] p-6 sm:p-8">
      <p className="text-lg font-semibold">Nothing here yet.</p>
      <p className="mt-2 text-ink-soft">
        What you read and the points you earn are kept for this browser, from the first lesson on. There is no
        sign-up.
      </p>
      {first && (
        <p className="mt-6">
          <a className="button button-primary" href={`/lessons/${first.slug}`}>
            Begin with “{first.title}”
          </a>
        </p>
      )}
    </div>
  );
}
