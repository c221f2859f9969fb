'use client';

import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';
import type { ConnectionState } from './connection-state';
import { ConnectionStatus } from './connection-status';
import { closeTerminal, openTerminal } from './terminal-requests';
import { TerminalScreen, type TerminalScreenHandle } from './terminal-screen';
import { panelId, type TabsHandle, TerminalTabs, tabId } from './terminal-tabs';
import './terminal.css';

export interface TerminalsHandle {
  /**
   * Types a command into the shown terminal and runs it; opens a terminal first when there is none. Returns what becomes
   * of it, in a sentence.
   */
  runCommand(text: string): string;
  focus(): void;
}

interface Props {
  view: Pick<SessionView, 'id' | 'shells'>;
  ref?: Ref<TerminalsHandle>;
}

interface Shell {
  id: string;
  title: string;
}

/** All terminals of a lab session, in tabs. */
export function Terminals({ view, ref }: Props) {
  const { id: sessionId } = view;
  const { shells, add, remove, rename } = useShells(view.shells);
  const [chosen, setChosen] = useState<string>();
  const [states, setStates] = useState<Record<string, ConnectionState>>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const screens = useRef(new Map<string, TerminalScreenHandle>());
  const tabs = useRef<TabsHandle>(null);
  /** Commands for a terminal that is being opened. */
  const waiting = useRef<string[]>([]);
  const opening = useRef(false);
  /** A terminal that was just asked for takes the focus when it is there. */
  const wanted = useRef<string>(undefined);
  const active = shells.some(({ id }) => id === chosen) ? chosen : shells[0]?.id;
  const activeState = active ? states[active] : undefined;

  const onState = useCallback((id: string, state: ConnectionState) => {
    setStates((before) => ({ ...before, [id]: state }));
  }, []);

  // The server may tell of the new terminal, and that may be live, before the answer to the request is here.
  useEffect(() => {
    if (!active || wanted.current !== active || activeState?.kind !== 'live') return;
    wanted.current = undefined;
    screens.current.get(active)?.focus();
  }, [active, activeState]);

  async function attempt(run: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await run();
    } catch (error) {
      waiting.current = [];
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  const open = () =>
    attempt(async () => {
      opening.current = true;
      const shell = await openTerminal(sessionId).finally(() => {
        opening.current = false;
      });
      add(shell);
      setChosen(shell.id);
      wanted.current = shell.id;
      runWaiting(shell.id);
    });

  // The server may tell of the new terminal before the answer to the request is here, or after.
  const runWaiting = (id: string) => {
    const screen = id === wanted.current ? screens.current.get(id) : undefined;
    if (screen) for (const text of waiting.current.splice(0)) screen.runCommand(text);
  };

  const close = (id: string) =>
    attempt(async () => {
      await closeTerminal(sessionId, id);
      const at = shells.findIndex((shell) => shell.id === id);
      setChosen(shells[at + 1]?.id ?? shells[at - 1]?.id);
      remove(id);
    });

  useImperativeHandle(ref, () => ({
    focus: () => screens.current.get(active ?? '')?.focus(),
    runCommand(text) {
      const usable = active && activeState?.kind !== 'exited' ? screens.current.get(active) : undefined;
      if (usable) {
        usable.focus();
        return usable.runCommand(text);
      }
      waiting.current.push(text);
      if (!opening.current) void open();
      return 'It runs in a new terminal.';
    },
  }));

  return (
    <section className="terminals" aria-label="Terminals">
      <TerminalTabs
        ref={tabs}
        shells={shells}
        active={active}
        states={states}
        busy={busy}
        onChoose={setChosen}
        onAdd={open}
        onClose={close}
        onRename={(id, title) => {
          rename(id, title);
          screens.current.get(id)?.rename(title);
        }}
      />
      <div className="terminal-stack">
        {shells.map(({ id, title }) => (
          <div key={id} id={panelId(id)} role="tabpanel" aria-labelledby={tabId(id)} hidden={id !== active}>
            <TerminalScreen
              sessionId={sessionId}
              shellId={id}
              title={title}
              shown={id === active}
              onState={onState}
              onLeave={() => tabs.current?.focusActive()}
              ref={(handle) => {
                if (!handle) {
                  screens.current.delete(id);
                  return;
                }
                screens.current.set(id, handle);
                runWaiting(id);
              }}
            />
          </div>
        ))}
        {shells.length === 0 && (
          <div className="terminal-note">
            <p>No terminal is open.</p>
            <button type="button" className="button" disabled={busy} onClick={open}>
              Open a terminal
            </button>
          </div>
        )}
      </div>
      {problem && (
        <p className="terminal-problem" role="alert">
          {problem}
        </p>
      )}
      <ConnectionStatus
        state={activeState}
        onRetry={() => screens.current.get(active ?? '')?.retry()}
        onReplace={async () => {
          const ended = active;
          await open();
          if (ended)
            await closeTerminal(sessionId, ended).then(
              () => remove(ended),
              () => {},
            );
        }}
      />
    </section>
  );
}

/** The session's shells as last told by the server, with what was done here since. */
function useShells(told: readonly Shell[]) {
  const [shells, setShells] = useState<readonly Shell[]>(told);
  const renamed = useRef(new Map<string, string>());
  const key = told.map(({ id, title }) => `${id} ${title}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list with the same shells changes nothing
  useEffect(() => {
    setShells(told.map(({ id, title }) => ({ id, title: renamed.current.get(id) ?? title })));
  }, [key]);
  return {
    shells,
    add: (shell: Shell) =>
      setShells((before) => (before.some(({ id }) => id === shell.id) ? before : [...before, shell])),
    remove: (id: string) => setShells((before) => before.filter((shell) => shell.id !== id)),
    rename(id: string, title: string) {
      renamed.current.set(id, title);
      setShells((before) => before.map((shell) => (shell.id === id ? { id, title } : shell)));
    },
  };
}
