import { decode } from '../../files/byte-string';
import type { OpenFile } from '../../files/open-file';
import { matchesOf } from './regular-expression';
import type { SedAddress, SedCommand } from './sed-script';
import type { Utility } from './utility';

/** Spaces of this size are counted as memory. */
const noticeableBytes = 1 << 18;

interface Line {
  text: string;
  newline: boolean;
}

/** One run of a script over its input. */
export class SedEditor {
  /** Output of -i instead of standard output. */
  gathered: string[] | undefined;
  opened = 0;
  exitCode = 0;
  private pattern = '';
  private hold = '';
  private number = 0;
  private newline = true;
  private missingNewline = false;
  private readonly appended: string[] = [];
  private readonly active = new Map<SedCommand, number | true>();
  private readonly files = new Map<string, number>();
  private lookahead: Line | undefined;
  private source: AsyncGenerator<Line> | undefined;
  private lastExpression: RegExp | undefined;

  constructor(
    private readonly self: Utility,
    private readonly commands: SedCommand[],
    private readonly quiet: boolean,
  ) {}

  async run(paths: string[]): Promise<void> {
    this.source = this.lines(paths);
    this.lookahead = await this.pull();
    while (await this.advance()) {
      const outcome = await this.cycle();
      if (outcome === 'quit') break;
    }
  }

  async closeFiles(): Promise<void> {
    for (const fd of this.files.values()) this.self.process.closeFd(fd);
  }

  private async *lines(paths: string[]): AsyncGenerator<Line> {
    for (const path of paths) {
      const file: OpenFile | undefined = await this.self.open(path, path);
      if (!file) continue;
      this.opened++;
      try {
        for await (const { lines, complete } of this.self.lines(file)) {
          for (let i = 0; i < lines.length; i++)
            yield { text: lines[i] as string, newline: complete || i < lines.length - 1 };
        }
      } catch (error) {
        await this.self.warnError(`read error`, error);
      } finally {
        file.release();
      }
    }
  }

  private async pull(): Promise<Line | undefined> {
    const next = await this.source?.next();
    return next?.done ? undefined : next?.value;
  }

  /** The next line into the pattern space; false at the end. */
  private async advance(append = false): Promise<boolean> {
    const line = this.lookahead;
    if (!line) return false;
    this.lookahead = await this.pull();
    this.number++;
    this.pattern = append ? `${this.pattern}\n${line.text}` : line.text;
    this.newline = line.newline;
    return true;
  }

  private async cycle(): Promise<'quit' | undefined> {
    let restart = true;
    while (restart) {
      restart = false;
      let index = 0;
      while (index < this.commands.length) {
        const turn = this.self.process.checkpoint();
        if (turn) await turn;
        const command = this.commands[index] as SedCommand;
        if (!this.selects(command)) {
          index = command.letter === '{' ? (command.jump as number) : index + 1;
          continue;
        }
        switch (command.letter) {
          case '{':
          case '}':
          case ':':
          case '#':
            break;
          case '=':
            await this.out(`${this.number}\n`);
            break;
          case 'a':
            this.appended.push(`${command.text}\n`);
            break;
          case 'i':
            await this.out(`${command.text}\n`);
            break;
          case 'c':
            if (!command.second || command.negated || !this.active.has(command))
              await this.out(`${command.text}\n`);
            await this.flushAppended();
            return undefined;
          case 'b':
            index = command.jump as number;
            continue;
          case 't':
            if (this.substituted) {
              this.substituted = false;
              index = command.jump as number;
              continue;
            }
            break;
          case 'T':
            if (!this.substituted) {
              index = command.jump as number;
              continue;
            }
            this.substituted = false;
            break;
          case 'd':
            await this.flushAppended();
            this.substituted = false;
            return undefined;
          case 'D': {
            const newline = this.pattern.indexOf('\n');
            await this.flushAppended();
            if (newline < 0) return undefined;
            this.pattern = this.pattern.slice(newline + 1);
            restart = true;
            break;
          }
          case 'g':
            this.pattern = this.hold;
            break;
          case 'G':
            this.pattern = `${this.pattern}\n${this.hold}`;
            this.countMemory();
            break;
          case 'h':
            this.hold = this.pattern;
            break;
          case 'H':
            this.hold = `${this.hold}\n${this.pattern}`;
            this.countMemory();
            break;
          case 'x':
            [this.pattern, this.hold] = [this.hold, this.pattern];
            break;
          case 'l':
            // BusyBox takes the command, and does nothing.
            if (this.self.gnu) await this.out(`${visible(this.pattern)}$\n`);
            break;
          case 'n':
            if (!this.lookahead) return this.quit();
            if (!this.quiet) await this.out(this.pattern + this.ending());
            await this.flushAppended();
            await this.advance();
            break;
          case 'N':
            if (!this.lookahead) return this.quit();
            await this.flushAppended();
            await this.advance(true);
            break;
          case 'p':
            await this.out(`${this.pattern}\n`);
            break;
          case 'P':
            await this.out(`${this.pattern.split('\n', 1)[0]}\n`);
            break;
          case 'q':
            this.exitCode = command.number ?? 0;
            return this.quit();
          case 'Q':
            this.exitCode = command.number ?? 0;
            return 'quit';
          case 'r':
            this.appended.push(this.content(command.text ?? ''));
            break;
          case 's':
            await this.substitute(command);
            break;
          case 'w':
            await this.writeFile(command.text ?? '', `${this.pattern}\n`);
            break;
          case 'y':
            this.pattern = [...this.pattern].map((c) => command.map?.get(c) ?? c).join('');
            break;
        }
        if (restart) break;
        index++;
      }
    }
    this.substituted = false;
    if (!this.quiet) await this.out(this.pattern + this.ending());
    await this.flushAppended();
    return undefined;
  }

