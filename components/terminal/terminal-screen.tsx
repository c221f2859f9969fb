'use client';

import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { onWake } from '../workbench/on-wake';
import { type ConnectionState, initialConnection } from './connection-state';
import type { XtermView } from './create-xterm';
import { SearchBar } from './search-bar';
import { TerminalLink } from './terminal-link';
import { TerminalMenu } from './terminal-menu';
import { useTerminalSettings } from './terminal-settings';

export interface TerminalScreenHandle {
  focus(): void;
  /** Types a command and runs it, as soon as the terminal is connected. */
  runCommand(text: string): void;
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
  const commands = useRef<string[]>([]);
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [searching, setSearching] = useState(false);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const settings = useTerminalSettings();
  const latest = useRef({ settings, onState, onLeave });
  latest.current = { settings, onState, onLeave };

  const runWaiting = useCallback(() => {
    const { terminal } = xterm.current ?? {};
    if (!terminal || link.current?.state.kind !== 'live') return;
    for (const command of commands.current.splice(0)) {
      terminal.paste(command.trimEnd());
      link.current.input('\r');
    }
  }, []);

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
          link.current = new TerminalLink({
            sessionId,
            shellId,
            display: created,
            origin: location.origin,
            onState(state) {
              latest.current.onState(shellId, state);
              if (state.kind === 'live') runWaiting();
            },
          });
        },
        (error) => setFailure(error instanceof Error ? error.message : String(error)),
      );
    return () => {
      left = true;
      link.current?.close();
      link.current = null;
      xterm.current = null;
      view?.dispose();
      place.replaceChildren();
    };
  }, [sessionId, shellId, runWaiting]);

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
        commands.current.push(text);
        runWaiting();
      },
      rename: (name) => link.current?.rename(name),
      retry: () => link.current?.retryNow(),
    }),
    [runWaiting],
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
