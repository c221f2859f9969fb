import { Ended } from './process';

/** What one process waits for, and whether it has been stopped (SIGSTOP): nothing of it goes on until it is continued. */
export class Waits {
  private readonly blocked = new Set<(error: Error) => void>();
  private halt: { resume: () => void; promise: Promise<void> } | undefined;

  constructor(private readonly hasEnded: () => boolean) {}

  get state(): 'stopped' | 'sleeping' | 'running' {
    if (this.halt) return 'stopped';
    return this.blocked.size > 0 ? 'sleeping' : 'running';
  }

  /** While it is stopped: settles when it is continued. */
  get stopped(): Promise<void> | undefined {
    return this.halt?.promise;
  }

  /** See Process.block. */
  block<T>(
    start: (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<T> {
    if (this.hasEnded()) return Promise.reject(new Ended());
    return new Promise<T>((resolve, reject) => {
      let settled = false;
      let cancel: (() => void) | undefined;
      const settle = (act: () => void) => {
        if (settled) return;
        settled = true;
        this.blocked.delete(interrupt);
        cancel?.();
        if (this.halt) void this.halt.promise.then(act);
        else act();
      };
      const interrupt = (error: Error) => settle(() => reject(error));
      this.blocked.add(interrupt);
      cancel = start(
        (value) => settle(() => (this.hasEnded() ? reject(new Ended()) : resolve(value))),
        (error) => settle(() => reject(error)),
      );
      if (settled) cancel?.();
    });
  }

  /** Cuts every wait short with an error. */
  interrupt(error: Error): void {
    for (const interrupt of [...this.blocked]) interrupt(error);
  }

  stop(): void {
    if (this.halt) return;
    let resume: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.halt = { resume, promise };
  }

  resume(): void {
    const stop = this.halt;
    this.halt = undefined;
    stop?.resume();
  }
}
