import type { SignalName } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import { ShellState } from './shell-state';

/** Why the rest of a list is not executed. */
type Flow = { type: 'break' | 'continue'; levels: number } | { type: 'return' | 'exit' };

const ignoredAtPrompt: readonly SignalName[] = ['TERM', 'QUIT', 'TSTP', 'TTOU', 'TTIN'];

/** A shell's traps and signals: what came waits here until a command has ended (POSIX 2.11). */
export abstract class TrappingShell extends ShellState {
  flow: Flow | undefined;
  /** Commands whose failure is looked at: `set -e` does not end the shell there. */
  tested = 0;
  /** ^C at a prompt's command: what is left of the line is not executed. */
  interrupted = false;
  protected readonly pendingTraps: string[] = [];
  private inDebugTrap = false;

  abstract runScript(text: string): Promise<number>;

  /** Installs a trap: '' ignores, undefined restores. `signal` is EXIT or a name without SIG. */
  setTrap(signal: string, command: string | undefined): void {
    if (command === undefined) this.traps.delete(signal);
    else this.traps.set(signal, command);
    const name = parseSignal(signal);
    if (!name) return;
    if (command === undefined)
      this.process.setAction(name, this.options.interactive ? this.interactiveAction(name) : 'default');
    else if (command === '') this.process.setAction(name, 'ignore');
    else
      this.process.setAction(name, () => {
        // A signal that is pending already does not come twice (POSIX 2.4).
        if (!this.pendingTraps.includes(signal)) this.pendingTraps.push(signal);
      });
  }

  /** Signals that an interactive shell ignores for itself alone: what it starts does not. */
  get ownIgnored(): SignalName[] {
    if (!this.options.interactive) return [];
    return ignoredAtPrompt.filter((signal) => !this.traps.has(signal));
  }

  /** What an interactive shell does on a signal nobody trapped. */
  interactiveAction(signal: SignalName): 'default' | 'ignore' | (() => void) {
    if (signal === 'INT')
      return () => {
        this.interrupted = true;
      };
    return ignoredAtPrompt.includes(signal) ? 'ignore' : 'default';
  }

  /** bash: the DEBUG trap is to run before a simple command; not within itself. */
  protected get wantsDebug(): boolean {
    return this.traps.has('DEBUG') && !this.inDebugTrap;
  }

  /** Runs the DEBUG trap; functions do not inherit it. */
  protected async debug(): Promise<void> {
    this.inDebugTrap = true;
    try {
      this.pendingTraps.push('DEBUG');
      await this.runTraps();
    } finally {
      this.inDebugTrap = false;
    }
  }

  get hasPendingTraps(): boolean {
    return this.pendingTraps.length > 0;
  }

  async runTraps(): Promise<void> {
    const status = this.lastStatus;
    for (let signal = this.pendingTraps.shift(); signal !== undefined; signal = this.pendingTraps.shift()) {
      const command = this.traps.get(signal);
      if (!command) continue;
      const { flow, tested } = this;
      this.flow = undefined;
      const result = await this.runScript(command);
      if (this.flow) {
        this.lastStatus = result;
        return;
      }
      Object.assign(this, { flow, tested });
      this.lastStatus = status;
    }
  }
}
