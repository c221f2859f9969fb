import type { SignalName } from '../runtime/process';
import { FileError, type FileStat } from './file-system';
import type { OpenFile } from './open-file';

/** termios(3), as far as programs change it. */
export interface TerminalModes {
  /** Lines are edited by the terminal and handed over at Enter. */
  canonical: boolean;
  echo: boolean;
  /** ^C, ^\ and ^Z become signals. */
  signals: boolean;
  /** Enter (CR) is read as NL. */
  crToNl: boolean;
  /** NL is written as CR NL. */
  nlToCrNl: boolean;
}

export const cookedModes: TerminalModes = {
  canonical: true,
  echo: true,
  signals: true,
  crToNl: true,
  nlToCrNl: true,
};

const outputCapacity = 64 * 1024;
/** Bytes of keys, and pieces, that nobody has read yet: what is typed beyond them waits, as the kernel throttles a terminal. */
const inputCapacity = 64 * 1024;
let nextTerminal = 0;

/**
 * A pseudoterminal with its line discipline: whoever shows it (exec -it, attach) types with `input` and reads `output`,
 * programs open the other side. ^C and the like go to the foreground process group.
 */
export class Terminal {
  readonly index = nextTerminal++;
  modes: TerminalModes = { ...cookedModes };
  columns = 80;
  rows = 24;
  /** Process group that gets the keyboard's signals. */
  foreground = 0;
  /** Session whose controlling terminal this is. */
  session = 0;
  /** Set by the process table: how a signal reaches a group. */
  sendSignal: (group: number, signal: SignalName) => void = () => undefined;
  private line: number[] = [];
  private ready: Uint8Array[] = [];
  private readyBytes = 0;
  private written: Uint8Array[] = [];
  private writtenBytes = 0;
  private hungUp = false;
  private discarding = false;
  private readonly waiting = {
    read: new Set<() => void>(),
    write: new Set<() => void>(),
    output: new Set<() => void>(),
    input: new Set<() => void>(),
  };

  /** Keys pressed, as bytes: how many were taken. The others have to wait for `room`. */
  input(data: Uint8Array): number {
    for (const [taken, byte] of data.entries()) {
      if (this.full) return taken;
      this.key(byte);
    }
    return data.length;
  }

  /** Resolves when more keys are taken. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.full) return;
        this.waiting.input.delete(look);
        resolve();
      };
      this.waiting.input.add(look);
      look();
    });
  }

  private get full(): boolean {
    return !this.hungUp && (this.readyBytes >= inputCapacity || this.ready.length >= inputCapacity);
  }

  /** What programs wrote, at most `max` bytes; undefined when nothing is there. */
  takeOutput(max = outputCapacity): Uint8Array | undefined {
    if (this.written.length === 0) return undefined;
    let data = Buffer.concat(this.written);
    this.written = [];
    if (data.length > max) {
      this.written.push(data.subarray(max));
      data = data.subarray(0, max);
    }
    this.writtenBytes -= data.length;
    this.wake('write');
    return data;
  }

  /** Calls `run` when output is there, until the returned function is called. */
  onOutput(run: () => void): () => void {
    this.waiting.output.add(run);
    return () => this.waiting.output.delete(run);
  }

  resize(columns: number, rows: number): void {
    if (columns === this.columns && rows === this.rows) return;
    this.columns = columns;
    this.rows = rows;
    if (this.foreground > 0) this.sendSignal(this.foreground, 'WINCH');
  }

  /** The other side went away: SIGHUP for the session's leader and foreground, end of file for readers. */
  hangup(): void {
    if (this.hungUp) return;
    this.hungUp = true;
    if (this.session > 0) this.sendSignal(this.session, 'HUP');
    if (this.foreground > 0 && this.foreground !== this.session) this.sendSignal(this.foreground, 'HUP');
    this.wake('read');
    this.wake('write');
    this.wake('input');
  }

  /** Output is thrown away from now on: nobody looks, but the program shall not wait. */
  discardOutput(): void {
    this.discarding = true;
    this.written = [];
    this.writtenBytes = 0;
    this.wake('write');
  }

  /** What an interactive shell sets when it takes or leaves the line for its own editor. */
  setModes(modes: Partial<TerminalModes>): void {
    const wasCanonical = this.modes.canonical;
    this.modes = { ...this.modes, ...modes };
    if (wasCanonical && !this.modes.canonical && this.line.length > 0) this.flushLine();
  }

  open(): OpenFile {
    return new TerminalFile(this);
  }

  read(max: number): Uint8Array | undefined {
    // Without lines there are only bytes: all that have come, as one piece.
    if (!this.modes.canonical && this.ready.length > 1) this.ready = [Buffer.concat(this.ready)];
    const first = this.ready[0];
    if (!first) return this.hungUp ? new Uint8Array(0) : undefined;
    this.readyBytes -= Math.min(first.length, max);
    if (first.length <= max) this.ready.shift();
    else this.ready[0] = first.subarray(max);
    this.wake('input');
    return first.subarray(0, max);
  }

