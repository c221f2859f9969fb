import {
  type ExitStatus,
  Interrupted,
  type Process,
  type SignalName,
  signalNumbers,
} from '../../runtime/process';
import type { Dialect } from '../dialect';
import type { Shell } from './shell';

export interface Job {
  number: number;
  processes: Process[];
  text: string;
  background: boolean;
  stopped: boolean;
  /** Somebody has waited for it: its place may be taken. */
  waited?: boolean;
}

const signalTexts: Record<string, string> = {
  HUP: 'Hangup',
  INT: 'Interrupt',
  QUIT: 'Quit',
  ILL: 'Illegal instruction',
  ABRT: 'Aborted',
  BUS: 'Bus error',
  FPE: 'Floating point exception',
  KILL: 'Killed',
  USR1: 'User defined signal 1',
  SEGV: 'Segmentation fault',
  USR2: 'User defined signal 2',
  ALRM: 'Alarm clock',
  TERM: 'Terminated',
};

/** The jobs of a shell: pipelines it started and has not yet forgotten. */
export class JobTable {
  private readonly jobs: Job[] = [];

  constructor(private readonly process: Process) {}

  /** `text`: how `jobs` names it. */
  add(processes: Process[], background: boolean, text: () => string, shell: Shell): Job {
    const { interactive } = shell.options;
    // In ash a script's jobs have no text.
    const named = interactive || (background && shell.dialect === 'bash');
    const number = this.place(interactive);
    const job: Job = { number, processes, text: named ? text() : '', background, stopped: false };
    if (background) this.jobs.push(job);
    return job;
  }

  /** The first number that is free; a script's job that ended and was waited for makes room. */
  private place(interactive: boolean): number {
    for (let number = 1; ; number++) {
      const job = this.jobs.find((each) => each.number === number);
      if (!job) return number;
      if (interactive || !job.waited || !this.done(job)) continue;
      this.forget(job);
      return number;
    }
  }

  list(): readonly Job[] {
    return this.jobs;
  }

  /** The jobs of the shell that this one was forked from, for `jobs | …`: they can be looked at. */
  show(jobs: readonly Job[]): void {
    this.jobs.push(...jobs);
  }

  /**
   * Waits until a pipeline has ended; its exit codes. Signals that are trapped wait as well. With job control it also ends when the
   * pipeline is stopped (^Z), which then is a job. `begin` is called once the terminal belongs to the pipeline.
   */
  async foreground(job: Job, shell: Shell, begin: () => void = () => undefined): Promise<number[]> {
    const terminal = shell.options.monitor ? shell.process.terminal : undefined;
    const leader = job.processes[0];
    if (terminal && leader) terminal.foreground = leader.group;
    begin();
    const codes: number[] = [];
    try {
      for (const process of job.processes) {
        if (shell.options.monitor && (await this.stops(process))) return [this.stop(job, shell)];
        codes.push(await this.waitCode(process, shell, job));
      }
    } finally {
      if (terminal) terminal.foreground = shell.process.group;
    }
    return codes;
  }

  /** Waits until a process ends (false) or is stopped (true). */
  private async stops(process: Process): Promise<boolean> {
    while (process.status === undefined && process.state !== 'stopped') {
      await this.process
        .block<void>((done) => {
          process.onEnd(done);
          return process.onStop(done);
        })
        .catch((error) => {
          if (!(error instanceof Interrupted)) throw error;
        });
    }
    return process.status === undefined;
  }

  /** A pipeline has been stopped: the status of its command. */
  private stop(job: Job, shell: Shell): number {
    if (!this.jobs.includes(job)) {
      job.number = this.place(true);
      this.jobs.push(job);
    }
    job.stopped = true;
    shell.print(2, `\n${this.describe(job, shell.dialect)}`);
    return 128 + signalNumbers.TSTP;
  }

  /** Waits for a child, however many signals come in between. */
  async waitFor(child: Process): Promise<ExitStatus> {
    for (;;) {
      try {
        return await this.process.wait(child);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    }
  }

  /** The shell ends: what it stopped shall not stay so for ever. */
  abandon(): void {
    for (const job of this.jobs.filter(({ stopped }) => stopped)) {
      this.signal(job, 'HUP', true);
      this.signal(job, 'CONT', true);
    }
  }

  /** To all processes of a job; with job control it is a process group. */
  signal(job: Job, signal: SignalName, monitor: boolean): void {
    const [leader] = job.processes;
    if (monitor && leader) this.process.system.processes.signalGroup(leader.group, signal);
    else for (const process of job.processes) process.signal(signal);
  }

  forget(job: Job): void {
    const index = this.jobs.indexOf(job);
    if (index >= 0) this.jobs.splice(index, 1);
  }

  /** Whether all of its processes have ended. */
  done(job: Job): boolean {
    return job.processes.every((process) => process.status !== undefined);
  }

  code(job: Job): number {
    return job.processes[job.processes.length - 1]?.status?.code ?? 0;
  }

  /** `%1`, `%%`, `%+`, `%-`, or a pid. */
  find(text: string): Job | undefined {
    if (text === '%%' || text === '%+' || text === '%') return this.jobs[this.jobs.length - 1];
    if (text === '%-') return this.jobs[this.jobs.length - 2];
    if (/^%\d+$/.test(text)) return this.jobs.find((job) => job.number === Number(text.slice(1)));
    if (text.startsWith('%')) return this.jobs.findLast((job) => job.text.startsWith(text.slice(1)));
    return this.jobs.find((job) => job.processes.some((process) => process.pid === Number(text)));
  }

  /** A line of `jobs`. */
  describe(job: Job, dialect: Dialect, withPid = false): string {
    const last = this.jobs[this.jobs.length - 1];
    const mark = job === last ? '+' : job === this.jobs[this.jobs.length - 2] ? '-' : ' ';
    const pid = withPid ? `${job.processes[0]?.pid} ` : '';
    const state = this.state(job);
    if (dialect === 'bash')
      return `[${job.number}]${mark}  ${pid}${state.padEnd(24)}${job.text}${state === 'Running' ? ' &' : ''}\n`;
    return `${`[${job.number}]${mark}  ${pid}${state}`.padEnd(33)}${job.text}\n`;
  }

  private state(job: Job): string {
    if (!this.done(job))
      return job.processes.some((process) => process.state === 'stopped') ? 'Stopped' : 'Running';
    const status = job.processes[job.processes.length - 1]?.status;
    if (status?.signal) return signalTexts[status.signal] ?? `Signal ${status.code - 128}`;
    return status && status.code !== 0 ? `Done(${status.code})` : 'Done';
  }

  /** `Terminated`: what a shell says when a signal ended what it waited for. */
  announce(signal: string, shell: Shell): void {
    const text = signalTexts[signal];
    // A script in bash is told of neither SIGTERM nor SIGINT.
    if (shell.dialect === 'bash' && !shell.options.interactive && signal === 'TERM') return;
    if (text && signal !== 'INT' && !shell.isSubshell) shell.print(2, `${text}\n`);
  }

  private async waitCode(process: Process, shell: Shell, job: Job): Promise<number> {
    const status = await this.waitFor(process);
    const last = process === job.processes[job.processes.length - 1];
    if (status.signal && last) this.announce(status.signal, shell);
    if (status.signal === 'INT' && shell.options.interactive) {
      shell.print(2, '\n');
      // ^C went to the pipeline alone, which had the terminal: the rest of the line, or a trap, is to hear of it.
      if (shell.options.monitor) shell.process.signal('INT');
    }
    return status.code;
  }
}
