import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { terminalOf } from '../../files/terminal';
import { type Process, type SignalName, signalNumbers } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import { listProcesses } from './procps';
import { compileRegExp } from './regular-expression';
import { userName } from './users';
import { type Utility, utility } from './utility';

/** The command line as ps shows it. */
export function commandLine(process: Process): string {
  if (process.state === 'zombie') return `[${process.name}]`;
  const text = process.argv.join(' ');
  const first = process.argv[0] ?? '';
  const shown = first.slice(first.lastIndexOf('/') + 1);
  return process.name === shown.slice(0, 15) ? text : `{${process.name}} ${text}`;
}

export function visible(self: Utility): Process[] {
  return self.process.system.processes.list();
}

const columns: Record<string, [title: string, width: number, value: (process: Process) => string]> = {
  pid: ['PID', 5, (process) => String(process.pid)],
  ppid: ['PPID', 5, (process) => String(process.ppid)],
  pgid: ['PGID', 5, (process) => String(process.group)],
  sid: ['SID', 5, (process) => String(process.session)],
  user: ['USER', -8, (process) => userName(process, process.uid) ?? String(process.uid)],
  group: ['GROUP', -8, (process) => String(process.gid)],
  comm: ['COMMAND', -16, (process) => process.name],
  args: ['COMMAND', 0, commandLine],
  cmd: ['CMD', 0, commandLine],
  stat: ['STAT', -4, (process) => stateLetter(process)],
  time: ['TIME', -6, (process) => cpuTime(process)],
  etime: ['ELAPSED', 7, (process) => elapsed(process)],
  tty: ['TT', -6, (process) => (process.terminal ? `136,${process.terminal.index}` : '?')],
  vsz: ['VSZ', 4, (process) => size(process)],
  rss: ['RSS', 4, (process) => String(Math.round(process.memoryBytes / 1024))],
  nice: ['NI', 5, () => '0'],
};

export function size(process: Process): string {
  const kib = Math.round(process.memoryBytes / 1024) + 3800;
  return kib < 100_000 ? String(kib) : `${Math.round(kib / 1024)}m`;
}

export function stateLetter(process: Process): string {
  if (process.state === 'zombie') return 'Z';
  if (process.state === 'stopped') return 'T';
  return process.state === 'running' ? 'R' : 'S';
}

function cpuTime(process: Process): string {
  const seconds = Math.floor(process.cpuMs / 1000);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}

