import { cookedModes, terminalOf } from '../../files/terminal';
import type { Process } from '../../runtime/process';
import { TerminalKeys } from '../terminal-keys';
import { commandLine, size, stateLetter, visible } from './processes';
import { userName } from './users';
import { type Utility, utility } from './utility';

const usage = '[-b] [-n COUNT] [-d SECONDS]\n\nShow a view of process activity in real time.';

/** What had been computed when it was looked at last. */
interface Sample {
  atMs: number;
  usedMs: Map<Process, number>;
}

export const top = utility('top', usage, async (self) => {
  const options = self.options('bHmn:d:s:');
  const { process } = self;
  const batch = options.has('b');
  const rounds = Number(options.value('n') ?? (batch ? 1 : Number.MAX_SAFE_INTEGER));
  const pauseMs = Number(options.value('d') ?? 5) * 1000;
  const input = process.fds.get(0);
  const terminal = batch ? undefined : terminalOf(input);
  const keys = terminal && input && new TerminalKeys(process, input);
  terminal?.setModes({ canonical: false, echo: false });
  let last: Sample | undefined;
  try {
    for (let round = 0; round < rounds; round++) {
      if (round > 0 && (keys ? await isLeft(keys, process, pauseMs) : await process.sleep(pauseMs))) break;
      const sample = take(self);
      const { rows, columns } = terminalOf(process.fds.get(1)) ?? {};
      const lines = view(self, sample, last).slice(0, batch || rows === undefined ? undefined : rows - 1);
      const shown = lines.map((line) => `${batch ? line : line.slice(0, columns)}\n`).join('');
      await self.print(batch ? shown : `\x1b[H\x1b[J${shown}`);
      await self.flush();
      last = sample;
    }
  } finally {
    terminal?.setModes(cookedModes);
  }
});

/** Waits for the next look; true when q, or the end of the terminal, came first. */
async function isLeft(keys: TerminalKeys, process: Process, ms: number): Promise<boolean> {
  const until = process.clock.now() + ms;
  for (let left = ms; left > 0; left = until - process.clock.now()) {
    const key = await keys.within(left);
    if (key === 'q' || key === 'Q' || key === '\x03') return true;
    if (key === undefined) return process.clock.now() < until;
  }
  return false;
}

function take(self: Utility): Sample {
  const usedMs = new Map(visible(self).map((process) => [process, process.cpuMs]));
  return { atMs: self.process.clock.now(), usedMs };
}

/** Percents of all processors since the last look; at the first one, since each process began. */
function view(self: Utility, { atMs, usedMs }: Sample, last: Sample | undefined): string[] {
  const { machine } = self.process.system;
  const percent = (process: Process): number => {
    const before = last?.usedMs.get(process);
    const since = before === undefined ? process.startedAtMs : (last?.atMs ?? atMs);
    const share = ((usedMs.get(process) ?? 0) - (before ?? 0)) / (Math.max(1, atMs - since) * machine.cpus);
    return Math.min(100, Math.round(100 * share));
  };
  const processes = [...usedMs.keys()];
  const shares = new Map(processes.map((process) => [process, percent(process)]));
  const share = (process: Process) => shares.get(process) ?? 0;
  const busy = Math.min(
    100,
    processes.reduce((sum, process) => sum + share(process), 0),
  );
  const total = Math.round(machine.memoryBytes / 1024);
  const used = Math.round(processes.reduce((sum, process) => sum + process.memoryBytes, 0) / 1024);
  const running = processes.filter((process) => process.state === 'running').length;
  const wide = (value: number) => `${String(value).padStart(3)}%`;
  return [
    `Mem: ${used}K used, ${total - used}K free, 0K shrd, 0K buff, 0K cached`,
    `CPU: ${wide(busy)} usr   0% sys   0% nic ${wide(100 - busy)} idle   0% io   0% irq   0% sirq`,
    `Load average: 0.00 0.00 0.00 ${running}/${processes.length} ${self.process.pid}`,
    '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND',
    ...processes
      .sort((a, b) => share(b) - share(a) || a.pid - b.pid)
      .map((process) => {
        const user = (userName(self.process, process.uid) ?? String(process.uid)).slice(0, 8).padEnd(8);
        const memory = Math.round((100 * process.memoryBytes) / machine.memoryBytes);
        return `${String(process.pid).padStart(5)} ${String(process.ppid).padStart(5)} ${user} ${stateLetter(process).padEnd(4)} ${size(process).padStart(5)} ${wide(memory)}   0 ${wide(share(process))} ${commandLine(process)}`;
      }),
  ];
}
