import { compileMarkdown } from '../components/lesson/compile-lesson';
import { SessionValue } from '../components/lesson/session-values';
import type { LabSheet } from '../components/workbench/lab-sheet';
import type { Lab } from '../core/content/lab';

/** What a browser may know of a lab: texts rendered, no check's inside, no hint's text, no solution. */
export async function labSheet(lab: Lab): Promise<LabSheet> {
  const file = `${lab.folder}/lab.yaml`;
  const markdown = async (text: string) => {
    const Content = await compileMarkdown(text, file);
    return <Content components={{ var: SessionValue }} />;
  };
  return {
    id: lab.id,
    title: lab.title,
    minutes: lab.minutes,
    points: lab.tasks.reduce((sum, task) => sum + task.points, 0),
    objectives: lab.objectives,
    intro: await markdown(lab.intro),
    tasks: await Promise.all(
      lab.tasks.map(async (task) => ({
        id: task.id,
        title: task.title,
        points: task.points,
        text: await markdown(task.text),
        checks: task.checks.map(({ id, says, points }) => ({ id, says, points })),
        hintCosts: task.hints.map((hint) => hint.cost),
      })),
    ),
  };
}
