import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { LessonRows } from '../../../../components/progress/course-list';
import { curriculum, labLinks } from '../../../catalogue';

export const dynamicParams = false;

interface Props {
  params: Promise<{ course: string }>;
}

export function generateStaticParams() {
  return curriculum().courses.map(({ id }) => ({ course: id }));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { course: id } = await params;
  const course = curriculum().courses.find((entry) => entry.id === id);
  return course ? { title: course.title, description: course.summary } : {};
}

export default async function CoursePage({ params }: Props) {
  const { course: id } = await params;
  const { courses } = curriculum();
  const course = courses.find((entry) => entry.id === id);
  if (!course) notFound();
  const minutes = course.lessons.reduce((sum, lesson) => sum + lesson.minutes, 0);
  const objectives = course.lessons.flatMap((lesson) => lesson.objectives);

  return (
    <div className="wrap grid gap-x-16 gap-y-8 py-12 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div>
        <p className="eyebrow">
          Course {courses.indexOf(course) + 1} of {courses.length}
        </p>
        <h1 className="mt-3 text-3xl">{course.title}</h1>
        <p className="mt-4 max-w-[40rem] text-lg text-ink-soft">{course.summary}</p>
        <learner-marks class="mt-8 block">
          <LessonRows course={course} labs={await labLinks()} />
        </learner-marks>
      </div>
      <aside className="lg:mt-9">
        <h2 className="text-lg">Afterwards you can</h2>
        <ul className="mt-3 space-y-2 text-ink-soft">
          {objectives.map((objective) => (
            <li key={objective}>{objective}</li>
          ))}
        </ul>
        <p className="mt-4 text-sm text-ink-soft">{minutes} minutes of reading, and the labs.</p>
      </aside>
    </div>
  );
}
