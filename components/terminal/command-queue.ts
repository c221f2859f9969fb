import type { Terminal } from '@xterm/xterm';

export interface CommandQueueOptions {
  terminal: Pick<Terminal, 'parser' | 'modes' | 'buffer'>;
  /** Types, as the keyboard does. */
  send(data: string): void;
  /** How many commands wait, whenever that changes. */
  onWaiting(count: number): void;
}

/** A shell that shows no prompt within this time is one that does not tell of its prompts. */
const patienceMs = 3000;
const bracketedPaste = 2004;
/** Ctrl-E, Ctrl-U: what stands half typed at the prompt makes way; Ctrl-Y brings it back. */
const clearLine = '\x05\x15';

/**
 * Types commands into a shell one after the other, each when the shell is at its prompt: a program that is running, or
 * an editor, gets none of them. Readline (bash 5.1 and newer) turns bracketed paste on at its prompt and off when the
 * line is accepted, and so tells. Into a shell that does not tell, they are typed at once.
 */
export class CommandQueue {
  private waiting: string[] = [];
  private connected = false;
  private tellsPrompts = false;
  private atPrompt = false;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private readonly handlers: { dispose(): void }[];

  constructor(private readonly options: CommandQueueOptions) {
    this.handlers = (['h', 'l'] as const).map((final) =>
      options.terminal.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
        if (modes.includes(bracketedPaste)) this.onPrompt(final === 'h');
        return false;
      }),
    );
  }

  /** Returns whether it was typed at once. */
  run(command: string): boolean {
    this.waiting.push(command.trimEnd());
    this.flush();
    const typed = this.waiting.length === 0;
    if (!typed) this.options.onWaiting(this.waiting.length);
    return typed;
  }

  /** The shell's screen is drawn, and it can be typed into. */
  connect(): void {
    this.connected = true;
    this.flush();
  }

  /** What waits is not kept for later: it would come as a surprise. */
  disconnect(): void {
    if (this.connected) this.forget();
    this.connected = false;
  }

  forget(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.waiting = [];
    this.options.onWaiting(0);
  }

  dispose(): void {
    clearTimeout(this.patience);
    for (const handler of this.handlers) handler.dispose();
  }

  private onPrompt(shown: boolean): void {
    this.atPrompt = shown;
    this.tellsPrompts = true;
    // The prompt itself is still to be drawn.
    if (shown) setTimeout(() => this.flush(), 0);
  }

  private flush(): void {
    const next = this.waiting[0];
    if (next === undefined || !this.connected) return;
    const { terminal, send, onWaiting } = this.options;
    const ready =
      this.atPrompt && terminal.modes.bracketedPasteMode && terminal.buffer.active.type === 'normal';
    if (ready) {
      this.atPrompt = false;
      send(clearLine);
      send(`\x1b[200~${asTyped(next)}\x1b[201~`);
      send('\r');
    } else if (this.tellsPrompts) return;
    else {
      this.patience ??= setTimeout(() => this.typeAnyway(), patienceMs);
      return;
    }
    this.waiting.shift();
    onWaiting(this.waiting.length);
  }

  private typeAnyway(): void {
    this.patience = undefined;
    if (!this.connected || this.tellsPrompts) return;
    for (const command of this.waiting.splice(0)) this.options.send(`${asTyped(command)}\r`);
    this.options.onWaiting(0);
  }
}

/** Without escapes, which could end a bracketed paste. */
function asTyped(command: string): string {
  return command.replaceAll('\x1b', '').replace(/\r?\n/g, '\r');
}
