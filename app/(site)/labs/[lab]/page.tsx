import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { pointsWord } from '../../../../components/checks/verdict-words';
import { InlineCode } from '../../../../components/lesson/inline-code';
import { valuePlace } from '../../../../components/lesson/value-marks';
import { LabStart } from '../../../../components/workbench/lab-start';
import { labs, lessonOfLab } from '../../../catalogue';
import { labSheet } from '../../../lab-sheet';

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
  return lab ? { title: `Lab: ${lab.title}`, description: lab.objectives.join('. ') } : {};
}

export default async function LabPage({ params }: Props) {
  const { lab: id } = await params;
  const lab = (await labs()).find((entry) => entry.id === id);
  if (!lab) notFound();
  const sheet = await labSheet(lab);
  const lesson = lessonOfLab(id);

  return (
    <div className="wrap grid gap-x-16 gap-y-10 py-12 lg:grid-cols-[minmax(0,1fr)_26rem]">
      <div>
        <p className="eyebrow">
          Lab · about {sheet.minutes} minutes · {pointsWord(sheet.points)}
        </p>
        <h1 className="mt-3 text-3xl">{sheet.title}</h1>
        <div className="text-code mt-5 max-w-[40rem] space-y-3 text-lg text-ink-soft">{sheet.intro}</div>
        <h2 className="mt-10 text-xl">What you do</h2>
        <ol className="mt-3 max-w-[40rem]">
          {sheet.tasks.map((task, at) => (
            <li key={task.id} className="flex gap-4 border-t border-line py-3">
              <span className="task-number shrink-0" aria-hidden="true">
                {at + 1}
              </span>
              <span className="grow font-semibold">
                <InlineCode text={task.title.replace(valuePlace, '$1')} />
              </span>
              <span className="text-sm whitespace-nowrap text-ink-soft">
                {task.checks.length} {task.checks.length === 1 ? 'check' : 'checks'},{' '}
                {pointsWord(task.points)}
              </span>
            </li>
          ))}
        </ol>
        <h2 className="mt-8 text-xl">What you practise</h2>
        <ul className="mt-3 max-w-[40rem] list-disc space-y-1 pl-5 text-ink-soft">
          {sheet.objectives.map((objective) => (
            <li key={objective}>
              <InlineCode text={objective} />
            </li>
          ))}
        </ul>
        {lesson && (
          <p className="mt-8">
            <a className="link" href={`/lessons/${lesson.slug}`}>
              The lesson that goes before: {lesson.title}
            </a>
          </p>
        )}
      </div>
      <div>
        <LabStart lab={id} />
      </div>
    </div>
  );
}
