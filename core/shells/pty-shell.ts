import type { LabShell, ShellAttachment, ShellViewer } from './lab-shell';
import type { PtyEvents, PtyProcess } from './pty-process';
import { endTerminalSession } from './terminal-processes';
import { cleanTitle, inputWindow } from './terminal-protocol';
import type { TerminalScreen } from './terminal-screen';

type PauseReason = 'viewer' | 'screen' | 'attaching';

export interface PtyShellOptions {
  id: string;
  title: string;
  screen: TerminalScreen;
  start(events: PtyEvents): PtyProcess;
  onExit?(shell: PtyShell): void;
  onRename?(): void;
}

const interruptKey = 3;
/** How long a program has to end after it was hung up. */
const hangUpGraceMs = 2000;
const columnsOf = (count: number) => Math.min(Math.max(Math.trunc(count), 2), 1000);
const rowsOf = (count: number) => Math.min(Math.max(Math.trunc(count), 1), 1000);

/** A shell on a PTY, its screen, and whoever looks at it. */
export class PtyShell implements LabShell {
  readonly id: string;
  readonly screen: TerminalScreen;
  private currentTitle: string;
  private currentState: LabShell['state'] = { kind: 'running' };
  private readonly pty: PtyProcess;
  private readonly paused = new Set<PauseReason>();
  private viewer: ShellViewer | undefined;
  /** The viewer has the screen, so that output can follow. */
  private viewerIsCurrent = false;
  private endReason: string | undefined;
  private readonly ended: Promise<void>;
  private readonly onRename: (() => void) | undefined;
  /** By performance.now(). */
  private active = performance.now();
  private seen = performance.now();

  constructor(options: PtyShellOptions) {
    this.id = options.id;
    this.currentTitle = options.title;
    this.screen = options.screen;
    this.onRename = options.onRename;
    this.screen.onRelief = () => this.unpause('screen');
    let settle = () => {};
    this.ended = new Promise((resolve) => {
      settle = resolve;
    });
    this.pty = options.start({
      output: (bytes) => this.onOutput(bytes),
      accepted: (bytes) => this.viewer?.accepted(bytes),
      exit: (exitCode) => {
        this.onExit(exitCode);
        settle();
        options.onExit?.(this);
      },
    });
  }

  get title(): string {
    return this.currentTitle;
  }

  get state(): LabShell['state'] {
    return this.currentState;
  }

  get pid(): number {
    return this.pty.pid;
  }

  rename(title: string): void {
    const next = cleanTitle(title) || this.currentTitle;
    if (next === this.currentTitle) return;
    this.currentTitle = next;
    this.onRename?.();
  }

  /**
   * Milliseconds since anything was typed or printed, and since somebody looked, by performance.now(): the hours that a laptop
   * sleeps are none.
   */
  idle(now: number): { activeMs: number; seenMs: number } {
    return { activeMs: now - this.active, seenMs: this.viewer ? 0 : now - this.seen };
  }

  attach(viewer: ShellViewer): ShellAttachment {
    const former = this.viewer;
    this.viewer = viewer;
    this.viewerIsCurrent = false;
    this.seen = performance.now();
    former?.replaced();
    this.unpause('viewer');
    this.resize(viewer.columns, viewer.rows);
    void this.showScreen(viewer);
    const ifCurrent = (run: () => void) => {
      if (this.viewer === viewer) run();
    };
    return {
      input: (bytes) => (this.viewer === viewer ? this.type(bytes) : true),
      resize: (columns, rows) => ifCurrent(() => this.resize(columns, rows)),
      resume: () => ifCurrent(() => this.unpause('viewer')),
      detach: () =>
        ifCurrent(() => {
          this.viewer = undefined;
          this.viewerIsCurrent = false;
          this.seen = performance.now();
          this.unpause('viewer');
        }),
    };
  }

  async close(reason: string): Promise<void> {
    if (this.currentState.kind === 'exited') return;
    this.endReason ??= reason;
    this.pty.hangUp();
    const timer = setTimeout(() => void endTerminalSession(this.pty.pid), hangUpGraceMs);
    await this.ended;
    clearTimeout(timer);
    await endTerminalSession(this.pty.pid);
  }

  /** The reason that is told when the program ends by what is about to be done to it. */
  expectEnd(reason: string): void {
    this.endReason ??= reason;
  }

  private async showScreen(viewer: ShellViewer): Promise<void> {
    this.pause('attaching');
    const { bytes } = await this.screen.snapshot();
    if (this.viewer !== viewer) return;
    this.viewerIsCurrent = true;
    if (!viewer.output(bytes, 'screen')) this.pause('viewer');
    this.unpause('attaching');
    const { state } = this;
    if (state.kind === 'exited') viewer.exited(state.exitCode, state.reason);
  }

  private onOutput(bytes: Uint8Array): void {
    this.active = performance.now();
    this.screen.feed(bytes);
    if (this.screen.isOverfull) this.pause('screen');
    if (this.viewer && this.viewerIsCurrent && !this.viewer.output(bytes, 'live')) this.pause('viewer');
  }

  private onExit(exitCode: number): void {
    const reason = this.endReason ?? `The shell ended with exit code ${exitCode}.`;
    this.currentState = { kind: 'exited', exitCode, reason };
    if (this.viewer && this.viewerIsCurrent) this.viewer.exited(exitCode, reason);
  }

  private type(bytes: Uint8Array): boolean {
    this.active = performance.now();
    if (this.currentState.kind === 'exited') return true;
    // An interrupt would otherwise wait behind a paste that nobody reads.
    if (bytes.length === 1 && bytes[0] === interruptKey && this.pty.waiting > 0)
      this.viewer?.accepted(this.pty.forgetWaiting());
    if (this.pty.waiting + bytes.length > inputWindow) return false;
    this.pty.write(bytes);
    return true;
  }

  private resize(columns: number, rows: number): void {
    const size = [columnsOf(columns), rowsOf(rows)] as const;
    this.pty.resize(...size);
    this.screen.resize(...size);
  }

  private pause(reason: PauseReason): void {
    if (this.paused.size === 0) this.pty.pause();
    this.paused.add(reason);
  }

  private unpause(reason: PauseReason): void {
    if (this.paused.delete(reason) && this.paused.size === 0) this.pty.resume();
  }
}
