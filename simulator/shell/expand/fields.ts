/** A word in the making: its text, and the same as a pattern in which quoted characters are plain. */
interface Field {
  text: string;
  pattern: string;
  hasPattern: boolean;
}

/** Collects what a word expands to, splitting what was not quoted at IFS (POSIX 2.6.5). */
export class FieldBuilder {
  readonly fields: Field[] = [];
  private current: Field | undefined;
  private closedBySpace = false;

  constructor(private readonly separators: string) {}

  /** Quoted text: it makes a field even when it is empty. */
  quoted(text: string): void {
    const field = this.open();
    field.text += text;
    field.pattern += /[\\*?[\]]/.test(text) ? text.replace(/[\\*?[\]]/g, '\\$&') : text;
  }

  /** Literal text that stood unquoted in the script: not split. */
  plain(text: string): void {
    if (text === '') return;
    const field = this.open();
    field.text += text;
    field.pattern += text;
    if (/[*?[\\]/.test(text)) field.hasPattern = true;
  }

  /** What an unquoted expansion gave: split. */
  split(value: string): void {
    if (value === '') return;
    let run = '';
    for (let i = 0; i < value.length; i++) {
      const c = value[i] as string;
      if (!this.separators.includes(c)) {
        run += c;
        continue;
      }
      if (run !== '') {
        this.unquoted(run);
        run = '';
      }
      if (c === ' ' || c === '\t' || c === '\n') {
        if (this.current) {
          this.close();
          this.closedBySpace = true;
        }
      } else if (this.closedBySpace) this.closedBySpace = false;
      else {
        this.open();
        this.close();
      }
    }
    if (run !== '') this.unquoted(run);
  }

  /** Ends the current field, if one has begun. */
  close(): void {
    if (this.current) this.fields.push(this.current);
    this.current = undefined;
    this.closedBySpace = false;
  }

  private unquoted(text: string): void {
    const field = this.open();
    field.text += text;
    // A backslash that comes out of an expansion is plain, pattern characters are not.
    field.pattern += text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
    if (/[*?[]/.test(text)) field.hasPattern = true;
  }

  private open(): Field {
    this.closedBySpace = false;
    this.current ??= { text: '', pattern: '', hasPattern: false };
    return this.current;
  }
}