  /** Whether a read would not wait: for FIONREAD and `read -t`. */
  get hasInput(): boolean {
    return this.ready.length > 0 || this.hungUp;
  }

  write(data: Uint8Array): number {
    if (this.hungUp) throw new FileError('EIO', '');
    if (this.discarding) return data.length;
    const room = outputCapacity - this.writtenBytes;
    if (room <= 0) return 0;
    const part = data.subarray(0, room);
    this.emit(this.modes.nlToCrNl ? withCarriageReturns(part) : Uint8Array.from(part));
    return part.length;
  }

  onReady(direction: 'read' | 'write', run: () => void): () => void {
    this.waiting[direction].add(run);
    return () => this.waiting[direction].delete(run);
  }

  private key(byte: number): void {
    if (this.hungUp) return;
    const modes = this.modes;
    if (modes.signals) {
      const signal = byte === 3 ? 'INT' : byte === 28 ? 'QUIT' : byte === 26 ? 'TSTP' : undefined;
      if (signal) {
        this.echoBytes(byte);
        this.line = [];
        this.ready = [];
        this.readyBytes = 0;
        this.sendSignal(this.foreground, signal);
        return;
      }
    }
    const code = byte === 13 && modes.crToNl ? 10 : byte;
    if (!modes.canonical) {
      this.ready.push(Uint8Array.of(code));
      this.readyBytes++;
      this.echoBytes(code);
      this.wake('read');
      return;
    }
    this.editLine(code);
  }

  private editLine(code: number): void {
    if (code === 127 || code === 8) {
      if (this.line.length > 0) this.erase();
    } else if (code === 21) {
      while (this.line.length > 0) this.erase();
    } else if (code === 23) {
      while (this.line.at(-1) === 32) this.erase();
      while (this.line.length > 0 && this.line.at(-1) !== 32) this.erase();
    } else if (code === 4) {
      this.flushLine();
    } else {
      if (this.line.length >= 4095 && code !== 10) return;
      this.line.push(code);
      this.echoBytes(code);
      if (code === 10) this.flushLine();
    }
  }

  private erase(): void {
    // A character of several bytes goes as a whole.
    let byte = this.line.pop();
    while (byte !== undefined && (byte & 0xc0) === 0x80) byte = this.line.pop();
    if (this.modes.echo) this.emit(Uint8Array.from([8, 32, 8]));
  }

  /** Hands the line over; an empty one, by ^D, reads as the end of file. */
  private flushLine(): void {
    this.ready.push(Uint8Array.from(this.line));
    this.readyBytes += this.line.length;
    this.line = [];
    this.wake('read');
  }

  private echoBytes(code: number): void {
    if (!this.modes.echo) return;
    if (code === 10) this.emit(Uint8Array.from(this.modes.nlToCrNl ? [13, 10] : [10]));
    else if (code < 32 && code !== 9) this.emit(Uint8Array.from([94, code + 64]));
    else this.emit(Uint8Array.of(code));
  }

  private emit(data: Uint8Array): void {
    if (this.discarding || this.hungUp) return;
    this.written.push(data);
    this.writtenBytes += data.length;
    this.wake('output');
  }

  private wake(kind: keyof Terminal['waiting']): void {
    for (const run of [...this.waiting[kind]]) run();
  }
}

function withCarriageReturns(data: Uint8Array): Uint8Array {
  let count = 0;
  for (const byte of data) if (byte === 10) count++;
  const result = new Uint8Array(data.length + count);
  let at = 0;
  for (const byte of data) {
    if (byte === 10) result[at++] = 13;
    result[at++] = byte;
  }
  return result;
}

class TerminalFile implements OpenFile {
  readonly kind = 'terminal';
  readonly readable = true;
  readonly writable = true;
  readonly path: string;

  constructor(readonly terminal: Terminal) {
    this.path = `/dev/pts/${terminal.index}`;
  }

  read(max: number): Uint8Array | undefined {
    return this.terminal.read(max);
  }

  write(data: Uint8Array): number {
    return this.terminal.write(data);
  }

  onReady(direction: 'read' | 'write', run: () => void): () => void {
    return this.terminal.onReady(direction, run);
  }

  seek(): number {
    throw new FileError('ESPIPE', this.path);
  }

  stat(): FileStat {
    return {
      type: 'device',
      mode: 0o620,
      uid: 0,
      gid: 5,
      size: 0,
      mtimeMs: 0,
      ino: this.terminal.index + 3,
      nlink: 1,
    };
  }

  truncate(): void {
    throw new FileError('EINVAL', this.path);
  }

  retain(): void {}

  release(): void {}
}

/** The terminal behind a description, when it is one. */
export function terminalOf(file: OpenFile | undefined): Terminal | undefined {
  return file instanceof TerminalFile ? file.terminal : undefined;
}
