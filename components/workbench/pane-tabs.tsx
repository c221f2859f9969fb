'use client';

import { useRef } from 'react';

export type Pane = 'tasks' | 'lesson' | 'terminal';

const titles: Record<Pane, string> = { tasks: 'Tasks', lesson: 'Lesson', terminal: 'Terminal' };

/** Tabs over the left pane. The terminal is one of them only where there is no room for both (phones). */
export function PaneTabs({
  pane,
  withLesson,
  onChoose,
}: {
  pane: Pane;
  withLesson: boolean;
  onChoose(pane: Pane): void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const panes: Pane[] = withLesson ? ['tasks', 'lesson', 'terminal'] : ['tasks', 'terminal'];

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const tabs = [...(list.current?.querySelectorAll<HTMLButtonElement>('[role=tab]') ?? [])].filter(
      (tab) => tab.offsetParent !== null,
    );
    const at = tabs.indexOf(document.activeElement as HTMLButtonElement);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  };

  return (
    <div
      className="pane-tabs"
      role="tablist"
      aria-label="Beside the terminal"
      ref={list}
      onKeyDown={onKeyDown}
    >
      {panes.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          className="pane-tab"
          data-pane={name}
          aria-selected={pane === name}
          aria-controls={name === 'terminal' ? 'terminal' : `pane-${name}`}
          tabIndex={pane === name ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {titles[name]}
        </button>
      ))}
    </div>
  );
}
