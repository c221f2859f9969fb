import { decode, encode } from '../../files/byte-string';
import type { Process } from '../../runtime/process';

/** Lines that are remembered (HISTSIZE of bash; of BusyBox's the default is of that order). */
const mostLines = 500;

/** The lines typed at the prompt of a shell, with a file that outlives it. */
export class History {
  readonly lines: string[] = [];
  /** Lines that came after the file was read. */
  private added: string[] = [];

  constructor(
    private readonly process: Process,
    private readonly path: () => string | undefined,
  ) {}

  /** Reads the file, if there is one. */
  load(): void {
    const path = this.path();
    if (path === undefined) return;
    try {
      const text = decode(this.process.files.readFile(path));
      for (const line of text.split('\n').slice(-mostLines)) if (line !== '') this.lines.push(line);
    } catch {
      // Nothing has been remembered yet.
    }
  }

  add(line: string): void {
    if (line.trim() === '' || line === this.lines.at(-1)) return;
    this.lines.push(line);
    this.added.push(line);
    this.trim();
  }

  /** Appends to the file what came since the last time. */
  save(): void {
    const path = this.path();
    const text = this.added.map((line) => `${line}\n`).join('');
    this.added = [];
    if (path === undefined || text === '') return;
    try {
      const file = this.process.files.open(path, 'a', 0o600);
      file.write(encode(text));
      file.release();
    } catch {
      // A root file system may be read only, or full: a shell says nothing of it.
    }
  }

  /** The latest line before `place` that contains the text; -1 when there is none. */
  find(text: string, place: number): number {
    return this.lines.findLastIndex((line, at) => at < place && line.includes(text));
  }

  private trim(): void {
    if (this.lines.length > mostLines) this.lines.splice(0, this.lines.length - mostLines);
    if (this.added.length > mostLines) this.added.splice(0, this.added.length - mostLines);
  }
}
