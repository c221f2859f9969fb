import type { SignalAction, SignalName } from './process';

/** What one process does on each signal (sigaction(2)). */
export class SignalActions {
  private readonly actions = new Map<SignalName, SignalAction>();

  get(signal: SignalName): SignalAction {
    return this.actions.get(signal) ?? 'default';
  }

  /** SIGKILL and SIGSTOP cannot be handled: nothing happens. */
  set(signal: SignalName, action: SignalAction): void {
    if (signal === 'KILL' || signal === 'STOP') return;
    if (action === 'default') this.actions.delete(signal);
    else this.actions.set(signal, action);
  }

  /** fork(2) and execve(2) of a child: what its parent ignores stays ignored, but for `heed`, and so is what `ignore` names. */
  inherit(
    parent: SignalActions,
    { ignore = [], heed = [] }: { ignore?: readonly SignalName[]; heed?: readonly SignalName[] },
  ): void {
    for (const [signal, action] of parent.actions)
      if (action === 'ignore' && !heed.includes(signal)) this.actions.set(signal, action);
    for (const signal of ignore) this.actions.set(signal, 'ignore');
  }

  /** execve(2): handlers were code of the program that goes; what is ignored stays ignored. */
  forgetHandlers(): void {
    for (const [signal, action] of this.actions) if (action !== 'ignore') this.actions.delete(signal);
  }
}
