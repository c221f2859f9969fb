/** A script that is not one: `message` is ash's wording after `syntax error: `. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  constructor(
    message: string,
    readonly line: number,
    /** More input could mend it: an interactive shell asks for another line. */
    readonly incomplete = false,
  ) {
    super(message);
  }
}

/** The text of a script and a place in it. Backslash-newline counts as nothing. */
export class Source {
  position = 0;
  line = 1;

  constructor(readonly text: string) {}

  get done(): boolean {
    this.skipContinuation();
    return this.position >= this.text.length;
  }

  /** The next character without taking it; '' at the end. */
  peek(ahead = 0): string {
    this.skipContinuation();
    return this.text[this.position + ahead] ?? '';
  }

  take(): string {
    this.skipContinuation();
    const character = this.text[this.position++] ?? '';
    if (character === '\n') this.line++;
    return character;
  }

  /** As it stands, even backslash-newline: for single quotes and quoted here-documents. */
  takeRaw(): string {
    const character = this.text[this.position++] ?? '';
    if (character === '\n') this.line++;
    return character;
  }

  startsWith(text: string): boolean {
    this.skipContinuation();
    return this.text.startsWith(text, this.position);
  }

  private skipContinuation(): void {
    while (this.text[this.position] === '\\' && this.text[this.position + 1] === '\n') {
      this.position += 2;
      this.line++;
    }
  }
}
