import { Buffer } from 'node:buffer';
import { vi } from 'vitest';
import type { LabShell, ShellAttachment } from './lab-shell';

/** Somebody at a terminal: types, and waits for what is printed. */
export interface Viewer extends ShellAttachment {
  /** All that was printed since the screen. */
  readonly live: string;
  readonly screen: string;
  readonly ended: { exitCode: number; reason: string } | undefined;
  readonly wasReplaced: boolean;
  readonly acceptedBytes: number;
  type(text: string): void;
  /** Runs a command line and resolves with what it printed, without the line itself. */
  run(line: string): Promise<string>;
  until(condition: () => boolean): Promise<void>;
}

let runs = 0;

export async function look(shell: LabShell, columns = 200, rows = 50): Promise<Viewer> {
  const seen = {
    live: '',
    screen: '',
    ended: undefined as Viewer['ended'],
    wasReplaced: false,
    acceptedBytes: 0,
  };
  const until = (condition: () => boolean) =>
    vi.waitFor(
      () => {
        if (!condition()) throw new Error(`did not happen; printed so far: ${JSON.stringify(seen.live)}`);
      },
      { timeout: 60_000, interval: 5 },
    );
  const attachment = shell.attach({
    columns,
    rows,
    output(bytes, kind) {
      const text = Buffer.from(bytes).toString();
      if (kind === 'screen') seen.screen = text;
      else seen.live += text;
      return true;
    },
    exited(exitCode, reason) {
      seen.ended = { exitCode, reason };
    },
    replaced() {
      seen.wasReplaced = true;
    },
    accepted(bytes) {
      seen.acceptedBytes += bytes;
    },
  });
  const type = (text: string) => {
    attachment.input(Buffer.from(text));
  };
  const viewer = Object.assign(seen, attachment, {
    type,
    until,
    async run(line: string) {
      const mark = `done-${runs++}-`;
      const from = seen.live.length;
      // The mark is put together by the shell, so that its echo does not count.
      type(`${line}; echo "${mark}""end"\r`);
      await until(() => seen.live.includes(`${mark}end`, from));
      const printed = seen.live.slice(from).replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
      // The line is echoed twice when it was typed before the prompt came.
      const start = printed.lastIndexOf('"end"') + 5;
      return printed
        .slice(start, printed.indexOf(`${mark}end`))
        .replaceAll('\r', '')
        .trim();
    },
  });
  return viewer as Viewer;
}
