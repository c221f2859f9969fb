import type { Process } from '../../runtime/process';
import { formatDate } from './date-format';
import { userName } from './users';
import type { Utility } from './utility';

/** `ps`, `ps aux` and `ps -ef` of procps: what distributions have in the place of BusyBox's. */
export async function listProcesses(self: Utility, commandLine: (process: Process) => string): Promise<void> {
  const words = self.args.join('').replaceAll('-', '');
  const unknown = /[^auxefwAT]/.exec(words)?.[0];
  if (unknown !== undefined)
    self.fail(`The embedded cluster does not simulate ps -${unknown}; use aux, -ef or -o.`);
  const all = self.process.system.processes.list();
  const byUser = words.includes('u');
  const full = words.includes('f');
  const every = /[xeA]/.test(words);
  const shown = every
    ? all
    : all.filter(({ terminal, uid }) => terminal === self.process.terminal && uid === self.process.uid);
  const name = (process: Process) => userName(self.process, process.uid) ?? String(process.uid);
  const tty = ({ terminal }: Process) => (terminal ? `pts/${terminal.index}` : '?');
  const started = (process: Process) => formatDate('%H:%M', process.startedAtMs, self.process);
  if (byUser) {
    await self.print('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n');
    for (const process of shown) {
      const { memoryBytes } = self.process.system.machine;
      const lifeMs = Math.max(1, self.process.clock.now() - process.startedAtMs);
      const share = ((100 * process.memoryBytes) / memoryBytes).toFixed(1);
      const rss = Math.round(process.memoryBytes / 1024);
      await self.print(
        `${name(process).padEnd(8)} ${String(process.pid).padStart(7)} ${((100 * process.cpuMs) / lifeMs).toFixed(1).padStart(4)} ${share.padStart(4)} ${String(rss + 3800).padStart(6)} ${String(rss).padStart(5)} ${tty(process).padEnd(8)} ${stateText(process).padEnd(4)} ${started(process)} ${minutes(process).padStart(6)} ${commandLine(process)}\n`,
      );
    }
    return;
  }
  await self.print(
    full ? 'UID          PID    PPID  C STIME TTY          TIME CMD\n' : '    PID TTY          TIME CMD\n',
  );
  for (const process of shown) {
    const head = full
      ? `${name(process).padEnd(8)} ${String(process.pid).padStart(7)} ${String(process.ppid).padStart(7)}  0 ${started(process)}`
      : String(process.pid).padStart(7);
    const text = full ? commandLine(process) : process.name;
    await self.print(`${head} ${tty(process).padEnd(8)} ${hours(process)} ${text}\n`);
  }
}

/** PROCESS STATE CODES of ps(1). */
function stateText(process: Process): string {
  const letters: Record<string, string> = { zombie: 'Z', stopped: 'T', running: 'R' };
  const leader = process.session === process.pid ? 's' : '';
  const front = process.terminal?.foreground === process.group ? '+' : '';
  return `${letters[process.state] ?? 'S'}${leader}${front}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function minutes({ cpuMs }: Process): string {
  const seconds = Math.floor(cpuMs / 1000);
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

function hours({ cpuMs }: Process): string {
  const seconds = Math.floor(cpuMs / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
