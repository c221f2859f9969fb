'use client';

import type { LabReport } from '../../core/grading/verdict';
import type { SessionView } from '../../core/sessions/lab-session';
import { CheckRow } from '../checks/check-row';
import { passedCount, pointsWord } from '../checks/verdict-words';
import { InlineCode } from '../lesson/inline-code';
import { useFilled } from '../lesson/session-values';
import { HintBox } from './hint-box';
import type { TaskSheet } from './lab-sheet';

interface Props {
  tasks: readonly TaskSheet[];
  report: LabReport | null;
  asked: boolean;
  hints: SessionView['hints'];
  running: boolean;
  onHint(task: string, index: number): void;
}

export function TaskList({ tasks, report, asked, hints, running, onHint }: Props) {
  const filled = useFilled();
  return (
    <ol className="tasks">
      {tasks.map((task, at) => {
        const result = report?.tasks.find((entry) => entry.id === task.id);
        const taken = hints[task.id];
        return (
          <li key={task.id} className="task" data-passed={result?.passed ? '' : undefined}>
            <div className="task-head">
              <h2>
                <span className="task-number">{at + 1}</span> <InlineCode text={filled(task.title)} />
              </h2>
              <p className="task-points">
                {result ? `${result.earned} / ${pointsWord(task.points)}` : pointsWord(task.points)}
              </p>
            </div>
            <div className="text-code task-text">{task.text}</div>
            <h3 className="task-checks-title">
              Checks <span>{passedCount(result, task.checks.length)}</span>
            </h3>
            <ul className="checks">
              {task.checks.map((check) => (
                <CheckRow
                  key={check.id}
                  says={filled(check.says)}
                  points={check.points}
                  result={result?.checks.find((entry) => entry.check === check.id)}
                  asked={asked}
                />
              ))}
            </ul>
            <HintBox
              taskTitle={filled(task.title)}
              total={task.hintCosts.length}
              taken={taken?.taken ?? []}
              nextCost={taken ? taken.nextCost : (task.hintCosts[0] ?? null)}
              enabled={running}
              onTake={() => onHint(task.id, taken?.taken.length ?? 0)}
            />
          </li>
        );
      })}
    </ol>
  );
}
