import type { Course, Lesson, LessonInfo } from '../../core/content/lesson';
import { Icon } from '../shell/icons';
import type { CompiledLesson } from './compile-lesson';
import type { Heading } from './heading-ids';
import { InlineCode } from './inline-code';
import { type LabLink, lessonParts } from './lesson-parts';

interface Props {
  lesson: Lesson;
  course: Course;
  courseNumber: number;
  compiled: CompiledLesson;
  labs: readonly LabLink[];
  previous: LessonInfo | undefined;
  next: LessonInfo | undefined;
}

export function LessonPage({ lesson, course, courseNumber, compiled, labs, previous, next }: Props) {
  const { Content, headings } = compiled;
  return (
    <div className="wrap lesson-grid">
      <article className="min-w-0">
        <header className="lesson-head">
          <p className="eyebrow">
            <a className="link" href={`/courses/${course.id}`}>
              Course {courseNumber}: {course.title}
            </a>
          </p>
          <h1 className="mt-3 text-3xl">{lesson.title}</h1>
          <p className="mt-4 text-lg text-ink-soft">{lesson.summary}</p>
          <div className="mt-6 border-l-2 border-pea-fill pl-4">
            <p className="text-sm font-semibold">After these {lesson.minutes} minutes you can</p>
            <ul className="mt-1 space-y-1 text-sm">
              {lesson.objectives.map((objective) => (
                <li key={objective}>
                  <InlineCode text={objective.charAt(0).toLowerCase() + objective.slice(1)} />
                </li>
              ))}
            </ul>
          </div>
          {headings.length > 0 && (
            <details className="contents-fold no-print">
              <summary>In this lesson</summary>
              <Contents headings={headings} />
            </details>
          )}
        </header>
        <reading-position lesson={lesson.slug} class="block">
          <button type="button" data-resume="" hidden className="button button-small resume no-print" />
          <div className="prose">
            <Content components={lessonParts(lesson, labs)} />
          </div>
        </reading-position>
        <nav className="lesson-nav no-print" aria-label="Lessons">
          {previous ? (
            <a href={`/lessons/${previous.slug}`} rel="prev">
              <span className="eyebrow">
                <Icon name="back" /> Before
              </span>
              <span>{previous.title}</span>
            </a>
          ) : (
            <span />
          )}
          {next && (
            <a href={`/lessons/${next.slug}`} rel="next" className="text-right">
              <span className="eyebrow">
                Next <Icon name="arrow" />
              </span>
              <span>{next.title}</span>
            </a>
          )}
        </nav>
      </article>
      <aside className="contents-rail no-print" aria-label="In this lesson">
        <p className="text-sm font-semibold">In this lesson</p>
        <Contents headings={headings} />
      </aside>
    </div>
  );
}

function Contents({ headings }: { headings: readonly Heading[] }) {
  return (
    <ol className="contents">
      {headings.map((heading) => (
        <li key={heading.id}>
          <a href={`#${heading.id}`}>{heading.text}</a>
        </li>
      ))}
    </ol>
  );
}
