/** A character of the text: rows and columns from 0. */
export interface Place {
  row: number;
  col: number;
}

/** What an operator works on: whole lines, or characters from `start` up to `end`. */
export interface Region {
  start: Place;
  end: Place;
  lines: boolean;
}

/** What was deleted or yanked last. */
export interface Register {
  text: string[];
  lines: boolean;
}

/** Lines that all the states kept for undo may have together. */
const mostKeptLines = 1_000_000;

/** The text of an editor: lines without their newline, at least one; and what it was before each change. */
export class EditorText {
  private states: { lines: string[]; at: Place }[] = [];
  /** How many changes lie between this text and the file. */
  changes = 0;

  constructor(public lines: string[] = ['']) {}

  line(row: number): string {
    return this.lines[row] ?? '';
  }

  get last(): number {
    return this.lines.length - 1;
  }

  /** To be called before a change; `at` is where undo puts the cursor. */
  keep(at: Place): void {
    this.states.push({ lines: this.lines, at: { ...at } });
    this.lines = [...this.lines];
    this.changes++;
    let held = this.states.reduce((sum, state) => sum + state.lines.length, 0);
    while (held > mostKeptLines && this.states.length > 1) held -= this.states.shift()?.lines.length ?? 0;
  }

  /** The text before the last change, and where the cursor goes; undefined when there is none. */
  undo(): Place | undefined {
    const state = this.states.pop();
    if (!state) return undefined;
    this.lines = state.lines;
    this.changes--;
    return state.at;
  }

  copy({ start, end, lines }: Region): Register {
    if (lines) return { text: this.lines.slice(start.row, end.row + 1), lines };
    if (start.row === end.row) return { text: [this.line(start.row).slice(start.col, end.col)], lines };
    const between = this.lines.slice(start.row + 1, end.row);
    const text = [this.line(start.row).slice(start.col), ...between, this.line(end.row).slice(0, end.col)];
    return { text, lines };
  }

  remove({ start, end, lines }: Region): void {
    if (lines) {
      this.lines.splice(start.row, end.row - start.row + 1);
      if (this.lines.length === 0) this.lines.push('');
      return;
    }
    const joined = this.line(start.row).slice(0, start.col) + this.line(end.row).slice(end.col);
    this.lines.splice(start.row, end.row - start.row + 1, joined);
  }

  /** Puts text (lines joined by newlines) there; answers where it ends. */
  insert({ row, col }: Place, text: string): Place {
    const line = this.line(row);
    const parts = text.split('\n');
    const ending = parts.at(-1) as string;
    parts[0] = line.slice(0, col) + parts[0];
    const end = { row: row + parts.length - 1, col: (parts.length === 1 ? col : 0) + ending.length };
    parts[parts.length - 1] += line.slice(col);
    this.lines.splice(row, 1, ...parts);
    return end;
  }
}
