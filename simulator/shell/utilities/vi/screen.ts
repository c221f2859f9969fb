import { toBytes } from '../../../files/byte-string';
import type { EditorText, Place } from './text';

const tabWidth = 8;

/** What a terminal shows of a text: lines that are too long are cut off, and the view moves with the cursor. */
export class Screen {
  top = 0;
  private left = 0;
  private shown: string[] = [];

  constructor(
    private readonly size: () => { rows: number; columns: number },
    private readonly write: (bytes: string) => Promise<void> | undefined,
  ) {}

  /** Lines of text; the last one of the terminal tells the status. */
  get height(): number {
    return Math.max(1, this.size().rows - 1);
  }

  /** Everything is drawn anew the next time. */
  forget(): void {
    this.shown = [];
  }

  /** Draws what has changed, the cursor last: in the text, or at the end of the status line. */
  async draw(
    text: EditorText,
    at: Place,
    status: string,
    numbered: boolean,
    inStatus = false,
  ): Promise<void> {
    const { columns } = this.size();
    const { height } = this;
    const margin = numbered ? 8 : 0;
    if (at.row < this.top) this.top = at.row;
    if (at.row >= this.top + height) this.top = at.row - height + 1;
    const column = wide(text.line(at.row).slice(0, at.col)).length;
    const room = Math.max(1, columns - margin);
    if (column < this.left) this.left = column;
    if (column >= this.left + room) this.left = column - room + 1;
    const lines: string[] = [];
    for (let i = 0; i < height; i++) {
      const row = this.top + i;
      const number = numbered ? `${String(row + 1).padStart(7)} ` : '';
      const line = row > text.last ? '~' : number + wide(text.line(row)).slice(this.left, this.left + room);
      lines.push(line);
    }
    lines.push(status.slice(0, columns - 1));
    let out = '';
    for (const [row, line] of lines.entries())
      if (line !== this.shown[row]) out += `\x1b[${row + 1};1H${line}\x1b[K`;
    this.shown = lines;
    out += inStatus
      ? `\x1b[${height + 1};${Math.min(columns, status.length + 1)}H`
      : `\x1b[${at.row - this.top + 1};${column - this.left + margin + 1}H`;
    await this.write(toBytes(out));
  }
}

/** As a terminal shows it: tabs to the next stop, control characters as `^A`. */
function wide(line: string): string {
  let result = '';
  for (const c of line) {
    if (c === '\t') result += ' '.repeat(tabWidth - (result.length % tabWidth));
    else if (c < ' ') result += `^${String.fromCharCode(c.charCodeAt(0) + 64)}`;
    else result += c === '\x7f' ? '^?' : c;
  }
  return result;
}
