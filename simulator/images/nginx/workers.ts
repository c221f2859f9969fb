import { type Process, signalNumbers } from '../../runtime/process';
import type { NginxConfig } from './config';
import type { NginxLogs } from './nginx-log';

/** The image's user `nginx`. */
export const workerCredentials = { uid: 101, gid: 101, groups: [101] };
/** How often a worker that shuts down looks whether its last answer is over. */
const lookMs = 20;

/** Workers stand in the process list, write their lines and may be killed; the work itself is the master's here. */
export class Workers {
  private readonly current = new Set<Process>();
  /** Those that a reload has left to finish. */
  private readonly old = new Set<Process>();

  constructor(
    private readonly master: Process,
    private readonly logs: NginxLogs,
    private readonly busy: () => boolean,
  ) {}

  /** Of one that serves, for logs. */
  get pid(): number {
    return [...this.current][0]?.pid ?? this.master.pid;
  }

  get any(): boolean {
    return this.current.size + this.old.size > 0;
  }

  /** Starts as many as the configuration asks for; those of the one before shut down. */
  start({ workers }: NginxConfig): void {
    const before = [...this.current];
    this.current.clear();
    this.say('start worker processes');
    for (let index = 0; index < workers; index++) this.startOne();
    for (const worker of before) {
      this.old.add(worker);
      worker.signal('QUIT');
    }
  }

  stop(signal: 'QUIT' | 'TERM'): void {
    for (const worker of [...this.current, ...this.old]) worker.signal(signal);
  }

  /** Tells of those that ended, and starts others for them unless the end has come. */
  buryDead(ending: boolean): void {
    for (const child of [...this.master.children]) {
      const { status } = child;
      if (!status) continue;
      void this.master.wait(child);
      this.say(`signal 17 (SIGCHLD) received from ${child.pid}`);
      const { signal } = status;
      if (signal) this.say(`worker process ${child.pid} exited on signal ${signalNumbers[signal]}`, 'alert');
      else this.say(`worker process ${child.pid} exited with code ${status.code}`);
      this.old.delete(child);
      if (this.current.delete(child) && !ending) this.startOne();
    }
  }

  private startOne(): void {
    const worker = this.master.spawn({
      argv: ['nginx: worker process'],
      credentials: this.master.uid === 0 ? workerCredentials : this.master,
      program: (self) => this.work(self),
    });
    this.current.add(worker);
    this.say(`start worker process ${worker.pid}`);
  }

  private async work(self: Process): Promise<number> {
    const say = (text: string) => this.logs.say('notice', self.pid, text);
    const asked = new Promise<'QUIT' | 'TERM'>((resolve) => {
      for (const signal of ['QUIT', 'TERM', 'INT'] as const)
        self.setAction(signal, () => resolve(signal === 'QUIT' ? 'QUIT' : 'TERM'));
    });
    const signal = await patiently(() => self.until(asked));
    if (signal === 'QUIT') {
      say('gracefully shutting down');
      while (this.busy()) await patiently(() => self.sleep(lookMs));
    }
    say('exiting');
    say('exit');
    return 0;
  }

  private say(text: string, level = 'notice'): void {
    this.logs.say(level, this.master.pid, text);
  }
}

/** Waits again when a signal that is handled came in between. */
async function patiently<T>(wait: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await wait();
    } catch (error) {
      if ((error as Error).name !== 'Interrupted') throw error;
    }
  }
}
