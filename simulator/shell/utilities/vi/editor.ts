import { inLine, type Motion, type MotionState, motion, plainKey } from './motions';
import { search, searchExpression } from './search';
import { EditorText, type Place, type Region, type Register } from './text';

/** What the editor asks of its surroundings. */
export interface EditorHost {
  /** The next key, the screen being up to date; undefined at the end of input. */
  key(): Promise<string | undefined>;
  /** A line typed behind `prompt`; undefined when it was given up. */
  line(prompt: string): Promise<string | undefined>;
  colon(command: string): Promise<void>;
  say(message: string): void;
  redraw(): void;
  view(): { top: number; height: number };
  /** First line on the screen. */
  scrollTo(top: number): void;
  /** In every long loop: see Process.checkpoint. */
  turn(): Promise<void> | undefined;
}

const escapeKey = '\x1b';
/** A count beyond this is a slip of the hand, and would hold up others. */
const mostCount = 99_999;
/** Characters that one `p` may add. */
const mostPut = 1 << 23;
const operators = 'dcy<>';

/** vi's normal and insert modes (POSIX vi, as far as BusyBox has it). */
export class Editor {
  text = new EditorText();
  at: Place = { row: 0, col: 0 };
  mode: 'normal' | 'insert' | 'replace' = 'normal';
  ignoreCase = false;
  autoIndent = false;
  private register: Register = { text: [''], lines: false };
  private readonly marks = new Map<string, Place>();
  private pattern: { expression: RegExp; forward: boolean } | undefined;
  private found: { key: string; c: string } | undefined;
  /** Keys of the command that runs, and of the last one that changed something. */
  private typed: string[] = [];
  private lastChange: string[] = [];
  private replay: string[] = [];

  constructor(private readonly host: EditorHost) {}

  /** One command; false at the end of input. */
  async command(): Promise<boolean> {
    this.typed = [];
    const changes = this.text.changes;
    let count: number | undefined;
    let key = await this.next();
    while (key !== undefined && (/[1-9]/.test(key) || (key === '0' && count !== undefined))) {
      count = Math.min(mostCount, (count ?? 0) * 10 + Number(key));
      key = await this.next();
    }
    if (key === undefined) return false;
    await this.run(plainKey(key), count);
    if (this.text.changes > changes && key !== '.') this.lastChange = this.typed;
    this.clamp();
    return true;
  }

  private async next(): Promise<string | undefined> {
    const key = this.replay.shift() ?? (await this.host.key());
    if (key !== undefined) this.typed.push(key);
    return key;
  }

  private clamp(): void {
    this.at.row = Math.max(0, Math.min(this.text.last, this.at.row));
    const { length } = this.text.line(this.at.row);
    this.at.col = Math.max(0, Math.min(this.mode === 'normal' ? length - 1 : length, this.at.col));
  }

  private async run(key: string, count: number | undefined): Promise<void> {
    const { text, at } = this;
    if (operators.includes(key)) return this.operate(key, count);
    const simple = shorthands[key];
    if (simple !== undefined) return this.operate(simple[0] as string, count, simple.slice(1));
    switch (key) {
      case 'i':
      case '\x1b[2~':
        return this.insert();
      case 'I':
        at.col = Math.max(0, text.line(at.row).search(/\S|$/));
        return this.insert();
      case 'a':
        at.col = Math.min(text.line(at.row).length, at.col + 1);
        return this.insert();
      case 'A':
        at.col = text.line(at.row).length;
        return this.insert();
      case 'o':
      case 'O':
        return this.open(key === 'o');
      case 'R':
        return this.insert(true);
      case 'r':
        return this.replaceOne(count ?? 1);
      case '~':
        return this.changeCase(count ?? 1);
      case 'J':
        return this.join(count ?? 2);
      case 'p':
      case 'P':
        return this.put(key === 'p', count ?? 1);
      case 'u': {
        const before = text.undo();
        if (before) this.at = { ...before };
        else this.host.say('Already at oldest change');
        return;
      }
      case '.':
        this.replay = [...(count === undefined ? [] : String(count)), ...this.lastChange];
        if (this.replay.length > 0) await this.command();
        return;
      case '/':
      case '?':
        return this.find(key);
      case 'n':
      case 'N':
        return this.again(key === 'n');
      case 'm': {
        const mark = await this.next();
        if (mark !== undefined) this.marks.set(mark, { ...at });
        return;
      }
      case ':': {
        const line = await this.host.line(':');
        if (line !== undefined) await this.host.colon(line);
        return;
      }
      case 'Z':
        key = (await this.next()) ?? '';
        return this.host.colon(key === 'Z' ? 'x' : key === 'Q' ? 'q!' : '');
      case '\x0c':
        return this.host.redraw();
      case '\x07':
        return this.host.colon('f');
      case escapeKey:
        return;
    }
    if (this.scroll(key, count)) return;
    const to = await this.motionOf(key, count);
    if (to) this.at = { ...to.to };
  }

