import { showProblem } from '../core/content/content-problems';
import { findLabs } from './find-labs';
import { lintLab } from './lint-lab';

export async function labsLint(names: readonly string[]): Promise<number> {
  const { labs, problems } = await findLabs(names);
  for (const lab of labs) problems.push(...(await lintLab(lab)));
  for (const problem of problems) process.stdout.write(`${showProblem(problem)}\n`);
  if (problems.length > 0) {
    process.stdout.write(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n`);
    return 1;
  }
  const checks = labs.flatMap((lab) => lab.tasks.flatMap((task) => task.checks)).length;
  process.stdout.write(
    `${labs.length} ${labs.length === 1 ? 'lab' : 'labs'}, ${checks} checks: no problems\n`,
  );
  return 0;
}
