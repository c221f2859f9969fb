import type { OpenFile } from '../../files/open-file';
import { cookedModes, type Terminal } from '../../files/terminal';
import { Interrupted, type Process } from '../../runtime/process';
import type { Dialect } from '../dialect';
import { TerminalKeys } from '../terminal-keys';
import { History } from './history';
import { LineScreen } from './line-screen';

/** What Enter, ^C and ^D make of a line. */
export type EditedLine = { type: 'line'; text: string } | { type: 'interrupt' } | { type: 'end' };

/** Completes the text before the cursor: what to put in its place, and the choices that there are. */
export type Completer = (before: string) => { replacement?: string; choices: string[] };

/** What a shell gives its line editor, and other programs need not. */
export interface EditorSettings {
  dialect?: Dialect;
  history?: History;
  /** A handled signal came: whether the line is given up. Without it `read` rejects with Interrupted. */
  signalled?: () => Promise<boolean>;
}

/** Reads lines from a terminal with the keys that BusyBox's editing and readline have in common. */
export class LineEditor {
  private line = '';
  private cursor = 0;
  private place = 0;
  private draft = '';
  private prompt = '';
  private lastKey = '';
  /** What ^K, ^U and ^W took away last. */
  private taken = '';
  private readonly history: History;
  private readonly keys: TerminalKeys;
  private readonly screen: LineScreen;

  constructor(
    private readonly process: Process,
    file: OpenFile,
    private readonly terminal: Terminal,
    private readonly complete: Completer,
    private readonly settings: EditorSettings = {},
  ) {
    this.history = settings.history ?? new History(process, () => undefined);
    this.keys = new TerminalKeys(process, file, 'meta');
    this.screen = new LineScreen(
      () => terminal.columns,
      (text) => this.write(text),
    );
  }

  async read(prompt: string): Promise<EditedLine> {
    this.prompt = prompt;
    this.line = '';
    this.cursor = 0;
    this.lastKey = '';
    this.place = this.history.lines.length;
    this.terminal.setModes({ canonical: false, echo: false, signals: false });
    try {
      await this.screen.begin(prompt);
      for (;;) {
        const key = await this.key();
        if (key === 'given up') return { type: 'interrupt' };
        if (key === undefined) return { type: 'end' };
        const result = await this.press(key);
        this.lastKey = key;
        if (result) return result;
      }
    } finally {
      this.terminal.setModes(cookedModes);
    }
  }

  /** The next key; a signal may end the line. */
  private async key(): Promise<string | 'given up' | undefined> {
    for (;;) {
      try {
        return await this.keys.nextCharacter();
      } catch (error) {
        const { signalled } = this.settings;
        if (!(error instanceof Interrupted) || !signalled) throw error;
        await this.write('\n');
        if (await signalled()) return 'given up';
        await this.screen.begin(this.prompt);
        await this.redraw();
      }
    }
  }

  private async press(key: string): Promise<EditedLine | undefined> {
    const { line, cursor } = this;
    switch (key) {
      case '\r':
      case '\n':
        await this.move(line.length);
        await this.write('\n');
        this.history.add(line);
        return { type: 'line', text: line };
      case '\x03':
        await this.move(line.length);
        await this.write('^C\n');
        return { type: 'interrupt' };
      case '\x04':
        if (line === '') {
          await this.write('\n');
          return { type: 'end' };
        }
        return this.replace(cursor, this.right(), '');
      case '\x7f':
      case '\b':
        return cursor > 0 ? this.replace(this.left(), cursor, '') : undefined;
      case '\x1b[3~':
        return this.replace(cursor, this.right(), '');
      case '\x01':
      case '\x1b[H':
      case '\x1b[1~':
      case '\x1bOH':
        return this.move(0);
      case '\x05':
      case '\x1b[F':
      case '\x1b[4~':
      case '\x1bOF':
        return this.move(line.length);
      case '\x02':
      case '\x1b[D':
      case '\x1bOD':
        return this.move(this.left());
      case '\x06':
      case '\x1b[C':
      case '\x1bOC':
        return this.move(this.right());
      case '\x1bb':
      case '\x1bB':
      case '\x1b[1;5D':
      case '\x1b[1;3D':
        return this.move(this.wordBefore());
      case '\x1bf':
      case '\x1bF':
      case '\x1b[1;5C':
      case '\x1b[1;3C':
        return this.move(this.wordAfter());
      case '\x10':
      case '\x1b[A':
      case '\x1bOA':
        return this.recall(-1);
      case '\x0e':
      case '\x1b[B':
      case '\x1bOB':
        return this.recall(1);
      case '\x0b':
        return this.take(cursor, line.length);
      case '\x15':
        return this.take(0, cursor);
      case '\x17':
        return this.take(line.slice(0, cursor).replace(/\S+\s*$/, '').length, cursor);
      case '\x1b\x7f':
      case '\x1b\b':
        return this.take(this.wordBefore(), cursor);
      case '\x1bd':
      case '\x1bD':
        return this.take(cursor, this.wordAfter());
      case '\x19':
        return this.replace(cursor, cursor, this.taken);
      case '\x0c':
        await this.write(`\x1b[H\x1b[J`);
        await this.screen.begin(this.prompt);
        return this.redraw();
      case '\x12':
        return this.search();
      case '\t':
        return this.tab();
      default:
        if (/^[ -~\x80-\xff]/.test(key)) return this.replace(cursor, cursor, key);
        return undefined;
    }
  }

