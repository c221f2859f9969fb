import { terminalOf } from '../../files/terminal';
import { Interrupted, signalNumbers } from '../../runtime/process';
import type { Shell } from '../execute/shell';
import type { Builtin } from './builtin';

interface ReadOptions {
  raw: boolean;
  prompt: string;
  timeoutMs: number | undefined;
  count: number | undefined;
  /** bash: just so many characters, whatever they are. */
  exact: boolean;
  fd: number;
  delimiter: string;
  silent: boolean;
  names: string[];
}

/** A line of so many characters is counted as memory of the shell, each with what is kept beside it. */
const noticeableLength = 1 << 14;
const characterBytes = 64;

/** read(1): one line, byte by byte, so that what follows is left for others. */
const read: Builtin = async (shell, args) => {
  const options = parseOptions(shell, args);
  if (typeof options === 'number') return options;
  const terminal = terminalOf(shell.process.fds.get(options.fd));
  if (options.prompt !== '' && terminal) shell.print(2, options.prompt);
  const echo = terminal?.modes.echo ?? false;
  if (terminal && options.silent) terminal.setModes({ echo: false });
  try {
    const { line, complete } = await readLine(shell, options);
    assign(shell, options, line);
    return complete ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return 128 + signalNumbers[error.signal];
    throw error;
  } finally {
    if (terminal && options.silent) terminal.setModes({ echo });
  }
};

function parseOptions(shell: Shell, args: string[]): ReadOptions | number {
  const options: ReadOptions = {
    raw: false,
    prompt: '',
    timeoutMs: undefined,
    count: undefined,
    exact: false,
    fd: 0,
    delimiter: '\n',
    silent: false,
    names: [],
  };
  let index = 0;
  for (; args[index]?.startsWith('-') && args[index] !== '-'; index++) {
    const arg = args[index] as string;
    if (arg === '--') {
      index++;
      break;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] as string;
      if (letter === 'r') options.raw = true;
      else if (letter === 's') options.silent = true;
      else if (letter === 'e' && shell.dialect === 'bash') continue;
      else if ('pntud'.includes(letter) || ('Ni'.includes(letter) && shell.dialect === 'bash')) {
        const value = arg.slice(i + 1) || args[++index];
        if (value === undefined) return usage(shell, `No arg for -${letter} option`);
        if (letter === 'p') options.prompt = value;
        else if (letter === 't') options.timeoutMs = Number(value) * 1000;
        else if (letter === 'u') options.fd = Number(value);
        else if (letter === 'd') options.delimiter = value[0] ?? '\0';
        else if (letter !== 'i') {
          options.count = Number(value);
          options.exact = letter === 'N';
        }
        break;
      } else return usage(shell, `illegal option -${letter}`);
    }
  }
  options.names = args.slice(index);
  for (const name of options.names) {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      if (shell.dialect === 'bash') shell.error(`${name}: bad variable name`);
      else shell.print(2, `sh: read: '${name}': bad variable name\n`);
      return 1;
    }
  }
  if (options.timeoutMs !== undefined && Number.isNaN(options.timeoutMs)) {
    return usage(shell, 'invalid timeout');
  }
  return options;
}

function usage(shell: Shell, message: string): number {
  shell.error(message);
  return 2;
}

async function readLine(
  shell: Shell,
  options: ReadOptions,
): Promise<{ line: [string, boolean][]; complete: boolean }> {
  const line: [string, boolean][] = [];
  const { process } = shell;
  const file = process.fds.get(options.fd);
  if (!file) return { line, complete: false };
  const deadline = options.timeoutMs === undefined ? undefined : process.clock.now() + options.timeoutMs;
  let escaped = false;
  for (;;) {
    const turn = process.checkpoint();
    if (turn) {
      await turn;
      // Without a newline in sight only the time ends it: /dev/zero has none.
      if (deadline !== undefined && process.clock.now() >= deadline) return { line, complete: false };
    }
    if (line.length > 0 && line.length % noticeableLength === 0)
      process.setMemory(line.length * characterBytes);
    const data = file.read(1);
    if (data?.length === 0) return { line, complete: false };
    if (!data) {
      const arrived = await process.block<boolean>((done) => {
        const forget = file.onReady('read', () => done(true));
        const timer =
          deadline === undefined
            ? undefined
            : process.clock.after(deadline - process.clock.now(), () => done(false));
        return () => {
          forget();
          timer?.cancel();
        };
      });
      if (!arrived) return { line, complete: false };
      continue;
    }
    const c = String.fromCharCode(data[0] as number);
    if (escaped) {
      escaped = false;
      if (c !== '\n') line.push([c, true]);
      continue;
    }
    if (c === '\\' && !options.raw) escaped = true;
    else if (c === options.delimiter && !options.exact) return { line, complete: true };
    else if (c !== '\0') {
      line.push([c, false]);
      if (options.count !== undefined && line.length >= options.count) return { line, complete: true };
    }
  }
}

/** Splits at IFS: the last variable gets the rest (POSIX read). */
function assign(shell: Shell, options: ReadOptions, line: [string, boolean][]): void {
  const { names } = options;
  const text = (from: number, to: number) =>
    line
      .slice(from, to)
      .map(([c]) => c)
      .join('');
  if (names.length === 0 || options.exact) {
    shell.set(names[0] ?? 'REPLY', text(0, line.length));
    for (const name of names.slice(1)) shell.set(name, '');
    return;
  }
  const separators = shell.separators;
  const isSpace = (at: number) => {
    const [c, quoted] = line[at] ?? ['', true];
    return !quoted && /[ \t\n]/.test(c) && separators.includes(c);
  };
  const isSeparator = (at: number) => {
    const [c, quoted] = line[at] ?? ['', true];
    return !quoted && separators.includes(c);
  };
  let position = 0;
  let end = line.length;
  while (position < end && isSpace(position)) position++;
  while (end > position && isSpace(end - 1)) end--;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (i === names.length - 1) {
      // One trailing separator that ends a lone field goes as well.
      let stop = end;
      let found = 0;
      for (let at = position; at < end; at++) if (isSeparator(at) && !isSpace(at)) found++;
      if (found === 1 && stop > position && isSeparator(stop - 1) && !isSpace(stop - 1)) {
        stop--;
        while (stop > position && isSpace(stop - 1)) stop--;
      }
      shell.set(name, text(position, stop));
      return;
    }
    let stop = position;
    while (stop < end && !isSeparator(stop)) stop++;
    shell.set(name, text(position, stop));
    position = stop;
    while (position < end && isSpace(position)) position++;
    if (position < end && isSeparator(position)) {
      position++;
      while (position < end && isSpace(position)) position++;
    }
  }
}

export const inputBuiltins: Record<string, Builtin> = { read };
