'use client';

import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { largestTitle } from '../../core/shells/terminal-protocol';
import type { ConnectionState } from './connection-state';

export interface TabsHandle {
  focusActive(): void;
}

interface Props {
  shells: readonly { id: string; title: string }[];
  active: string | undefined;
  states: Readonly<Record<string, ConnectionState>>;
  busy: boolean;
  onChoose(id: string): void;
  onAdd(): void;
  onClose(id: string): void;
  onRename(id: string, title: string): void;
  ref?: Ref<TabsHandle>;
}

export const tabId = (shellId: string) => `terminal-tab-${shellId}`;
export const panelId = (shellId: string) => `terminal-panel-${shellId}`;

/** The tabs over the terminals: arrows move, F2 or a double click renames, Delete closes. */
export function TerminalTabs(props: Props) {
  const { shells, active, states, busy, onChoose, onAdd, onClose, onRename, ref } = props;
  const [renaming, setRenaming] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const focusTab = (id: string | undefined) =>
    id && list.current?.querySelector<HTMLElement>(`#${CSS.escape(tabId(id))}`)?.focus();
  useImperativeHandle(ref, () => ({ focusActive: () => void focusTab(active) }));
  /** A field, or a tab, that had the focus goes by keyboard: the tab that is left takes it. */
  const takesFocus = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of what could take it
  useEffect(() => {
    if (!takesFocus.current || renaming !== null || busy) return;
    takesFocus.current = false;
    focusTab(active);
  }, [renaming, shells, active, busy]);

  function onKeyDown(event: KeyboardEvent): void {
    const at = shells.findIndex(({ id }) => id === active);
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: shells.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      const next = shells[(to + shells.length) % shells.length];
      if (!next) return;
      onChoose(next.id);
      focusTab(next.id);
    } else if (event.key === 'F2' && active) setRenaming(active);
    else if (event.key === 'Delete' && active && !busy) {
      takesFocus.current = true;
      onClose(active);
    } else return;
    event.preventDefault();
  }

  return (
    <div className="terminal-tabs">
      <div
        ref={list}
        role="tablist"
        aria-label="Terminals"
        className="terminal-tablist"
        onKeyDown={onKeyDown}
      >
        {shells.map(({ id, title }) =>
          renaming === id ? (
            <TitleField
              key={id}
              title={title}
              onDone={(next, byKey) => {
                takesFocus.current = byKey;
                setRenaming(null);
                if (next) onRename(id, next);
              }}
            />
          ) : (
            <button
              key={id}
              id={tabId(id)}
              type="button"
              role="tab"
              className="terminal-tab"
              data-state={states[id]?.kind}
              aria-selected={id === active}
              aria-controls={panelId(id)}
              tabIndex={id === active ? 0 : -1}
              onClick={() => onChoose(id)}
              onDoubleClick={() => setRenaming(id)}
              title="F2 or double click: rename. Delete: close."
            >
              {title}
            </button>
          ),
        )}
      </div>
      {active && (
        <button
          type="button"
          className="button button-plain button-small"
          aria-label={`Close ${shells.find(({ id }) => id === active)?.title ?? 'terminal'}`}
          disabled={busy}
          onClick={() => onClose(active)}
        >
          ×
        </button>
      )}
      <button
        type="button"
        className="button button-plain button-small"
        aria-label="Open another terminal"
        disabled={busy}
        onClick={onAdd}
      >
        +
      </button>
    </div>
  );
}

function TitleField({
  title,
  onDone,
}: {
  title: string;
  onDone(title: string | null, byKey: boolean): void;
}) {
  const [text, setText] = useState(title);
  const done = useRef(false);
  const finish = (next: string | null, byKey: boolean) => {
    // The field that goes loses the focus, too.
    if (done.current) return;
    done.current = true;
    onDone(next?.trim() || null, byKey);
  };
  return (
    <input
      className="terminal-tab"
      aria-label="Name of this terminal"
      // biome-ignore lint/a11y/noAutofocus: the learner just asked to type here
      autoFocus
      maxLength={largestTitle}
      size={Math.max(6, text.length)}
      value={text}
      onFocus={({ target }) => target.select()}
      onChange={({ target }) => setText(target.value)}
      onBlur={() => finish(text, false)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') finish(text, true);
        if (event.key === 'Escape') finish(null, true);
      }}
    />
  );
}
