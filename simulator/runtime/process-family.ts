import type { Process } from './process';
import type { RunningProcess } from './running-process';

/** Parent and children of one process: who waits for whom, and who takes in the orphans. */
export class ProcessFamily {
  readonly children = new Set<Process>();

  constructor(
    private readonly process: RunningProcess,
    private parent: RunningProcess | undefined,
  ) {}

  get parentPid(): number {
    return this.parent?.pid ?? 0;
  }

  /** wait(2) has told its status: it is no zombie any more. */
  reap(child: Process): void {
    this.children.delete(child);
    this.process.system.processes.forget(child);
  }

  /** Takes in the child of a process that ended. */
  adopt(child: RunningProcess): void {
    child.family.parent = this.process;
    this.children.add(child);
    // Like a shell or tini as pid 1: adopted children do not stay as zombies.
    if (child.status) this.reap(child);
    else child.onEnd(() => this.reap(child));
  }

  /** Its parent is outside the namespace from now on. */
  orphan(): void {
    if (this.process.status) this.process.system.processes.forget(this.process);
    this.parent = undefined;
  }

  /** Its children go to pid 1, and it stays as a zombie if somebody may still wait for it. */
  leave(): void {
    const { processes } = this.process.system;
    processes.ended(this.process);
    this.children.clear();
    const ignored = this.parent?.action('CHLD') === 'ignore';
    if (!this.parent || ignored || this.parent.status) processes.forget(this.process);
  }

  /** SIGCHLD, for a parent that is still there. */
  tellParent(): void {
    if (this.parent && !this.parent.status) this.parent.signal('CHLD', false, this.process.pid);
  }
}
