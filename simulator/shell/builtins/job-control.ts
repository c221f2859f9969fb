import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { Interrupted, type Process, signalNumbers } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import type { Job } from '../execute/job-table';
import type { Shell } from '../execute/shell';
import type { Builtin } from './builtin';

/** wait(1): a trapped signal ends it with 128+n at once. */
const wait: Builtin = async (shell, args) => {
  const { jobs } = shell;
  try {
    if (args[0] === '-n') {
      const running = jobs.list().filter((job) => job.background);
      if (running.length === 0) return 127;
      await waitForAny(
        shell,
        running.flatMap((job) => job.processes),
      );
      const done = running.find((job) => jobs.done(job));
      if (!done) return 0;
      await reap(shell, done);
      return jobs.code(done);
    }
    if (args.length === 0) {
      for (const job of [...jobs.list()]) await reap(shell, job);
      return 0;
    }
    let status = 0;
    for (const arg of args) {
      const job = jobs.find(arg);
      if (!job) {
        if (!/^%|^\d+$/.test(arg)) {
          shell.error(`Illegal number: ${arg}`);
          return 2;
        }
        status = 127;
        continue;
      }
      await reap(shell, job, arg);
      status = codeOf(job, arg);
    }
    return status;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return 128 + signalNumbers[error.signal];
  }
};

function codeOf(job: Job, arg: string): number {
  const asked =
    job.processes.find((process) => String(process.pid) === arg) ?? job.processes[job.processes.length - 1];
  return asked?.status?.code ?? 0;
}

async function reap(shell: Shell, job: Job, pid?: string): Promise<void> {
  for (const process of job.processes) {
    if (pid !== undefined && !pid.startsWith('%') && String(process.pid) !== pid) continue;
    const { signal } = await shell.process.wait(process);
    // Of what nobody asked for by name nothing is said.
    if (signal && pid !== undefined) shell.jobs.announce(signal, shell);
  }
  job.waited = true;
  if (shell.jobs.done(job) && pid === undefined) shell.jobs.forget(job);
}

function waitForAny(shell: Shell, processes: Process[]): Promise<void> {
  return shell.process.block<void>((done) => {
    for (const process of processes) process.onEnd(done);
    return undefined;
  });
}

const jobs: Builtin = (shell, args) => {
  const all = shell.jobs.list();
  // ash begins with the latest.
  for (const job of shell.dialect === 'bash' ? [...all] : all.toReversed()) {
    if (args.includes('-p')) shell.print(1, `${job.processes[0]?.pid}\n`);
    else shell.print(1, shell.jobs.describe(job, shell.dialect, args.includes('-l')));
    if (shell.jobs.done(job)) {
      for (const process of job.processes) void shell.process.wait(process).catch(() => undefined);
      shell.jobs.forget(job);
    }
  }
  return 0;
};

const resume =
  (foreground: boolean): Builtin =>
  async (shell, args) => {
    const job = shell.jobs.find(args[0] ?? '%%');
    if (!job) {
      shell.error(args[0] === undefined ? 'No current job' : `No such job: ${args[0]}`);
      return 2;
    }
    const mark = shell.dialect === 'bash' ? `+ ${job.text} &` : ` ${job.text}`;
    shell.print(1, foreground ? `${job.text}\n` : `[${job.number}]${mark}\n`);
    job.stopped = false;
    const continueAll = () => shell.jobs.signal(job, 'CONT', shell.options.monitor);
    if (!foreground) {
      job.background = true;
      continueAll();
      return 0;
    }
    const codes = await shell.jobs.foreground(job, shell, continueAll);
    if (!job.stopped) shell.jobs.forget(job);
    return codes[codes.length - 1] ?? 0;
  };

const kill: Builtin = (shell, args) => {
  const [first, ...rest] = args;
  if (first === undefined) {
    return complain(shell, 'you need to specify whom to kill', '', 2);
  }
  if (first === '-l' || first === '-L') return listSignals(shell, rest);
  let targets = args;
  let signal: ReturnType<typeof parseSignal> = 'TERM';
  if (first === '-s' || first === '-n') {
    signal = parseSignal(rest[0] ?? '');
    targets = rest.slice(1);
    if (signal === undefined) return badSignal(shell, rest[0] ?? '');
  } else if (first === '--') targets = rest;
  else if (/^-./.test(first)) {
    signal = parseSignal(first.slice(1));
    targets = rest;
    if (signal === undefined) return badSignal(shell, first.slice(1));
  }
  if (targets[0] === '--') targets = targets.slice(1);
  if (targets.length === 0) {
    return complain(shell, 'you need to specify whom to kill', '', 2);
  }
  let status = 0;
  for (const target of targets) {
    try {
      if (target.startsWith('%')) {
        const job = shell.jobs.find(target);
        if (!job) {
          shell.error(`${target}: no such job`);
          return 2;
        }
        if (signal !== 0) shell.jobs.signal(job, signal, shell.options.monitor);
        continue;
      }
      if (!/^-?\d+$/.test(target)) {
        status = complain(
          shell,
          `invalid number '${target}'`,
          `${target}: arguments must be process or job IDs`,
        );
        continue;
      }
      shell.process.kill(Number(target), signal);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const why = errorText(error);
      status = complain(shell, `can't kill pid ${target}: ${why}`, `(${target}) - ${why}`);
    }
  }
  return status;
};

const killUsage =
  'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]';

/** In ash it is the applet that complains, in bash the shell; no text means its usage. */
function complain(shell: Shell, ash: string, bash: string, usageStatus = 1): number {
  if (shell.dialect !== 'bash') shell.print(2, `sh: ${ash}\n`);
  else if (bash === '') shell.print(2, `${killUsage}\n`);
  else shell.error(bash);
  return shell.dialect === 'bash' && bash === '' ? usageStatus : 1;
}

function badSignal(shell: Shell, text: string): number {
  return complain(shell, `bad signal name '${text}'`, `${text}: invalid signal specification`);
}

function listSignals(shell: Shell, args: string[]): number {
  if (args.length === 0) {
    for (const [name, number] of Object.entries(signalNumbers))
      shell.print(1, `${String(number).padStart(2)}) ${name}\n`);
    return 0;
  }
  for (const arg of args) {
    const signal = parseSignal(/^\d+$/.test(arg) && Number(arg) > 128 ? String(Number(arg) - 128) : arg);
    if (signal === undefined) {
      shell.print(2, `sh: unknown signal '${arg}'\n`);
      return 1;
    }
    if (/^\d+$/.test(arg)) shell.print(1, `${signal}\n`);
    else shell.print(1, `${signal === 0 ? 0 : signalNumbers[signal]}\n`);
  }
  return 0;
}

export const jobBuiltins: Record<string, Builtin> = { wait, jobs, fg: resume(true), bg: resume(false), kill };
