import { cookedModes, type Terminal, terminalOf } from '../../files/terminal';
import { Interrupted } from '../../runtime/process';
import { ExpressionFault } from '../posix-regexp/syntax';
import { TerminalKeys } from '../terminal-keys';
import { cat } from './cat';
import { compileRegExp } from './regular-expression';
import { type Utility, UtilityFault, utility } from './utility';

/** A text that is shown by pages. */
interface Paged {
  name: string;
  lines: string[];
}

/** less: a file, or what comes by a pipe, by pages. Without a terminal to show it on it is cat. */
export const less = utility(
  'less',
  '[-EFIMmNSRh~] [FILE]...\n\nView FILE (or stdin) one screenful at a time',
  async (self) => {
    const options = self.options('EFIMmNSRh~X');
    const terminal = terminalOf(self.process.fds.get(1));
    if (!terminal || !self.process.terminal) return cat(self.process);
    const files = await readFiles(self, options.operands);
    if (files.length === 0) return 1;
    const columns = (line: string) => rows(line, options.has('S'), terminal.columns);
    const fits = files.length === 1 && (files[0]?.lines.flatMap(columns).length ?? 0) < terminal.rows;
    if (options.has('F') && fits) {
      await self.print(files[0]?.lines.map((line) => `${line}\n`).join('') ?? '');
      return 0;
    }
    const keys = await terminalKeys(self);
    if (!keys) return 1;
    terminal.setModes({ canonical: false, echo: false, crToNl: false });
    self.process.setAction('WINCH', () => undefined);
    try {
      for (let at = 0; at < files.length; ) {
        const { name, lines } = files[at] as Paged;
        const title = files.length > 1 ? `${name} (file ${at + 1} of ${files.length})` : name;
        const numbered = options.has('N');
        const view = new Less(self, terminal, keys, { title, lines, numbered, ignoreCase: options.has('I') });
        view.cut = options.has('S');
        const next = await view.run();
        if (next === 'quit') break;
        at = Math.max(0, Math.min(files.length - 1, at + (next === 'next' ? 1 : -1)));
      }
    } finally {
      terminal.setModes(cookedModes);
      if (!self.process.status) await self.process.write(1, '\r\x1b[K');
    }
    return 0;
  },
);

/** more: a page, then `--More--` until a key is pressed. Without a terminal to show it on it is cat. */
export const more = utility(
  'more',
  '[FILE]...\n\nView FILE (or stdin) one screenful at a time',
  async (self) => {
    const terminal = terminalOf(self.process.fds.get(1));
    if (!terminal || !self.process.terminal) return cat(self.process);
    const files = await readFiles(self, self.options('').operands);
    const keys = await terminalKeys(self);
    if (!keys) return 1;
    terminal.setModes({ canonical: false, echo: false, crToNl: false });
    try {
      for (const { lines } of files) {
        const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
        let shown = 0;
        let left = terminal.rows - 1;
        for (const line of lines) {
          const height = rows(line, false, terminal.columns).length;
          if (left < height) {
            await self.process.write(1, `--More-- (${Math.floor((100 * shown) / size)}% of ${size} bytes)`);
            const key = await keys.next();
            await self.process.write(1, '\r\x1b[K');
            if (key === undefined || key === 'q' || key === 'Q') return 0;
            left = key === '\r' || key === '\n' ? height : terminal.rows - 1;
          }
          await self.process.write(1, `${line}\n`);
          shown += line.length + 1;
          left -= height;
        }
      }
      return self.status;
    } finally {
      terminal.setModes(cookedModes);
    }
  },
);

async function readFiles(self: Utility, operands: readonly string[]): Promise<Paged[]> {
  const files: Paged[] = [];
  if (operands.length === 0 && self.process.isTerminal(0)) throw self.usageFault();
  for (const path of operands.length > 0 ? operands : ['-']) {
    const file = await self.open(path);
    if (!file) continue;
    const text = await self.readAll(file);
    file.release();
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    files.push({ name: path === '-' ? 'standard input' : path, lines });
  }
  return files;
}

/** Keys come from the terminal, whatever standard input is. */
async function terminalKeys(self: Utility): Promise<TerminalKeys | undefined> {
  const tty = await self.open('/dev/tty');
  return tty && new TerminalKeys(self.process, tty);
}

/** A line in rows of the screen; control characters as `^A`. */
function rows(line: string, cut: boolean, columns: number): string[] {
  let text = '';
  for (const c of line) {
    if (c === '\t') text += ' '.repeat(8 - (text.length % 8));
    else if (c < ' ' || c === '\x7f') text += `^${String.fromCharCode(c.charCodeAt(0) ^ 64)}`;
    else text += c;
  }
  if (cut || text.length <= columns) return [text.slice(0, columns)];
  return text.match(new RegExp(`.{1,${columns}}`, 'gs')) ?? [''];
}

class Less {
  cut = false;
  private top = 0;
  private moved = false;
  private message = '';
  private pattern: { expression: RegExp; forward: boolean } | undefined;

  constructor(
    private readonly self: Utility,
    private readonly terminal: Terminal,
    private readonly keys: TerminalKeys,
    private readonly of: { title: string; lines: string[]; numbered: boolean; ignoreCase: boolean },
  ) {}