  /** Where the character before the cursor begins, and where the one under it ends. */
  private left(): number {
    return this.line.slice(0, this.cursor).replace(/[^\x80-\xbf]?[\x80-\xbf]*$/, '').length;
  }

  private right(): number {
    const [character = ''] = /^.[\x80-\xbf]*/s.exec(this.line.slice(this.cursor)) ?? [];
    return this.cursor + character.length;
  }

  private wordBefore(): number {
    return this.line.slice(0, this.cursor).replace(/[\w\x80-\xff]+[^\w\x80-\xff]*$|[^\w\x80-\xff]+$/, '')
      .length;
  }

  private wordAfter(): number {
    const [passed = ''] = /^[^\w\x80-\xff]*[\w\x80-\xff]*/.exec(this.line.slice(this.cursor)) ?? [];
    return this.cursor + passed.length;
  }

  /** The first Tab completes as far as there is no choice, the second shows the choices. */
  private async tab(): Promise<undefined> {
    const before = this.line.slice(0, this.cursor);
    const { replacement, choices } = this.complete(before);
    if (replacement !== undefined && replacement !== before) return this.replace(0, this.cursor, replacement);
    if (choices.length < 2) return;
    if (this.lastKey !== '\t') {
      await this.write('\x07');
      return;
    }
    await this.move(this.line.length);
    await this.write(`\n${inColumns(choices, this.terminal.columns)}`);
    await this.screen.begin(this.prompt);
    this.cursor = before.length;
    return this.redraw();
  }

  /** ^R: the latest line with what is typed in it; any other key goes on with the line that was found. */
  private async search(): Promise<EditedLine | undefined> {
    const { lines } = this.history;
    const { prompt, line, cursor } = this;
    let text = '';
    let place = lines.length;
    for (;;) {
      const open = this.settings.dialect === 'bash' ? '`' : "'";
      this.prompt = `(reverse-i-search)${open}${text}': `;
      await this.redraw();
      const key = await this.key();
      if (key === '\x12') place = this.found(text, place) ?? place;
      else if (key === '\x7f' || key === '\b') {
        text = text.replace(/[^\x80-\xbf]?[\x80-\xbf]*$/, '');
        place = this.found(text, lines.length) ?? place;
      } else if (key !== undefined && /^[ -~\x80-\xff]/.test(key) && key !== 'given up') {
        text += key;
        place = this.found(text, Math.min(lines.length, place + 1)) ?? place;
      } else {
        this.prompt = prompt;
        if (key === '\x07' || key === '\x03') Object.assign(this, { line, cursor });
        if (key === 'given up') return { type: 'interrupt' };
        if (key === undefined) return { type: 'end' };
        await this.redraw();
        return key === '\x07' || key === '\x1b' ? undefined : this.press(key);
      }
    }
  }

  /** Shows the latest line before `place` with the text in it; its place, undefined when there is none. */
  private found(text: string, place: number): number | undefined {
    const at = text === '' ? -1 : this.history.find(text, place);
    if (at < 0) return undefined;
    this.line = this.history.lines[at] as string;
    this.cursor = this.line.lastIndexOf(text);
    this.place = at;
    return at;
  }

  private async recall(step: number): Promise<undefined> {
    const { lines } = this.history;
    const next = this.place + step;
    if (next < 0 || next > lines.length) return;
    if (this.place === lines.length) this.draft = this.line;
    this.place = next;
    return this.replace(0, this.line.length, lines[next] ?? this.draft);
  }

  private async move(to: number): Promise<undefined> {
    this.cursor = to;
    await this.screen.move(this.prompt, this.line.slice(0, to));
  }

  private take(from: number, to: number): Promise<undefined> {
    if (to > from) this.taken = this.line.slice(from, to);
    return this.replace(from, to, '');
  }

  /** Puts text in place of a part of the line; the cursor ends up behind it. */
  private async replace(from: number, to: number, text: string): Promise<undefined> {
    const before = this.line;
    this.line = before.slice(0, from) + text + before.slice(to);
    this.cursor = from + text.length;
    if (from === before.length && to >= before.length) await this.screen.append(this.prompt, before, text);
    else await this.redraw();
  }

  private async redraw(): Promise<undefined> {
    await this.screen.draw(this.prompt, this.line.slice(0, this.cursor), this.line.slice(this.cursor));
  }

  private async write(text: string): Promise<void> {
    await this.process.write(2, text);
  }
}

/** Names in as many columns as fit, from the top down. */
function inColumns(names: readonly string[], columns: number): string {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(names.length / across);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line = names.filter((_, at) => at % rows === row);
    text += `${line.map((name, at) => (at === line.length - 1 ? name : name.padEnd(width))).join('')}\n`;
  }
  return text;
}