  /** ^F, ^B, ^D, ^U, ^E, ^Y and the keys for pages; false for another key. */
  private scroll(key: string, count = 1): boolean {
    const { top, height } = this.host.view();
    const step = { '\x06': height - 2, '\x1b[6~': height - 2, '\x02': 2 - height, '\x1b[5~': 2 - height }[
      key
    ];
    const half = { '\x04': height / 2, '\x15': -height / 2, '\x05': 1, '\x19': -1 }[key];
    const lines = Math.trunc((step ?? half ?? 0) * count);
    if (step === undefined && half === undefined) return false;
    const next = Math.max(0, Math.min(this.text.last, top + lines));
    this.host.scrollTo(next);
    const row = half !== undefined && Math.abs(half) > 1 ? this.at.row + lines : this.at.row;
    this.at.row = Math.max(next, Math.min(next + height - 1, row));
    return true;
  }

  private async motionOf(key: string, count: number | undefined): Promise<Motion | undefined> {
    const { text, at } = this;
    const state: MotionState = { text, at, count, ...this.host.view() };
    if (key === 'g') return motion((await this.next()) === 'g' ? 'gg' : '', state);
    if ('fFtT'.includes(key)) {
      const c = await this.next();
      if (c === undefined || c === escapeKey) return undefined;
      this.found = { key, c };
      return inLine(text, at, key, c, count ?? 1);
    }
    if ((key === ';' || key === ',') && this.found) {
      const back = { f: 'F', F: 'f', t: 'T', T: 't' }[this.found.key] ?? 'f';
      return inLine(text, at, key === ';' ? this.found.key : back, this.found.c, count ?? 1);
    }
    if (key === "'" || key === '`') {
      const mark = this.marks.get((await this.next()) ?? '');
      return mark && { to: { ...mark }, lines: key === "'" };
    }
    return motion(key, state);
  }

  /** d, c, y, < and > with the motion that follows (or `given`); the operator again means whole lines. */
  private async operate(operator: string, before: number | undefined, given?: string): Promise<void> {
    let count = before;
    let key = given ?? (await this.next());
    while (given === undefined && key !== undefined && /[1-9]/.test(key)) {
      count = Math.min(mostCount, (count ?? 1) * Number(key));
      key = await this.next();
    }
    if (key === undefined || key === escapeKey) return;
    const region = await this.regionOf(operator, plainKey(key), count);
    if (region) await this.apply(operator, region);
  }

