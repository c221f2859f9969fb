'use client';

import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { sentToTerminal } from '../enhance/terminal-channel';
import { onWake } from '../workbench/on-wake';
import { CommandQueue } from './command-queue';
import { type ConnectionState, describeConnection, initialConnection } from './connection-state';
import type { XtermView } from './create-xterm';
import { SearchBar } from './search-bar';
import { TerminalLink } from './terminal-link';
import { TerminalMenu } from './terminal-menu';
import { useTerminalSettings } from './terminal-settings';

export interface TerminalScreenHandle {
  focus(): void;
  /** Types a command and runs it, when the shell is at its prompt. Returns what becomes of it, in a sentence. */
  runCommand(text: string): string;
  rename(title: string): void;
  retry(): void;
}

interface Props {
  sessionId: string;
  shellId: string;
  title: string;
  shown: boolean;
  onState(shellId: string, state: ConnectionState): void;
  /** Moves the focus out of the terminal. */
  onLeave(): void;
  ref?: Ref<TerminalScreenHandle>;
}

const resizeRestMs = 60;

/** One terminal: its screen, and its connection for as long as it is mounted, shown or not. */
export function TerminalScreen({ sessionId, shellId, title, shown, onState, onLeave, ref }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const xterm = useRef<XtermView | null>(null);
  const link = useRef<TerminalLink | null>(null);
  const queue = useRef<CommandQueue | null>(null);
  /** Commands that came before there was a terminal to type them into. */
  const early = useRef<string[]>([]);
  const [waitingCommands, setWaitingCommands] = useState(0);
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [searching, setSearching] = useState(false);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const settings = useTerminalSettings();
  const latest = useRef({ settings, onState, onLeave });
  latest.current = { settings, onState, onLeave };

  useEffect(() => {
    const place = element.current;
    if (!place) return;
    // Strict mode mounts twice: what the first mount began must not go on beside the second.
    let left = false;
    let view: XtermView | null = null;
    latest.current.onState(shellId, initialConnection);
    import('./create-xterm')
      .then(({ createXterm }) => {
        if (left) return null;
        return createXterm({
          element: place,
          settings: latest.current.settings,
          onInput: (data) => link.current?.input(data),
          onResize: (columns, rows) => link.current?.resize(columns, rows),
          onSearch: () => setSearching(true),
          onLeave: () => latest.current.onLeave(),
        });
      })
      .then(
        (created) => {
          if (!created) return;
          if (left) {
            created.dispose();
            return;
          }
          view = created;
          xterm.current = created;
          setLoading(false);
          const commands = new CommandQueue({
            terminal: created.terminal,
            send: (data) => link.current?.input(data),
            onWaiting: setWaitingCommands,
          });
          queue.current = commands;
          for (const command of early.current.splice(0)) commands.run(command);
          link.current = new TerminalLink({
            sessionId,
            shellId,
            display: created,
            origin: location.origin,
            onState(state) {
              latest.current.onState(shellId, state);
              if (state.kind === 'live') commands.connect();
              else commands.disconnect();
            },
          });
        },
        (error) => setFailure(error instanceof Error ? error.message : String(error)),
      );
    return () => {
      left = true;
      link.current?.close();
      queue.current?.dispose();
      link.current = null;
      queue.current = null;
      xterm.current = null;
      view?.dispose();
      place.replaceChildren();
    };
  }, [sessionId, shellId]);

  useEffect(() => {
    const place = element.current;
    if (!place) return;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(rest);
      rest = setTimeout(() => xterm.current?.fit(), resizeRestMs);
    });
    observer.observe(place);
    // By right click or long press; by keyboard the menu is its button's.
    const openMenu = (event: MouseEvent) => {
      event.preventDefault();
      setMenuAt({ x: event.clientX, y: event.clientY });
    };
    place.addEventListener('contextmenu', openMenu);
    return () => {
      clearTimeout(rest);
      observer.disconnect();
      place.removeEventListener('contextmenu', openMenu);
    };
  }, []);

  useEffect(() => onWake(() => link.current?.wake()), []);

  useEffect(() => xterm.current?.apply(settings), [settings]);

  useEffect(() => {
    const input = loading ? undefined : xterm.current?.terminal.textarea;
    input?.setAttribute('aria-label', `${title}. Press F6 to leave the terminal.`);
  }, [title, loading]);

  useImperativeHandle(
    ref,
    () => ({
      focus: () => xterm.current?.terminal.focus(),
      runCommand(text) {
        const state = link.current?.state ?? initialConnection;
        if (state.kind !== 'live' && (state.kind !== 'connecting' || state.attempt > 0))
          return `Not sent: ${describeConnection(state, 1)}`;
        if (!queue.current) early.current.push(text);
        const typed = queue.current?.run(text);
        if (state.kind !== 'live') return 'It runs as soon as the terminal is there.';
        return typed
          ? sentToTerminal
          : 'It runs when the prompt is back. Ctrl+C in the terminal ends what is running.';
      },
      rename: (name) => link.current?.rename(name),
      retry: () => link.current?.retryNow(),
    }),
    [],
  );

  return (
    <div className="terminal-screen" hidden={!shown}>
      {searching && (
        <SearchBar
          onSearch={(text, direction, incremental) =>
            xterm.current?.search(text, direction, incremental) ?? false
          }
          onClose={() => {
            setSearching(false);
            xterm.current?.endSearch();
          }}
        />
      )}
      <div ref={element} className="terminal-place" />
      {waitingCommands > 0 && !loading && (
        <p className="terminal-queue" role="status">
          {waitingCommands === 1 ? 'A command waits' : `${waitingCommands} commands wait`} for the prompt.
          <button type="button" className="button button-small" onClick={() => queue.current?.forget()}>
            Forget {waitingCommands === 1 ? 'it' : 'them'}
          </button>
        </p>
      )}
      {loading && !failure && <p className="terminal-note">Loading the terminal…</p>}
      {failure && (
        <p className="terminal-note" role="alert">
          The terminal could not be loaded: {failure} Reload the page.
        </p>
      )}
      <TerminalMenu
        at={menuAt}
        onOpen={setMenuAt}
        onClose={() => setMenuAt(null)}
        onCopy={() => xterm.current?.copy() ?? Promise.resolve(false)}
        onPaste={() => xterm.current?.paste() ?? Promise.resolve(false)}
        onSearch={() => setSearching(true)}
        onSelectAll={() => xterm.current?.terminal.selectAll()}
        onDone={() => xterm.current?.terminal.focus()}
      />
    </div>
  );
}
