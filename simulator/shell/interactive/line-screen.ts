/** What a terminal shows of the line that is edited: the prompt, the line in as many rows as it takes, the cursor. */
export class LineScreen {
  /** Columns from the beginning of the prompt's last row to the cursor. */
  private cursor = 0;

  constructor(
    private readonly columns: () => number,
    private readonly write: (text: string) => Promise<void> | undefined,
  ) {}

  /** The prompt of a line that begins on a fresh row. */
  async begin(prompt: string): Promise<void> {
    await this.write(prompt);
    this.cursor = width(lastRow(prompt));
  }

  /** The whole line anew, the cursor behind `before`. */
  async draw(prompt: string, before: string, after: string): Promise<void> {
    const columns = Math.max(1, this.columns());
    const shown = lastRow(prompt) + before;
    const end = width(shown + after);
    // A terminal goes to the next row with the next character only.
    const wrap = end > 0 && end % columns === 0 ? '\n' : '';
    const up = Math.floor(this.cursor / columns);
    await this.write(
      `${up > 0 ? `\x1b[${up}A` : ''}\r${shown}${after}${wrap}\x1b[J${steps(end, width(shown), columns)}`,
    );
    this.cursor = width(shown);
  }

  /** Text at the end of the line, behind the cursor. */
  async append(prompt: string, before: string, text: string): Promise<void> {
    const columns = Math.max(1, this.columns());
    const end = this.cursor + width(text);
    if (Math.floor(end / columns) !== Math.floor(this.cursor / columns)) {
      await this.draw(prompt, before + text, '');
      return;
    }
    await this.write(text);
    this.cursor = end;
  }

  /** The cursor goes behind `before`. */
  async move(prompt: string, before: string): Promise<void> {
    const to = width(lastRow(prompt) + before);
    await this.write(steps(this.cursor, to, Math.max(1, this.columns())));
    this.cursor = to;
  }
}

const lastRow = (prompt: string): string => prompt.slice(prompt.lastIndexOf('\n') + 1);

/** Columns that bytes take: a character of UTF-8 one, sequences for colours none. */
function width(text: string): number {
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x80-\xbf]/g, '').length;
}

/** From one column to another, both counted from the first row on. */
function steps(from: number, to: number, columns: number): string {
  const rows = Math.floor(to / columns) - Math.floor(from / columns);
  const across = (to % columns) - (from % columns);
  const down = rows === 0 ? '' : `\x1b[${Math.abs(rows)}${rows < 0 ? 'A' : 'B'}`;
  return down + (across === 0 ? '' : `\x1b[${Math.abs(across)}${across < 0 ? 'D' : 'C'}`);
}