  private substituted = false;

  private ending(): string {
    return this.newline || this.lookahead ? '\n' : '';
  }

  private async quit(): Promise<'quit'> {
    if (!this.quiet) await this.out(this.pattern + this.ending());
    await this.flushAppended();
    return 'quit';
  }

  private selects(command: SedCommand): boolean {
    return this.inRange(command) !== command.negated;
  }

  private inRange(command: SedCommand): boolean {
    const { first, second } = command;
    if (!first) return true;
    if (!second) return this.matches(first);
    const state = this.active.get(command);
    if (state === undefined) {
      // GNU: with line 0 the second address may match on the first line. Elsewhere there is no such line.
      const begins = first.line === 0 ? this.self.gnu && this.number === 1 : this.matches(first);
      if (!begins) return false;
      if (first.line === 0 && second.expression && this.matches(second)) return true;
      if (second.line !== undefined && second.line <= this.number) return true;
      if (second.plus !== undefined) {
        if (second.plus > 0) this.active.set(command, this.number + second.plus);
        return true;
      }
      this.active.set(command, second.line ?? true);
      return true;
    }
    if (typeof state === 'number') {
      if (this.number >= state) this.active.delete(command);
      return this.number <= state;
    }
    if (this.matches(second)) this.active.delete(command);
    return true;
  }

  private matches(address: SedAddress): boolean {
    if (address.last) return this.lookahead === undefined;
    if (address.line !== undefined) {
      if (address.step === undefined) return this.number === address.line;
      return address.step === 0
        ? this.number === address.line
        : this.number >= address.line && (this.number - address.line) % address.step === 0;
    }
    return this.expressionOf(address.expression).test(this.pattern);
  }

  private expressionOf(expression: RegExp | 'last' | undefined): RegExp {
    if (expression && expression !== 'last') {
      this.lastExpression = expression;
      expression.lastIndex = 0;
      return expression;
    }
    if (!this.lastExpression) return this.self.fail('no previous regexp');
    this.lastExpression.lastIndex = 0;
    return this.lastExpression;
  }

  private async substitute(command: SedCommand): Promise<void> {
    const expression = this.expressionOf(command.expression);
    const which = command.number ?? 1;
    let seen = 0;
    let changed = false;
    const before = this.pattern;
    let result = '';
    let position = 0;
    for (const match of matchesOf(before, expression)) {
      seen++;
      if (seen < which) continue;
      result += before.slice(position, match.index) + replacement(command.text ?? '', match, this.self.gnu);
      position = match.index + match[0].length;
      changed = true;
      if (!command.global) break;
    }
    if (!changed) return;
    this.pattern = result + before.slice(position);
    this.countMemory();
    this.substituted = true;
    if (command.print) await this.out(`${this.pattern}\n`);
    if (command.file !== undefined) await this.writeFile(command.file, `${this.pattern}\n`);
  }

  /** Both spaces may grow without end: `:a;s/x/xx/;ta`. */
  private countMemory(): void {
    const bytes = this.pattern.length + this.hold.length;
    if (bytes > noticeableBytes) this.self.process.setMemory(2 * bytes);
  }

  private content(path: string): string {
    try {
      return decode(this.self.process.files.readFile(path));
    } catch {
      return '';
    }
  }

  private async writeFile(path: string, text: string): Promise<void> {
    if (path === '/dev/stdout') return this.out(text);
    let fd = this.files.get(path);
    if (fd === undefined) {
      fd = this.self.process.addFd(await this.self.process.open(path, 'w'));
      this.files.set(path, fd);
    }
    await this.self.process.write(fd, text);
  }

  private async flushAppended(): Promise<void> {
    for (const text of this.appended.splice(0)) await this.out(text);
  }

  /** A line that follows one without a newline gets it first. */
  private async out(text: string): Promise<void> {
    if (text === '') return;
    const full = this.missingNewline ? `\n${text}` : text;
    this.missingNewline = !text.endsWith('\n');
    if (this.gathered) this.gathered.push(full);
    else await this.self.print(full);
  }
}

/** `\\U`, `\\L`, `\\u` and `\\l` are GNU's. */
function replacement(text: string, match: RegExpExecArray, gnu: boolean): string {
  let result = '';
  let mode = '';
  let once = '';
  const add = (piece: string) => {
    let out = piece;
    if (mode === 'U') out = out.toUpperCase();
    else if (mode === 'L') out = out.toLowerCase();
    if (once !== '' && out !== '') {
      out = (once === 'u' ? out.slice(0, 1).toUpperCase() : out.slice(0, 1).toLowerCase()) + out.slice(1);
      once = '';
    }
    result += out;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '&') add(match[0]);
    else if (c === '\\') {
      const next = text[++i] ?? '';
      if (next >= '0' && next <= '9') add(match[Number(next)] ?? '');
      else if (next === 'n') add('\n');
      else if (next === 't') add('\t');
      else if (gnu && 'ULE'.includes(next) && next !== '') mode = next === 'E' ? '' : next;
      else if (gnu && 'ul'.includes(next) && next !== '') once = next;
      else add(next);
    } else add(c);
  }
  return result;
}

function visible(text: string): string {
  const names: Record<string, string> = {
    '\\': '\\\\',
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
    '\x07': '\\a',
  };
  return text.replace(
    /[\\\x00-\x1f\x7f-\xff]/g,
    (c) => names[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
