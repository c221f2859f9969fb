'use client';

import { useCallback, useEffect, useRef } from 'react';
import { answerAsWorkbench, type RunRequest, runEvent, takeLeftCommand } from '../enhance/terminal-channel';
import type { LabSheet } from './lab-sheet';
import type { TerminalHandle } from './terminal-pane';

/** Commands come from the lesson pane, from a lesson in another tab, or were left by the page before this one. */
export function useRunInTerminal({ id, title }: LabSheet, running: boolean, show: () => void) {
  const terminal = useRef<TerminalHandle | null>(null);
  const waiting = useRef<string[]>([]);
  const showRef = useRef(show);
  showRef.current = show;

  const run = useCallback((command: string): string => {
    showRef.current();
    if (terminal.current) return terminal.current.runCommand(command);
    waiting.current.push(command);
    return 'It runs as soon as the terminal is there.';
  }, []);

  useEffect(() => {
    const left = takeLeftCommand();
    if (left) waiting.current.push(left);
  }, []);

  useEffect(() => {
    const fromLesson = (event: Event) => {
      event.preventDefault();
      const { detail } = event as CustomEvent<RunRequest>;
      detail.said = running ? run(detail.command) : 'Not sent: this lab is not running. Start it first.';
    };
    document.addEventListener(runEvent, fromLesson);
    const stopAnswering = running ? answerAsWorkbench({ id, title }, run) : () => {};
    return () => {
      document.removeEventListener(runEvent, fromLesson);
      stopAnswering();
    };
  }, [running, run, id, title]);

  return useCallback((handle: TerminalHandle | null) => {
    terminal.current = handle;
    if (handle) for (const command of waiting.current.splice(0)) handle.runCommand(command);
  }, []);
}