  private async regionOf(
    operator: string,
    key: string,
    count: number | undefined,
  ): Promise<Region | undefined> {
    const { text, at } = this;
    if (key === operator) {
      const end = Math.min(text.last, at.row + (count ?? 1) - 1);
      return { start: { row: at.row, col: 0 }, end: { row: end, col: 0 }, lines: true };
    }
    // `cw` leaves the blanks behind the word.
    const blank = /\s|^$/.test(text.line(at.row)[at.col] ?? '');
    const wanted = operator === 'c' && /[wW]/.test(key) && !blank ? (key === 'w' ? 'e' : 'E') : key;
    const found = await this.motionOf(wanted, count);
    if (!found) return undefined;
    const { to } = found;
    const forward = to.row > at.row || (to.row === at.row && to.col >= at.col);
    const [start, end] = forward ? [{ ...at }, { ...to }] : [{ ...to }, { ...at }];
    if (found.inclusive && forward) end.col++;
    // The last word of a line ends with it.
    if (/[wW]/.test(wanted) && end.row > start.row && !found.lines) {
      end.row = start.row;
      end.col = text.line(start.row).length;
    }
    return { start, end, lines: found.lines ?? '<>'.includes(operator) };
  }

  private async apply(operator: string, region: Region): Promise<void> {
    const { text } = this;
    if (operator === '<' || operator === '>') return this.shift(operator, region);
    this.register = text.copy(region);
    if (operator === 'y') {
      this.at = region.lines ? { row: region.start.row, col: this.at.col } : { ...region.start };
      return;
    }
    text.keep(this.at);
    if (operator === 'c' && region.lines) {
      text.lines.splice(region.start.row, region.end.row - region.start.row + 1, '');
      this.at = { row: region.start.row, col: 0 };
    } else {
      text.remove(region);
      this.at = region.lines ? { row: Math.min(text.last, region.start.row), col: 0 } : { ...region.start };
    }
    if (operator === 'c') await this.insert(false, true);
  }

  private shift(operator: string, { start, end }: Region): void {
    this.text.keep(this.at);
    for (let row = start.row; row <= end.row; row++) {
      const line = this.text.line(row);
      this.text.lines[row] =
        operator === '<' ? line.replace(/^(?:\t| {1,8})/, '') : line === '' ? line : `\t${line}`;
    }
    this.at = { row: start.row, col: Math.max(0, this.text.line(start.row).search(/\S|$/)) };
  }

  private async open(below: boolean): Promise<void> {
    const { text, at } = this;
    const indent = this.autoIndent ? (/^\s*/.exec(text.line(at.row))?.[0] ?? '') : '';
    text.keep(at);
    const row = at.row + (below ? 1 : 0);
    text.lines.splice(row, 0, indent);
    this.at = { row, col: indent.length };
    await this.insert(false, true);
  }

  /** Insert mode, up to Escape. `kept`: the state before it is kept already. */
  private async insert(over = false, kept = false): Promise<void> {
    let isKept = kept;
    this.mode = over ? 'replace' : 'insert';
    for (;;) {
      this.clamp();
      const key = await this.next();
      if (key === undefined || key === escapeKey || key === '\x03') break;
      // Looking around in insert mode changes nothing.
      if (!isKept && !(key.startsWith('\x1b') && key !== '\x1b[3~')) {
        this.text.keep(this.at);
        isKept = true;
      }
      this.type(key, over);
    }
    this.mode = 'normal';
    this.at.col = Math.max(0, this.at.col - 1);
  }

  private type(key: string, over: boolean): void {
    const { text, at } = this;
    const line = text.line(at.row);
    if (key === '\x7f' || key === '\b') {
      if (at.col > 0) {
        text.lines[at.row] = line.slice(0, at.col - 1) + line.slice(at.col);
        at.col--;
      } else if (at.row > 0) {
        const before = text.line(at.row - 1);
        text.lines.splice(at.row - 1, 2, before + line);
        this.at = { row: at.row - 1, col: before.length };
      }
    } else if (key === '\x1b[3~') text.lines[at.row] = line.slice(0, at.col) + line.slice(at.col + 1);
    else if (key === '\r' || key === '\n') {
      const indent = this.autoIndent ? (/^\s*/.exec(line)?.[0] ?? '') : '';
      this.at = text.insert(at, `\n${indent}`);
    } else if (key.length === 1 && (key >= ' ' || key === '\t')) {
      if (over) text.lines[at.row] = line.slice(0, at.col) + line.slice(at.col + 1);
      this.at = text.insert(at, key);
    } else {
      const moved = motion(plainKey(key), { text, at, count: undefined, ...this.host.view() });
      if (moved && key.startsWith('\x1b')) this.at = { ...moved.to };
    }
  }

