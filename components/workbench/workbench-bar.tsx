'use client';

import type { LabReport } from '../../core/grading/verdict';
import { stateOf } from '../checks/verdict-words';
import { Icon } from '../shell/icons';
import { Logo } from '../shell/logo';
import { ThemeSwitch } from '../shell/theme-switch';
import type { LabSheet } from './lab-sheet';
import type { savedState } from './session-state';

interface Props {
  lab: LabSheet;
  report: LabReport | null;
  asked: boolean;
  saved: ReturnType<typeof savedState>;
  onLab(): void;
}

/** Head of the workbench: where one is, how far one has come, and that it is kept. */
export function WorkbenchBar({ lab, report, asked, saved, onLab }: Props) {
  const states = lab.tasks.flatMap((task) => {
    const result = report?.tasks.find((entry) => entry.id === task.id);
    return task.checks.map((check) => ({
      key: `${task.id}/${check.id}`,
      state: stateOf(result?.checks.find((entry) => entry.check === check.id)),
    }));
  });
  const passed = states.filter((check) => check.state === 'passed').length;
  return (
    <header className="bar">
      <a href="/" className="flex items-center gap-2 rounded font-bold" aria-label="Podlab, home">
        <Logo size={24} />
      </a>
      <span className="bar-rule" aria-hidden="true" />
      <h1 className="bar-title">
        <span className="sr-only">Lab: </span>
        {lab.title}
      </h1>
      <p className="bar-progress">
        <span className="capsule" aria-hidden="true">
          {states.map((check) => (
            <i key={check.key} data-state={check.state === 'failed' && !asked ? 'open' : check.state} />
          ))}
        </span>
        <span className="max-md:sr-only">
          {passed} of {states.length} checks
        </span>
        <strong className="whitespace-nowrap">
          {report?.earned ?? 0} / {lab.points} <span className="font-normal max-sm:sr-only">points</span>
        </strong>
        <SavedMark saved={saved} />
      </p>
      <button type="button" className="button button-small" onClick={onLab}>
        <Icon name="more" />
        <span className="max-sm:sr-only">This lab</span>
      </button>
      <ThemeSwitch />
    </header>
  );
}

function SavedMark({ saved }: { saved: Props['saved'] }) {
  if (saved === 'none') return null;
  return (
    <span className="bar-saved" data-saved={saved}>
      {saved === 'saved' ? (
        <>
          <Icon name="saved" className="text-pea" /> <span className="max-sm:sr-only">Saved</span>
        </>
      ) : (
        <>
          <Icon name="clock" /> <span className="max-sm:sr-only">Saving…</span>
        </>
      )}
    </span>
  );
}
