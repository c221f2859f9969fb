import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import type { Process, Program } from '../../runtime/process';
import { ExpressionFault } from '../posix-regexp/syntax';
import { gnuHint, gnuUsage, gnuWording } from './gnu-wording';

export const version = 'BusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.';

/** Ends a utility with a message: `name: message` on standard error, then the status. */
export class UtilityFault extends Error {
  override readonly name = 'UtilityFault';
  constructor(
    message: string,
    readonly status = 1,
    /** Without `name: ` in front. */
    readonly bare = false,
  ) {
    super(message);
  }
}

/** Options as getopt(3) reads them. */
export interface Options {
  /** How often each letter (or long name) was given. */
  count(letter: string): number;
  has(letter: string): boolean;
  value(letter: string): string | undefined;
  values(letter: string): string[];
  operands: string[];
}

/** Processes that run BusyBox, under whichever name. */
export const ofBusybox = new WeakSet<Process>();

/** What a utility needs of its process, with the wording of BusyBox. */
export class Utility {
  private pending = '';
  status = 0;

  constructor(
    readonly process: Process,
    readonly name: string,
    private readonly usageText = '',
  ) {}

  /** A program of its own, as Debian's are, and not one of BusyBox. */
  get gnu(): boolean {
    return !ofBusybox.has(this.process);
  }

  get args(): string[] {
    return this.process.argv.slice(1);
  }