  /** Shows the text until a key ends it, or asks for another file. */
  async run(): Promise<'quit' | 'next' | 'previous'> {
    for (;;) {
      await this.draw();
      const key = await this.key();
      this.message = '';
      if (key === undefined || key === 'q' || key === 'Q' || key === '\x03') return 'quit';
      if (key === ':') {
        const command = await this.key();
        if (command === 'n') return 'next';
        if (command === 'p') return 'previous';
        if (command === 'q' || command === undefined) return 'quit';
      } else await this.press(key);
    }
  }

  /** The next key; '' when the terminal has another size now. */
  private async key(): Promise<string | undefined> {
    try {
      return await this.keys.next();
    } catch (error) {
      if (error instanceof Interrupted && error.signal === 'WINCH') return '';
      throw error;
    }
  }

  private get height(): number {
    return Math.max(1, this.terminal.rows - 1);
  }

  private async press(key: string): Promise<void> {
    const { height } = this;
    const steps: Record<string, number> = {
      ' ': height,
      f: height,
      '\x06': height,
      '\x1b[6~': height,
      b: -height,
      '\x02': -height,
      '\x1b[5~': -height,
      d: Math.floor(height / 2),
      '\x04': Math.floor(height / 2),
      u: -Math.floor(height / 2),
      '\x15': -Math.floor(height / 2),
      j: 1,
      e: 1,
      '\r': 1,
      '\n': 1,
      '\x1b[B': 1,
      '\x1bOB': 1,
      k: -1,
      y: -1,
      '\x1b[A': -1,
      '\x1bOA': -1,
    };
    const step = steps[key];
    if (step !== undefined) this.scrollTo(this.top + step);
    else if (key === 'g' || key === '<' || key === '\x1b[H' || key === '\x1b[1~') this.scrollTo(0);
    else if (key === 'G' || key === '>' || key === '\x1b[F' || key === '\x1b[4~') this.scrollTo(this.last);
    else if (key === '/' || key === '?') await this.ask(key);
    else if (key === 'n' || key === 'N') await this.search(key === 'n');
  }

  /** First line of the last page. */
  private get last(): number {
    const { lines } = this.of;
    let left = this.height;
    let top = lines.length;
    while (top > 0 && left > 0) {
      left -= this.rowsOf(top - 1).length;
      if (left >= 0) top--;
    }
    return top;
  }

  private scrollTo(top: number): void {
    this.top = Math.max(0, Math.min(this.last, top));
    this.moved = true;
  }

  private rowsOf(at: number): string[] {
    const { lines, numbered } = this.of;
    const head = numbered ? `${String(at + 1).padStart(7)} ` : '';
    return rows(head + (lines[at] ?? ''), this.cut, this.terminal.columns);
  }

  private async draw(): Promise<void> {
    const shown: string[] = [];
    let at = this.top;
    for (; at < this.of.lines.length && shown.length < this.height; at++) shown.push(...this.rowsOf(at));
    shown.length = Math.min(shown.length, this.height);
    while (shown.length < this.height) shown.push('~');
    const isEnd = this.top >= this.last;
    const status =
      this.message !== ''
        ? hilite(this.message)
        : !this.moved
          ? hilite(this.of.title)
          : isEnd
            ? hilite('(END)')
            : ':';
    await this.self.process.write(
      1,
      `\x1b[H${shown.map((row) => `${row}\x1b[K\n`).join('')}\r${status}\x1b[K`,
    );
  }

  /** An expression typed at the bottom. */
  private async ask(mark: '/' | '?'): Promise<void> {
    let text = '';
    for (;;) {
      await this.self.process.write(1, `\r${mark}${text}\x1b[K`);
      const key = await this.key();
      if (key === undefined || key === '\x1b' || key === '\x03') return;
      if (key === '\r' || key === '\n') break;
      if (key === '\x7f' || key === '\b') {
        if (text === '') return;
        text = text.slice(0, -1);
      } else if (key.length === 1 && key >= ' ') text += key;
    }
    if (text !== '') {
      try {
        const expression = compileRegExp(text, { extended: true, ignoreCase: this.of.ignoreCase });
        this.pattern = { expression, forward: mark === '/' };
      } catch (error) {
        if (!(error instanceof UtilityFault)) throw error;
        this.message = error.message;
        return;
      }
    } else if (this.pattern) this.pattern.forward = mark === '/';
    await this.search(true);
  }

  private async search(same: boolean): Promise<void> {
    if (!this.pattern) {
      this.message = 'No previous regular expression';
      return;
    }
    const { expression, forward } = this.pattern;
    const step = forward === same ? 1 : -1;
    try {
      for (let at = this.top + step; at >= 0 && at < this.of.lines.length; at += step) {
        const turn = this.self.process.checkpoint();
        if (turn) await turn;
        if (!expression.test(this.of.lines[at] ?? '')) continue;
        this.top = at;
        this.moved = true;
        return;
      }
      this.message = 'Pattern not found';
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      this.message = error.message;
    }
  }
}

const hilite = (text: string): string => `\x1b[7m${text}\x1b[m`;
