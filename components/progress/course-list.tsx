import type { Course } from '../../core/content/lesson';
import type { LabLink } from '../lesson/lesson-parts';
import { Icon } from '../shell/icons';

/** Courses with their lessons and labs; `learner-marks` fills in what this learner has done. */
export function CourseList({ courses, labs }: { courses: readonly Course[]; labs: readonly LabLink[] }) {
  return (
    <learner-marks class="block">
      <ol className="mt-8">
        {courses.map((course, at) => (
          <li key={course.id} className="course">
            <div>
              <p className="course-number" aria-hidden="true">
                {at + 1}
              </p>
              <h3 className="text-xl">
                <a className="hover:text-pea" href={`/courses/${course.id}`}>
                  {course.title}
                </a>
              </h3>
              <p className="mt-2 max-w-[26rem] text-ink-soft">{course.summary}</p>
            </div>
            <LessonRows course={course} labs={labs} />
          </li>
        ))}
      </ol>
    </learner-marks>
  );
}

export function LessonRows({ course, labs }: { course: Course; labs: readonly LabLink[] }) {
  return (
    <ul className="rows">
      {course.lessons.flatMap((lesson) => [
        <Row
          key={lesson.slug}
          kind="lesson"
          id={lesson.slug}
          title={lesson.title}
          detail={`${lesson.minutes} min`}
          text={lesson.summary}
        />,
        ...lesson.labs.flatMap((id) => {
          const lab = labs.find((entry) => entry.id === id);
          return lab
            ? [
                <Row
                  key={id}
                  kind="lab"
                  id={id}
                  title={lab.title}
                  detail={`${lab.minutes} min · ${lab.points} points`}
                />,
              ]
            : [];
        }),
      ])}
    </ul>
  );
}

function Row({
  kind,
  id,
  title,
  detail,
  text,
}: {
  kind: 'lesson' | 'lab';
  id: string;
  title: string;
  detail: string;
  text?: string;
}) {
  const marks = { [`data-${kind}`]: id };
  return (
    <li {...marks} className={`row row-${kind}`} suppressHydrationWarning>
      <a href={`/${kind}s/${id}`}>
        <span className="row-mark" aria-hidden="true">
          <Icon name="passed" />
        </span>
        <span className="grow">
          {/* The spaces are for those who hear it. */}
          <span className="row-kind">{kind === 'lab' ? 'Lab' : 'Lesson'}</span>{' '}
          <span className="row-title">{title}</span> {text && <span className="row-text">{text}</span>}
        </span>
        <span className="row-detail">
          <span data-said="" className="row-said" suppressHydrationWarning /> {detail}
        </span>
      </a>
    </li>
  );
}