  /**
   * Reads options: `letters` as getopt's, a colon after those that take a value, `+` in front to stop at the first operand;
   * `long` maps long names to letters. Throws UtilityFault with the usage for an unknown one.
   */
  options(letters: string, long: Record<string, string> = {}, args = this.args, status = 1): Options {
    const found = new Map<string, string[]>();
    const operands: string[] = [];
    const stops = letters.startsWith('+');
    const takes = (letter: string) => letters[letters.indexOf(letter) + 1] === ':';
    const add = (letter: string, value: string) => found.set(letter, [...(found.get(letter) ?? []), value]);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string;
      if (arg === '--') {
        for (const operand of args.slice(i + 1)) operands.push(operand);
        break;
      }
      if (arg.startsWith('--')) {
        const equals = arg.indexOf('=');
        const name = arg.slice(2, equals < 0 ? undefined : equals);
        if (name === 'help') throw new UtilityFault(this.usage(), 0, true);
        const known = Object.entries(long).filter(([, letter]) => letters.includes(letter));
        const found = known.find(([each]) => each === name) ?? known.find(([each]) => each.startsWith(name));
        const letter = found?.[1];
        if (letter === undefined)
          throw new UtilityFault(`${this.name}: unrecognized option '${arg}'\n${this.hint()}`, status, true);
        if (takes(letter)) add(letter, equals < 0 ? (args[++i] ?? '') : arg.slice(equals + 1));
        else add(letter, '');
      } else if (arg.startsWith('-') && arg !== '-') {
        for (let j = 1; j < arg.length; j++) {
          const letter = arg[j] as string;
          if (letter === ':' || letter === '+' || !letters.includes(letter)) {
            throw new UtilityFault(
              `${this.name}: invalid option -- '${letter}'\n${this.hint()}`,
              status,
              true,
            );
          }
          if (!takes(letter)) {
            add(letter, '');
            continue;
          }
          const value = arg.slice(j + 1) || args[++i];
          if (value === undefined) {
            throw new UtilityFault(
              `${this.name}: option requires an argument -- '${letter}'\n${this.hint()}`,
              status,
              true,
            );
          }
          add(letter, value);
          break;
        }
      } else if (stops) {
        for (const operand of args.slice(i)) operands.push(operand);
        break;
      } else operands.push(arg);
    }
    return {
      count: (letter) => found.get(letter)?.length ?? 0,
      has: (letter) => found.has(letter),
      value: (letter) => found.get(letter)?.at(-1),
      values: (letter) => found.get(letter) ?? [],
      operands,
    };
  }

  /** Usage as BusyBox prints it. */
  usage(): string {
    const banner = this.gnu ? '' : `${version}\n\n`;
    return `${banner}Usage: ${this.name} ${this.usageText}`.trimEnd();
  }

  /** What follows the complaint of an option. */
  private hint(): string {
    return this.gnu ? gnuHint(this.name) : this.usage();
  }

  usageFault(status = 1): UtilityFault {
    return new UtilityFault(this.gnu ? gnuUsage(this.name) : this.usage(), status, true);
  }

  /** In the words of the image's utilities. */
  worded(message: string): string {
    return this.gnu ? gnuWording(this.name, message) : message;
  }

  /** `name: message` on standard error. */
  async warn(message: string, status = 1): Promise<void> {
    this.status = Math.max(this.status, status);
    await this.flush();
    await this.process.write(2, `${this.name}: ${this.worded(message)}\n`);
  }

  /** The message of a failed system call about something: `name: about: No such file or directory`. */
  async warnError(about: string, error: unknown, status = 1): Promise<void> {
    if (!(error instanceof FileError)) throw error;
    await this.warn(`${about}: ${errorText(error)}`, status);
  }

  fail(message: string, status = 1): never {
    throw new UtilityFault(message, status);
  }

  /** Gathers output; a promise to await when there is much. */
  print(text: string): Promise<void> | undefined {
    this.pending += text;
    return this.pending.length > 16_384 ? this.flush() : this.process.checkpoint();
  }

  async flush(): Promise<void> {
    if (this.pending === '') return;
    const text = this.pending;
    this.pending = '';
    await this.process.write(1, text);
  }

  /** Opens for reading, `-` being standard input; undefined after saying why not. */
  async open(path: string, message = `can't open '${path}'`): Promise<OpenFile | undefined> {
    if (path === '-') {
      const file = this.process.fds.get(0);
      if (!file) await this.warn('read error: Bad file descriptor');
      file?.retain();
      return file;
    }
    try {
      return await this.process.open(path, 'r');
    } catch (error) {
      await this.warnError(message, error);
      return undefined;
    }
  }

  /** Pieces of a file as byte strings, as they come; output so far is written before waiting. */
  async *chunks(file: OpenFile): AsyncGenerator<string> {
    for (;;) {
      const data = await this.readSome(file);
      if (data.length === 0) return;
      yield decode(data);
    }
  }

  /** At least one byte, at most `max`; empty at the end. */
  async readSome(file: OpenFile, max = 65_536): Promise<Uint8Array> {
    for (;;) {
      const turn = this.process.checkpoint();
      if (turn) await turn;
      const data = file.read(max);
      if (data) return data;
      if (this.pending !== '') {
        // Look again afterwards: the other side may have come or gone meanwhile.
        await this.flush();
        continue;
      }
      await this.process.block<void>((done) => file.onReady('read', done));
    }
  }

  /** Lines in batches as they come, without their newline; `complete` tells whether the last one of a batch had one. */
  async *lines(file: OpenFile, separator = '\n'): AsyncGenerator<{ lines: string[]; complete: boolean }> {
    /** Of a line that has not ended: put together once it has, as it may be long. */
    let rest: string[] = [];
    let restBytes = 0;
    for await (const chunk of this.chunks(file)) {
      const end = chunk.lastIndexOf(separator);
      if (end < 0) {
        rest.push(chunk);
        restBytes += chunk.length;
        if (restBytes > 1 << 20) this.process.setMemory(restBytes);
        continue;
      }
      rest.push(chunk.slice(0, end));
      yield { lines: rest.join('').split(separator), complete: true };
      rest = end + 1 < chunk.length ? [chunk.slice(end + 1)] : [];
      restBytes = chunk.length - end - 1;
    }
    if (rest.length > 0) yield { lines: [rest.join('')], complete: false };
  }

  /** The whole of a file as a byte string. */
  async readAll(file: OpenFile): Promise<string> {
    const parts: string[] = [];
    let length = 0;
    for await (const chunk of this.chunks(file)) {
      parts.push(chunk);
      length += chunk.length;
      if (length > 1 << 20) this.process.setMemory(length);
    }
    return parts.join('');
  }
}

/** A utility as a program: output flushed at its end, faults said, its status as exit code. */
export function utility(
  name: string,
  usage: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most utilities return nothing at their end.
  run: (self: Utility) => Promise<number | void> | number | void,
): Program {
  return async (process) => {
    const self = new Utility(process, name, usage);
    try {
      const status = await run(self);
      await self.flush();
      return typeof status === 'number' ? status : self.status;
    } catch (error) {
      if (error instanceof UtilityFault) {
        await self.flush();
        await process.write(
          error.bare && error.status === 0 ? 1 : 2,
          error.bare ? `${error.message}\n` : `${name}: ${self.worded(error.message)}\n`,
        );
        return error.status;
      }
      if (error instanceof ExpressionFault) {
        await self.flush();
        await process.write(2, `${name}: ${error.message}\n`);
        return 2;
      }
      if (error instanceof FileError && error.code === 'EPIPE') return 1;
      if (error instanceof FileError && error.code !== 'EBADF') {
        await process.write(
          2,
          `${name}: ${error.path === '' ? 'write error' : error.path}: ${errorText(error)}\n`,
        );
        return 1;
      }
      if (error instanceof FileError) {
        await Promise.resolve(
          process.fds.has(2) ? process.write(2, `${name}: write error: ${errorText(error)}\n`) : undefined,
        );
        return 1;
      }
      throw error;
    }
  };
}
