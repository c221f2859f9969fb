import type { OpenFile } from '../../files/open-file';
import { cookedModes, type Terminal } from '../../files/terminal';
import type { Process } from '../../runtime/process';
import { TerminalKeys } from '../terminal-keys';

/** What Enter, ^C and ^D make of a line. */
export type EditedLine = { type: 'line'; text: string } | { type: 'interrupt' } | { type: 'end' };

/** Completes the text before the cursor: what to put in its place, or the choices to show. */
export type Completer = (before: string) => { replacement?: string; choices: string[] };

/** Reads lines from a terminal with BusyBox' editing: cursor keys, history, ^A ^E ^K ^U ^W, tab. */
export class LineEditor {
  readonly history: string[] = [];
  private line = '';
  private cursor = 0;
  private place = 0;
  private draft = '';
  private prompt = '';
  private readonly keys: TerminalKeys;

  constructor(
    private readonly process: Process,
    file: OpenFile,
    private readonly terminal: Terminal,
    private readonly complete: Completer,
  ) {
    this.keys = new TerminalKeys(process, file);
  }

  async read(prompt: string): Promise<EditedLine> {
    this.prompt = prompt;
    this.line = '';
    this.cursor = 0;
    this.place = this.history.length;
    this.terminal.setModes({ canonical: false, echo: false, signals: false });
    try {
      await this.write(prompt);
      for (;;) {
        const key = await this.keys.next();
        if (key === undefined) return { type: 'end' };
        const result = await this.press(key);
        if (result) return result;
      }
    } finally {
      this.terminal.setModes(cookedModes);
    }
  }

  private async press(key: string): Promise<EditedLine | undefined> {
    switch (key) {
      case '\r':
      case '\n': {
        await this.write('\n');
        const text = this.line;
        if (text.trim() !== '' && text !== this.history.at(-1)) this.history.push(text);
        return { type: 'line', text };
      }
      case '\x03':
        await this.write('^C\n');
        return { type: 'interrupt' };
      case '\x04':
        if (this.line === '') {
          await this.write('\n');
          return { type: 'end' };
        }
        return this.replace(this.cursor, this.cursor + 1, '');
      case '\x7f':
      case '\b':
        return this.cursor > 0 ? this.replace(this.cursor - 1, this.cursor, '') : undefined;
      case '\x1b[3~':
        return this.replace(this.cursor, this.cursor + 1, '');
      case '\x01':
      case '\x1b[H':
      case '\x1b[1~':
      case '\x1bOH':
        return this.move(0);
      case '\x05':
      case '\x1b[F':
      case '\x1b[4~':
      case '\x1bOF':
        return this.move(this.line.length);
      case '\x02':
      case '\x1b[D':
      case '\x1bOD':
        return this.move(this.cursor - 1);
      case '\x06':
      case '\x1b[C':
      case '\x1bOC':
        return this.move(this.cursor + 1);
      case '\x10':
      case '\x1b[A':
      case '\x1bOA':
        return this.recall(-1);
      case '\x0e':
      case '\x1b[B':
      case '\x1bOB':
        return this.recall(1);
      case '\x0b':
        return this.replace(this.cursor, this.line.length, '');
      case '\x15':
        return this.replace(0, this.cursor, '');
      case '\x17': {
        const before = this.line.slice(0, this.cursor).replace(/\S+\s*$/, '');
        return this.replace(before.length, this.cursor, '');
      }
      case '\x0c':
        await this.write(`\x1b[H\x1b[J`);
        return this.redraw();
      case '\t':
        return this.tab();
      default:
        if (key.length === 1 && key >= ' ') return this.replace(this.cursor, this.cursor, key);
        return undefined;
    }
  }

  private async tab(): Promise<undefined> {
    const { replacement, choices } = this.complete(this.line.slice(0, this.cursor));
    if (replacement !== undefined && replacement !== this.line.slice(0, this.cursor))
      return this.replace(0, this.cursor, replacement);
    if (choices.length > 1) {
      await this.write(`\n${choices.join('  ')}\n`);
      return this.redraw();
    }
    return undefined;
  }

  private async recall(step: number): Promise<undefined> {
    const next = this.place + step;
    if (next < 0 || next > this.history.length) return;
    if (this.place === this.history.length) this.draft = this.line;
    this.place = next;
    return this.replace(0, this.line.length, this.history[next] ?? this.draft);
  }

  private async move(to: number): Promise<undefined> {
    const target = Math.max(0, Math.min(this.line.length, to));
    const steps = target - this.cursor;
    this.cursor = target;
    if (steps !== 0) await this.write(`\x1b[${Math.abs(steps)}${steps < 0 ? 'D' : 'C'}`);
  }

  /** Puts text in place of a part of the line; the cursor ends up behind it. */
  private async replace(from: number, to: number, text: string): Promise<undefined> {
    const atEnd = from === this.line.length && to >= this.line.length;
    this.line = this.line.slice(0, from) + text + this.line.slice(to);
    this.cursor = from + text.length;
    if (atEnd) return void (await this.write(text));
    return this.redraw();
  }

  private async redraw(): Promise<undefined> {
    const back = this.line.length - this.cursor;
    await this.write(`\r${this.prompt}${this.line}\x1b[J${back > 0 ? `\x1b[${back}D` : ''}`);
  }

  private async write(text: string): Promise<void> {
    await this.process.write(2, text);
  }
}
