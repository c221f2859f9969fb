import { type ExitStatus, Interrupted, type Process } from '../../runtime/process';
import type { Command } from '../syntax/ast';
import { commandText } from '../syntax/command-text';
import type { Shell } from './shell';

export interface Job {
  number: number;
  processes: Process[];
  statuses: (ExitStatus | undefined)[];
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

  add(processes: Process[], commands: Command[], background: boolean, interactive = false): Job {
    const number = this.place(interactive);
    // A script's jobs have no text: nobody asks for it.
    const named = background && interactive;
    const text = named ? commands.map((command) => commandText(command)).join(' | ') : '';
    const job: Job = {
      number,
      processes,
      statuses: processes.map(() => undefined),
      text,
      background,
      stopped: false,
    };
    if (!background) return job;
    this.jobs.push(job);
    for (const [index, process] of processes.entries()) {
      void process.exited.then((status) => {
        job.statuses[index] = status;
      });
    }
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

  /** Waits until a pipeline has ended; its exit codes. Signals that are trapped wait as well. */
  async foreground(job: Job, shell: Shell): Promise<number[]> {
    const terminal = shell.options.monitor ? shell.process.terminal : undefined;
    const leader = job.processes[0];
    if (terminal && leader) terminal.foreground = leader.group;
    const codes: number[] = [];
    try {
      for (const process of job.processes) codes.push(await this.waitCode(process, shell, job));
    } finally {
      if (terminal) terminal.foreground = shell.process.group;
    }
    return codes;
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
  describe(job: Job, withPid = false): string {
    const last = this.jobs[this.jobs.length - 1];
    const mark = job === last ? '+' : job === this.jobs[this.jobs.length - 2] ? '-' : ' ';
    const pid = withPid ? `${job.processes[0]?.pid} ` : '';
    return `${`[${job.number}]${mark}  ${pid}${this.state(job)}`.padEnd(33)}${job.text}\n`;
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
    if (text && signal !== 'INT' && !shell.isSubshell) shell.print(2, `${text}\n`);
  }

  private async waitCode(process: Process, shell: Shell, job: Job): Promise<number> {
    const status = await this.waitFor(process);
    const last = process === job.processes[job.processes.length - 1];
    if (status.signal && last) this.announce(status.signal, shell);
    if (status.signal === 'INT' && shell.options.interactive) shell.print(2, '\n');
    return status.code;
  }
}
