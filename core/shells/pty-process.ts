import { chownSync, readSync, writeSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';

export interface PtyCommand {
  program: string;
  args: readonly string[];
  folder: string;
  env: Readonly<Record<string, string>>;
  columns: number;
  rows: number;
  /** To whom its terminal is given, so that programs may open it by name (`/dev/stderr`); default: the server's user. */
  owner?: number | undefined;
}

/** A program on a pseudoterminal of its own. */
export interface PtyProcess {
  readonly pid: number;
  /** Bytes given to `write` that the program's terminal has not taken yet. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** Forgets what is waiting. Returns how many bytes that were. */
  forgetWaiting(): number;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  /** Hangs up: the kernel sends SIGHUP to whoever is in the foreground. */
  hangUp(): void;
}

export interface PtyEvents {
  output(bytes: Uint8Array): void;
  /** So many bytes of input have gone to the program's terminal. */
  accepted(bytes: number): void;
  /** `exitCode` is 128 + n for signal n, as a shell has it. */
  exit(exitCode: number): void;
}

/** The kernel takes some 4 KiB of input at a time from us, and then none until the program reads. */
const pieceBytes = 4096;
const firstRetryMs = 1;
const longestRetryMs = 32;

/** What node-pty has and its types leave out. */
interface PtyHandle {
  fd: number;
  /** Path of the terminal's device. */
  _pty: string;
  _socket: { destroyed: boolean; readableLength: number };
}

/**
 * The kernel gives less than 4 KiB at a time; behind a large piece there is mostly more. While a program prints on and on,
 * what it has printed since is read along: one turn of the event loop for each piece costs more than all that is done with it.
 */
const largePieceBytes = 2048;
const readAheadBytes = 64 * 1024;
/** A read may wait for the kernel to move bytes; others must not wait for long. */
const readAheadMs = 1;
const readAhead = Buffer.allocUnsafeSlow(readAheadBytes);

/** Starts a program. Throws what the operating system said when there is no PTY to be had. */
export function startPty(command: PtyCommand, events: PtyEvents): PtyProcess {
  const pty = spawn(command.program, [...command.args], {
    name: 'xterm-256color',
    cols: command.columns,
    rows: command.rows,
    cwd: command.folder,
    env: { ...command.env },
    encoding: null,
  });
  const handle = pty as unknown as PtyHandle;
  if (command.owner !== undefined) chownSync(handle._pty, command.owner, -1);
  let queue: Uint8Array[] = [];
  let waiting = 0;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;
  let ended = false;

  // With no encoding set, node-pty gives Buffers, whatever its types say.
  pty.onData((data) => events.output(withWhatFollows(handle, data as unknown as Buffer)));
  pty.onExit(({ exitCode, signal }) => {
    ended = true;
    forgetWaiting();
    events.exit(signal ? 128 + signal : exitCode);
  });

  // node-pty's own write() spins when the terminal is full, and the whole server would stand still.
  function deliver(): void {
    retry = undefined;
    let delivered = 0;
    while (queue.length > 0 && !ended && !handle._socket.destroyed) {
      const head = queue[0] as Uint8Array;
      const taken = writeSome(handle.fd, head.subarray(0, pieceBytes));
      if (taken === 0) {
        retry = setTimeout(deliver, retryMs);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
        break;
      }
      retryMs = firstRetryMs;
      delivered += taken;
      if (taken === head.length) queue.shift();
      else queue[0] = head.subarray(taken);
    }
    waiting -= delivered;
    if (delivered > 0) events.accepted(delivered);
  }

  function forgetWaiting(): number {
    const forgotten = waiting;
    queue = [];
    waiting = 0;
    clearTimeout(retry);
    retry = undefined;
    return forgotten;
  }

  return {
    pid: pty.pid,
    get waiting() {
      return waiting;
    },
    write(bytes) {
      if (ended || bytes.length === 0) return;
      queue.push(bytes);
      waiting += bytes.length;
      if (!retry) deliver();
    },
    forgetWaiting,
    resize(columns, rows) {
      if (!ended && !handle._socket.destroyed) pty.resize(columns, rows);
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    hangUp() {
      if (!ended) (pty as unknown as { destroy(): void }).destroy();
    },
  };
}

/** Bytes taken; 0 when the terminal takes none for now. A terminal that is gone takes all: nobody will read it. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EAGAIN' ? 0 : bytes.length;
  }
}

/** `first`, which was just read, and what the terminal holds behind it. */
function withWhatFollows({ fd, _socket: socket }: PtyHandle, first: Buffer): Uint8Array {
  // What was read while the program was paused comes first.
  if (first.length < largePieceBytes || socket.destroyed || socket.readableLength > 0) return first;
  const until = performance.now() + readAheadMs;
  let end = first.copy(readAhead);
  let read = first.length;
  while (read >= largePieceBytes && end + pieceBytes <= readAheadBytes && performance.now() < until) {
    read = readSome(fd, end);
    end += read;
  }
  return end === first.length ? first : Buffer.from(readAhead.subarray(0, end));
}

/** Bytes read to `at`; 0 when there is nothing for now. The end, or why nothing can be read, is node-pty's to find. */
function readSome(fd: number, at: number): number {
  try {
    return readSync(fd, readAhead, at, pieceBytes, null);
  } catch {
    return 0;
  }
}