function elapsed(process: Process): string {
  const seconds = Math.max(0, Math.floor((process.clock.now() - process.startedAtMs) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

export const ps = utility('ps', '[-o COL1,COL2=HEADER] [-T]\n\nShow list of processes', async (self) => {
  // The usual flags of other ps programs (aux, -ef) show the same list.
  const args = self.args;
  let format: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const match = /^-o(.*)$/.exec(args[i] as string);
    if (match) format = `${format === undefined ? '' : `${format},`}${match[1] || (args[++i] ?? '')}`;
  }
  if (self.gnu && format === undefined) return listProcesses(self, commandLine);
  const terminal = terminalOf(self.process.fds.get(1));
  const width = terminal ? terminal.columns : Number.MAX_SAFE_INTEGER;
  if (format === undefined) {
    await self.print('PID   USER     TIME  COMMAND\n');
    for (const process of visible(self)) {
      const user = (userName(self.process, process.uid) ?? String(process.uid)).slice(0, 8).padEnd(8);
      await self.print(
        `${`${String(process.pid).padStart(5)} ${user} ${cpuTime(process).padStart(5)} ${commandLine(process)}`.slice(0, width)}\n`,
      );
    }
    return;
  }
  const chosen = format.split(',').map((spec) => {
    const [name = '', title] = spec.split('=');
    const column =
      (Object.hasOwn(columns, name) ? columns[name] : undefined) ??
      self.fail(`bad -o argument '${name}', supported arguments: ${Object.keys(columns).join(',')}`);
    return { title: title ?? column[0], width: column[1], value: column[2] };
  });
  const line = (texts: string[]) =>
    texts
      .map((text, index) => {
        const { width: wide } = chosen[index] as (typeof chosen)[number];
        if (index === texts.length - 1 && wide <= 0) return text;
        return wide < 0 ? text.padEnd(-wide) : text.padStart(wide);
      })
      .join(' ')
      .slice(0, width);
  if (chosen.some((column) => column.title !== ''))
    await self.print(
      `${chosen.map(({ title, width: wide }, index) => (index === chosen.length - 1 ? title : title.padEnd(Math.abs(wide)))).join(' ')}\n`,
    );
  for (const process of visible(self))
    await self.print(`${line(chosen.map((column) => column.value(process)))}\n`);
});

function selfAndParents(self: Utility): Set<number> {
  return new Set([self.process.pid]);
}

export const pidof = utility('pidof', '[-s] [-o PID] [NAME]...', async (self) => {
  const options = self.options('so:');
  const pids = visible(self)
    .filter(
      (process) =>
        process.state !== 'zombie' &&
        options.operands.includes(process.name) &&
        process.pid !== self.process.pid,
    )
    .map((process) => process.pid)
    .reverse();
  if (pids.length === 0) return 1;
  await self.print(`${(options.has('s') ? pids.slice(0, 1) : pids).join(' ')}\n`);
  return 0;
});

function matching(
  self: Utility,
  pattern: string | undefined,
  options: { has(letter: string): boolean; value(letter: string): string | undefined },
): Process[] {
  const expression = pattern === undefined ? undefined : compileRegExp(pattern, { extended: true });
  const own = selfAndParents(self);
  let found = visible(self).filter((process) => {
    if (own.has(process.pid) || process.state === 'zombie') return false;
    if (options.has('P') && String(process.ppid) !== options.value('P')) return false;
    if (!expression) return true;
    const text = options.has('f') ? process.argv.join(' ') : process.name;
    const match = expression.exec(text);
    const fits = match !== null && (!options.has('x') || (match.index === 0 && match[0] === text));
    return fits !== options.has('v');
  });
  if (options.has('n')) found = found.slice(-1);
  if (options.has('o')) found = found.slice(0, 1);
  return found;
}

export const pgrep = utility('pgrep', '[-flanovx] [-s SID|-P PPID|PATTERN]', async (self) => {
  const options = self.options('flanovxs:P:u:');
  const found = matching(self, options.operands[0], options);
  for (const process of found) {
    await self.print(
      options.has('l') || options.has('a')
        ? `${process.pid} ${options.has('a') ? process.argv.join(' ') : process.name}\n`
        : `${process.pid}\n`,
    );
  }
  return found.length > 0 ? 0 : 1;
});

function takeSignal(self: Utility): { signal: SignalName | 0; args: string[] } {
  const args = self.args;
  const index = args.findIndex((arg) => /^-(\d+|[A-Z][A-Z0-9+]{2,})$/.test(arg));
  if (args[0] === '-s' && args[1] !== undefined)
    return { signal: parseSignal(args[1]) ?? self.fail(`bad signal name '${args[1]}'`), args: args.slice(2) };
  if (index < 0) return { signal: 'TERM', args };
  const text = (args[index] as string).slice(1);
  return {
    signal: parseSignal(text) ?? self.fail(`bad signal name '${text}'`),
    args: args.filter((_, at) => at !== index),
  };
}

function sendAll(self: Utility, processes: Process[], signal: SignalName | 0): boolean {
  let sent = false;
  for (const process of processes) {
    try {
      self.process.kill(process.pid, signal);
      sent = true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
  return sent;
}

export const pkill = utility('pkill', '[-l|-SIGNAL] [-xfvnox] [-s SID|-P PPID|PATTERN]', async (self) => {
  const { signal, args } = takeSignal(self);
  const options = self.options('flnovxs:P:u:', {}, args);
  return sendAll(self, matching(self, options.operands[0], options), signal) ? 0 : 1;
});

export const killall = utility('killall', '[-lq] [-SIG] NAME...', async (self) => {
  const { signal, args } = takeSignal(self);
  const options = self.options('lqe', {}, args);
  for (const name of options.operands) {
    const found = visible(self).filter(
      (process) => process.name === name && process.pid !== self.process.pid && process.state !== 'zombie',
    );
    if (found.length === 0 && !options.has('q')) await self.warn(`${name}: no process killed`);
    else if (found.length === 0) self.status = 1;
    sendAll(self, found, signal);
  }
});

export const kill = utility('kill', '[-l] [-SIG] PID...', async (self) => {
  if (self.args[0] === '-l') {
    for (const [name, number] of Object.entries(signalNumbers))
      await self.print(`${String(number).padStart(2)}) ${name}\n`);
    return;
  }
  const { signal, args } = takeSignal(self);
  if (args.length === 0) self.fail('you need to specify whom to kill');
  for (const text of args) {
    if (!/^-?\d+$/.test(text)) self.fail(`invalid number '${text}'`);
    try {
      self.process.kill(Number(text), signal);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await self.warn(`can't kill pid ${text}: ${errorText(error)}`);
    }
  }
});
