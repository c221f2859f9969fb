import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { findInPath } from '../../runtime/load-program';
import { Interrupted, type Process, type SignalName, signalNumbers } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import { decodeEscapes } from './escapes';
import { countWithin } from './head-tail';
import { type Utility, utility } from './utility';

/** Starts a command found in PATH; or says why not and gives the status (126, 127). */
export async function start(
  self: Utility,
  argv: string[],
  options: { env?: Map<string, string>; fds?: Process['fds'] } = {},
): Promise<Process | number> {
  const { process } = self;
  const [command] = argv;
  if (command === undefined) throw self.usageFault();
  try {
    const path = findInPath(process.files, command, (options.env ?? process.env).get('PATH'));
    return process.spawn({ path, argv, ...options });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await self.flush();
    const about = self.name === 'xargs' ? command : `can't execute '${command}'`;
    await process.write(2, `${self.name}: ${self.worded(`${about}: ${errorText(error)}`)}\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

/** Becomes a command, as execvp(3). */
async function become(self: Utility, argv: string[], env = self.process.env): Promise<number> {
  const { process } = self;
  const [command] = argv;
  if (command === undefined) throw self.usageFault();
  await self.flush();
  try {
    const path = findInPath(process.files, command, env.get('PATH'));
    return await process.exec(path, argv, env);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await process.write(
      2,
      `${self.name}: ${self.worded(`can't execute '${command}': ${errorText(error)}`)}\n`,
    );
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

export const env = utility('env', '[-iu0] [-] [-u NAME]... [NAME=VALUE]... [PROG ARGS]', async (self) => {
  const options = self.options('+i0u:', { 'ignore-environment': 'i', unset: 'u', null: '0' });
  let operands = options.operands;
  const variables = new Map(options.has('i') || operands[0] === '-' ? [] : self.process.env);
  if (operands[0] === '-') operands = operands.slice(1);
  for (const name of options.values('u')) variables.delete(name);
  let index = 0;
  for (; operands[index]?.includes('='); index++) {
    const text = operands[index] as string;
    variables.set(text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1));
  }
  if (index < operands.length) return become(self, operands.slice(index), variables);
  for (const [name, value] of variables)
    await self.print(`${name}=${value}${options.has('0') ? '\0' : '\n'}`);
  return 0;
});

export const printenv = utility('printenv', '[VARIABLE]...', async (self) => {
  const names = self.options('').operands;
  if (names.length === 0)
    for (const [name, value] of self.process.env) await self.print(`${name}=${value}\n`);
  for (const name of names) {
    const value = self.process.env.get(name);
    if (value === undefined) self.status = 1;
    else await self.print(`${value}\n`);
  }
});

const units: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `5`, `0.5`, `2m`: milliseconds; undefined when it is no duration. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * (units[match[2] as string] ?? 1) * 1000 : undefined;
}

export const sleep = utility(
  'sleep',
  '[N]...\n\nPause for a time equal to the total of the args given, where each arg can\nhave an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays',
  async (self) => {
    const operands = self.args[0] === '--' ? self.args.slice(1) : self.args;
    if (operands.length === 0) throw self.usageFault();
    let total = 0;
    for (const text of operands) {
      if (text === 'inf' || text === 'infinity') total = Number.POSITIVE_INFINITY;
      else total += parseDuration(text) ?? self.fail(`invalid number '${text}'`);
    }
    if (Number.isFinite(total)) await self.process.sleep(total);
    else await self.process.block<void>(() => undefined);
  },
);

export const usleep = utility('usleep', 'N', async (self) => {
  await self.process.sleep(Number(self.args[0] ?? 0) / 1000);
});

export const timeout = utility(
  'timeout',
  '[-s SIG] [-k KILL_SECS] SECS PROG ARGS\n\nRun PROG. Send SIG to it if it is not gone in SECS seconds.',
  async (self) => {
    const options = self.options('+s:k:', { signal: 's', 'kill-after': 'k' });
    const [duration, ...argv] = options.operands;
    if (duration === undefined || argv.length === 0) throw self.usageFault();
    const ms = parseDuration(duration) ?? self.fail(`invalid number '${duration}'`);
    const signal =
      parseSignal(options.value('s') ?? 'TERM') || self.fail(`unknown signal '${options.value('s')}'`);
    const child = await start(self, argv);
    if (typeof child === 'number') return child;
    return runLimited(self, child, ms, signal, parseDuration(options.value('k') ?? ''));
  },
);

async function runLimited(
  self: Utility,
  child: Process,
  ms: number,
  signal: SignalName,
  killAfterMs: number | undefined,
): Promise<number> {
  const { process } = self;
  const timers = [
    process.clock.after(ms, () => {
      child.signal(signal);
      if (killAfterMs !== undefined)
        timers.push(process.clock.after(killAfterMs, () => child.signal('KILL')));
    }),
  ];
  process.setAction('TERM', () => child.signal('TERM'));
  process.setAction('INT', () => child.signal('INT'));
  process.onEnd(() => {
    for (const timer of timers) timer.cancel();
  });
  const status = await waitThrough(process, child);
  for (const timer of timers) timer.cancel();
  // In BusyBox the program takes timeout's own place: its end by a signal is what the shell sees.
  if (status.signal) process.end(status);
  return status.code;
}

/** Waits for a child though signals come in between. */
export async function waitThrough(process: Process, child: Process) {
  for (;;) {
    try {
      return await process.wait(child);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}

export const nohup = utility('nohup', 'PROG ARGS', async (self) => {
  if (self.args.length === 0) throw self.usageFault();
  self.process.setAction('HUP', 'ignore');
  if (self.process.isTerminal(1)) {
    await self.process.write(2, 'nohup: appending output to nohup.out\n');
    self.process.addFd(await self.process.open('nohup.out', 'a'), 1);
  }
  return become(self, self.args);
});

export const nice = utility('nice', '[-n ADJUST] [PROG ARGS]', async (self) => {
  const options = self.options('+n:');
  if (options.operands.length === 0) {
    await self.print('0\n');
    return 0;
  }
  return become(self, options.operands);
});

export const setsid = utility('setsid', '[-c] PROG ARGS', async (self) => {
  const options = self.options('+cw');
  return become(self, options.operands);
});

export const time = utility('time', '[-vpa] [-o FILE] PROG ARGS', async (self) => {
  const options = self.options('+vpao:f:');
  const began = self.process.clock.now();
  const child = await start(self, options.operands);
  if (typeof child === 'number') return child;
  const status = await waitThrough(self.process, child);
  const seconds = (self.process.clock.now() - began) / 1000;
  const used = child.cpuMs / 1000;
  const long = (value: number) => `${Math.floor(value / 60)}m ${(value % 60).toFixed(2)}s`;
  const text = options.has('p')
    ? `real ${seconds.toFixed(2)}\nuser ${used.toFixed(2)}\nsys 0.00\n`
    : `real\t${long(seconds)}\nuser\t${long(used)}\nsys\t${long(0)}\n`;
  await self.process.write(2, text);
  return status.code;
});

export const watch = utility('watch', '[-n SEC] [-t] PROG ARGS\n\nRun PROG periodically', async (self) => {
  const options = self.options('+n:t');
  const argv = options.operands;
  if (argv.length === 0) throw self.usageFault();
  const ms = parseDuration(options.value('n') ?? '2') ?? 2000;
  for (;;) {
    const title = options.has('t') ? '' : `Every ${(ms / 1000).toFixed(1)}s: ${argv.join(' ')}\n\n`;
    await self.process.write(1, `\x1b[H\x1b[J${title}`);
    const child = await start(self, ['sh', '-c', argv.join(' ')]);
    if (typeof child === 'number') return child;
    await waitThrough(self.process, child);
    await self.process.sleep(ms);
  }
});

/** What xargs -P runs at a time at most. */
const mostAtATime = 100;

export const xargs = utility(
  'xargs',
  '[OPTIONS] [PROG ARGS]\n\nRun PROG on every item given by stdin',
  async (self) => {
    const options = self.options(self.gnu ? '+0rtn:L:s:I:P:E:xa:d:' : '+0rtn:L:s:I:P:E:xa:', {
      delimiter: 'd',
      null: '0',
      'no-run-if-empty': 'r',
      verbose: 't',
      'max-args': 'n',
      replace: 'I',
      'max-procs': 'P',
    });
    const argv = options.operands.length > 0 ? options.operands : ['echo'];
    const path = options.value('a');
    const input = path === undefined ? self.process.fds.get(0) : await self.open(path, path);
    if (path !== undefined && !input) return 1;
    const all = input ? await self.readAll(input) : '';
    const stop = options.value('E');
    const stopAt = stop === undefined ? -1 : all.split('\n').indexOf(stop);
    const text = stopAt < 0 ? all : all.split('\n').slice(0, stopAt).join('\n');
    const replace = options.value('I');
    const lines = options.has('L');
    // GNU: any one character separates.
    const delimiter = options.has('0') ? '\0' : decodeEscapes(options.value('d') ?? '', false).text[0];
    const items = delimiter
      ? text.split(delimiter).filter((item, index, all) => item !== '' || index < all.length - 1)
      : replace !== undefined
        ? text
            .split('\n')
            .map((line) => line.trimStart())
            .filter((line) => line !== '')
        : lines
          ? text.split('\n').filter((line) => line.trim() !== '')
          : words(self, text);
    const batch =
      replace === undefined
        ? countWithin(self, options.value('n') ?? options.value('L') ?? '5000', 1, 0x7fff_ffff)
        : 1;
    // 0: as many as there is work for.
    const parallel = countWithin(self, options.value('P') ?? '1', 0, 0x7fff_ffff) || mostAtATime;
    const commands: string[][] = [];
    for (let i = 0; i < items.length; i += batch) {
      const part = items.slice(i, i + batch);
      if (replace !== undefined)
        commands.push(argv.map((word) => word.replaceAll(replace, part[0] as string)));
      else commands.push([...argv, ...(lines ? part.flatMap((line) => line.trim().split(/[ \t]+/)) : part)]);
    }
    if (items.length === 0 && !options.has('r') && replace === undefined) commands.push(argv);
    let status = 0;
    let trouble = '';
    const nothing = self.process.files.open('/dev/null', 'r');
    const fds = new Map(self.process.fds).set(0, nothing);
    const running: Process[] = [];
    const finish = async (child: Process) => {
      const { code, signal } = await waitThrough(self.process, child);
      if (signal) {
        status = 125;
        trouble = `terminated by signal ${signalNumbers[signal]}`;
      } else if (code === 255) status = 124;
      else if (code !== 0) status = 123;
      return code !== 255 && !signal;
    };
    for (const command of commands) {
      if (options.has('t')) await self.process.write(2, `${command.join(' ')}\n`);
      const child = await start(self, command, { fds });
      if (typeof child === 'number') return child;
      running.push(child);
      if (running.length < Math.min(parallel, mostAtATime)) continue;
      if (!(await finish(running.shift() as Process))) {
        await self.warn(
          trouble === '' ? `${command[0]}: exited with status 255; aborting` : `'${command[0]}' ${trouble}`,
          status,
        );
        return status;
      }
    }
    for (const child of running) await finish(child);
    return status;
  },
);

/** Words of xargs' input: blanks separate, quotes and backslashes keep together. */
function words(self: Utility, text: string): string[] {
  const result: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      if (end < 0 || text.slice(i, end).includes('\n'))
        self.fail(`unmatched ${c === "'" ? 'single' : 'double'} quote`);
      word = (word ?? '') + text.slice(i + 1, end);
      i = end;
    } else if (c === '\\' && i + 1 < text.length) word = (word ?? '') + text[++i];
    else if (/\s/.test(c)) {
      if (word !== undefined) result.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) result.push(word);
  return result;
}