  private async replaceOne(count: number): Promise<void> {
    const c = await this.next();
    const { text, at } = this;
    const line = text.line(at.row);
    if (c === undefined || c === escapeKey || at.col + count > line.length) return;
    text.keep(at);
    const put = c === '\r' ? '\n' : c.repeat(count);
    text.lines[at.row] = line.slice(0, at.col) + line.slice(at.col + count);
    const end = text.insert(at, put);
    this.at = put === '\n' ? end : { row: end.row, col: end.col - 1 };
  }

  private changeCase(count: number): void {
    const { text, at } = this;
    const line = text.line(at.row);
    if (line === '') return;
    text.keep(at);
    const part = line.slice(at.col, at.col + count);
    const changed = [...part]
      .map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))
      .join('');
    text.lines[at.row] = line.slice(0, at.col) + changed + line.slice(at.col + count);
    at.col += part.length;
  }

  private join(count: number): void {
    const { text, at } = this;
    if (at.row === text.last) return;
    text.keep(at);
    const end = Math.min(text.last, at.row + Math.max(2, count) - 1);
    let joined = text.line(at.row);
    for (let row = at.row + 1; row <= end; row++) {
      const next = text.line(row).trimStart();
      this.at = { row: at.row, col: joined.length };
      joined += next === '' || /\s$/.test(joined) ? next : ` ${next}`;
    }
    text.lines.splice(at.row, end - at.row + 1, joined);
  }

  private put(after: boolean, count: number): void {
    const { text, at, register } = this;
    if (count * register.text.reduce((sum, line) => sum + line.length + 1, 0) > mostPut) {
      this.host.say('Too much text to put');
      return;
    }
    text.keep(at);
    if (register.lines) {
      const row = at.row + (after ? 1 : 0);
      const lines = Array.from({ length: count }, () => register.text).flat();
      text.lines = [...text.lines.slice(0, row), ...lines, ...text.lines.slice(row)];
      this.at = { row, col: Math.max(0, text.line(row).search(/\S|$/)) };
      return;
    }
    const col = Math.min(text.line(at.row).length, at.col + (after ? 1 : 0));
    const end = text.insert({ row: at.row, col }, register.text.join('\n').repeat(count));
    this.at = register.text.length > 1 ? { row: at.row, col } : { row: end.row, col: end.col - 1 };
  }

  private async find(key: '/' | '?'): Promise<void> {
    const line = await this.host.line(key);
    if (line === undefined) return;
    const [, pattern = line] = new RegExp(`^((?:[^\\\\${key}]|\\\\.)*)\\${key}`).exec(line) ?? [];
    if (pattern !== '') {
      const expression = searchExpression(pattern, this.ignoreCase);
      if (typeof expression === 'string') return this.host.say(expression);
      this.pattern = { expression, forward: key === '/' };
    } else if (this.pattern) this.pattern.forward = key === '/';
    await this.again(true);
  }

  private async again(same: boolean): Promise<void> {
    if (!this.pattern) {
      this.host.say('No previous search');
      return;
    }
    const { expression, forward } = this.pattern;
    const found = await search(this.text, this.at, expression, forward === same, () => this.host.turn());
    if (found) this.at = found;
    else this.host.say('Pattern not found');
  }
}

/** Commands of one letter that are an operator with a motion. */
const shorthands: Record<string, string | undefined> = {
  x: 'dl',
  '\x1b[3~': 'dl',
  X: 'dh',
  D: 'd$',
  C: 'c$',
  s: 'cl',
  S: 'cc',
  Y: 'yy',
};
