import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { compileLesson } from '../../../../components/lesson/compile-lesson';
import { LessonPage } from '../../../../components/lesson/lesson-page';
import { curriculum, labLinks } from '../../../catalogue';

export const dynamicParams = false;

interface Props {
  params: Promise<{ slug: string }>;
}

export function generateStaticParams() {
  return curriculum().lessons.map(({ slug }) => ({ slug }));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params;
  const lesson = curriculum().lessons.find((entry) => entry.slug === slug);
  return lesson ? { title: lesson.title, description: lesson.summary } : {};
}

export default async function Page({ params }: Props) {
  const { slug } = await params;
  const { lessons, courses } = curriculum();
  const at = lessons.findIndex((entry) => entry.slug === slug);
  const lesson = lessons[at];
  const course = courses.find((entry) => entry.id === lesson?.course);
  if (!lesson || !course) notFound();

  return (
    <LessonPage
      lesson={lesson}
      course={course}
      courseNumber={courses.indexOf(course) + 1}
      compiled={await compileLesson(lesson.body, lesson.file, lesson.bodyLine)}
      labs={await labLinks()}
      previous={lessons[at - 1]}
      next={lessons[at + 1]}
    />
  );
}
