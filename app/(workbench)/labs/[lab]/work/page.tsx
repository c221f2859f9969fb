import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { compileLesson } from '../../../../../components/lesson/compile-lesson';
import { lessonParts } from '../../../../../components/lesson/lesson-parts';
import { Workbench } from '../../../../../components/workbench/workbench';
import { curriculum, labLinks, labs, lessonOfLab } from '../../../../catalogue';
import { labSheet } from '../../../../lab-sheet';

export const dynamicParams = false;

interface Props {
  params: Promise<{ lab: string }>;
}

export async function generateStaticParams() {
  return (await labs()).map(({ id }) => ({ lab: id }));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { lab: id } = await params;
  const lab = (await labs()).find((entry) => entry.id === id);
  return { title: lab ? `Lab: ${lab.title}` : 'Lab' };
}

/** The same static page for every learner: which session is open for the lab is asked in the browser. */
export default async function WorkPage({ params }: Props) {
  const { lab: id } = await params;
  const lab = (await labs()).find((entry) => entry.id === id);
  if (!lab) notFound();
  const lesson = lessonOfLab(id);
  const compiled = lesson && (await compileLesson(lesson.body, lesson.file, lesson.bodyLine));
  const { lessons } = curriculum();
  const next = lesson && lessons[lessons.indexOf(lesson) + 1];

  return (
    <Workbench
      lab={await labSheet(lab)}
      lesson={
        lesson && compiled
          ? {
              title: lesson.title,
              content: <compiled.Content components={lessonParts(lesson, await labLinks())} />,
            }
          : null
      }
      next={next ? { href: `/lessons/${next.slug}`, title: next.title } : null}
    />
  );
}
