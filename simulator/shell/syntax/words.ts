import type { Dialect } from '../dialect';
import type { Command, ParameterOperator, Part, Word } from './ast';
import { type BracedName, bashOperator, bracedName } from './bash-parameters';
import { type Source, SyntaxFault } from './source';

/** Parses the inside of `$(…)`, up to and with its `)`; a whole text for backquotes. */
export interface CommandParser {
  untilParenthesis(source: Source): Command | undefined;
  whole(text: string, line: number): Command | undefined;
}

const nameStart = /[A-Za-z_]/;
const nameCharacter = /[A-Za-z0-9_]/;
const special = '@*#?-$!';
const wordEnd = ' \t\n;&|<>()';

/** Reads words: quotes, expansions and plain text (POSIX 2.2, 2.6). */
export class WordReader {
  constructor(
    private readonly commands: CommandParser,
    private readonly dialect: Dialect = 'ash',
  ) {}

  /** One word of a command; undefined when none begins here. */
  read(source: Source): Word | undefined {
    const parts: Part[] = [];
    const start = source.position;
    this.tilde(source, parts, wordEnd);
    for (let c = source.peek(); c !== ''; c = source.peek()) {
      if (this.atProcess(source)) this.process(source, parts);
      else if (wordEnd.includes(c)) break;
      else this.piece(source, parts, false);
    }
    if (source.position === start && parts.length === 0) return undefined;
    return finish(parts);
  }

  /** Whether `<(` or `>(` stands here, in a dialect that knows process substitution. */
  atProcess(source: Source): boolean {
    const c = source.peek();
    return (c === '<' || c === '>') && source.text[source.position + 1] === '(' && this.dialect !== 'dash';
  }

  private process(source: Source, parts: Part[]): void {
    const direction = source.take() as '<' | '>';
    source.take();
    parts.push({ type: 'process', direction, body: this.commands.untilParenthesis(source), quoted: true });
  }

  /** The text of a here-document whose delimiter was not quoted, or a prompt: expansions, no quotes. */
  hereDocument(source: Source): Word {
    const parts: Part[] = [];
    while (!source.done) this.inQuotes(source, parts, '`$\\');
    return finish(parts);
  }

  /** A value after `=`: tildes also after each colon. */
  assignmentValue(word: Word): Word {
    const [first, ...rest] = word.parts;
    if (first?.type !== 'text' || first.quoted || !/(^|:)~/.test(first.text)) return word;
    const parts: Part[] = [];
    for (const piece of first.text.split(/((?:^|(?<=:))~[^:/]*)/)) {
      if (piece.startsWith('~')) parts.push({ type: 'tilde', user: piece.slice(1) });
      else if (piece !== '') parts.push({ type: 'text', text: piece, quoted: false });
    }
    return { parts: [...parts, ...rest] };
  }

  /** One character, quote or expansion outside of double quotes. */
  private piece(source: Source, parts: Part[], inBraces: boolean): void {
    const c = source.peek();
    if (c === '\\') {
      source.take();
      const next = source.takeRaw();
      if (next === '') addText(parts, '\\', true);
      else addText(parts, next, true);
    } else if (c === "'") {
      source.take();
      this.singleQuotes(source, parts);
    } else if (c === '"') {
      source.take();
      this.doubleQuotes(source, parts);
    } else if (c === '$') this.dollar(source, parts, false);
    else if (c === '`') this.backquotes(source, parts, false);
    else if (!inBraces) {
      // Plain text up to the next special character, in one go.
      const match = plain.exec(source.text.slice(source.position, source.position + 256));
      if (match) {
        source.position += match[0].length;
        addText(parts, match[0], false);
      } else addText(parts, source.take(), false);
    } else addText(parts, source.take(), false);
  }

  private singleQuotes(source: Source, parts: Part[]): void {
    const end = source.text.indexOf("'", source.position);
    if (end < 0) throw new SyntaxFault('unterminated quoted string', source.line, true);
    const text = source.text.slice(source.position, end);
    for (const c of text) if (c === '\n') source.line++;
    source.position = end + 1;
    addText(parts, text, true);
  }

  private doubleQuotes(source: Source, parts: Part[]): void {
    const before = parts.length;
    for (;;) {
      const c = source.peek();
      if (c === '') throw new SyntaxFault('unterminated quoted string', source.line, true);
      if (c === '"') {
        source.take();
        if (parts.length === before) addText(parts, '', true);
        return;
      }
      this.inQuotes(source, parts, '`$"\\');
    }
  }

  private inQuotes(source: Source, parts: Part[], escapable: string): void {
    const c = source.peek();
    if (c === '$') this.dollar(source, parts, true);
    else if (c === '`') this.backquotes(source, parts, true);
    else if (c === '\\') {
      source.take();
      const next = source.peek();
      if (next !== '' && escapable.includes(next)) addText(parts, source.takeRaw(), true);
      else addText(parts, '\\', true);
    } else addText(parts, source.take(), true);
  }

  private dollar(source: Source, parts: Part[], quoted: boolean): void {
    source.take();
    const c = source.peek();
    if (c === '(') {
      if (source.peek(1) === '(' && this.arithmetic(source, parts, quoted)) return;
      source.take();
      parts.push({ type: 'command', body: this.commands.untilParenthesis(source), quoted });
    } else if (c === '{') {
      source.take();
      parts.push(this.braces(source, quoted));
    } else if (nameStart.test(c)) {
      parts.push({ type: 'parameter', name: takeName(source), colon: false, quoted });
    } else if (c !== '' && (special.includes(c) || (c >= '0' && c <= '9'))) {
      parts.push({ type: 'parameter', name: source.take(), colon: false, quoted });
    } else if (c === "'" && !quoted) {
      source.take();
      this.dollarQuotes(source, parts);
    } else addText(parts, '$', quoted);
  }

  /** `$((…))`; false (nothing taken) when it turns out to be a subshell in a command substitution. */
  private arithmetic(source: Source, parts: Part[], quoted: boolean): boolean {
    const { position, line } = source;
    source.take();
    source.take();
    const inner: Part[] = [];
    let depth = 0;
    for (;;) {
      const c = source.peek();
      if (c === '') throw new SyntaxFault("missing '))'", source.line, true);
      if (c === '(') depth++;
      if (c === ')') {
        if (depth === 0) {
          if (source.peek(1) === ')') break;
          Object.assign(source, { position, line });
          return false;
        }
        depth--;
      }
      if (c === '"') source.take();
      else this.inQuotes(source, inner, '`$"\\');
    }
    source.take();
    source.take();
    parts.push({ type: 'arithmetic', expression: finish(inner), quoted });
    return true;
  }

  private braces(source: Source, quoted: boolean): Part {
    const bad = (): Part => {
      let depth = 0;
      for (let c = source.take(); c !== ''; c = source.take()) {
        if (c === '{') depth++;
        if (c === '}' && depth-- === 0) break;
      }
      return { type: 'parameter', name: '', operator: 'bad', colon: false, quoted };
    };
    if (source.peek() === '#' && source.peek(1) !== '}' && /[A-Za-z_0-9@*?$!#-]/.test(source.peek(1))) {
      const after = source.peek(2);
      if (nameCharacter.test(source.peek(1)) || after === '}') {
        source.take();
        const measured = this.bracedName(source);
        if (source.take() !== '}') return bad();
        return { type: 'parameter', ...measured, operator: 'length', colon: false, quoted };
      }
    }
    const named = this.bracedName(source);
    if (named.name === '') return bad();
    let c = source.take();
    if (c === '}') return { type: 'parameter', ...named, colon: false, quoted };
    let colon = false;
    if (c === ':') {
      if (!'-=?+'.includes(source.peek()) || source.peek() === '') {
        return {
          type: 'parameter',
          ...named,
          operator: 'substring',
          colon: false,
          word: this.braceWord(source, quoted, '}'),
          quoted,
        };
      }
      colon = true;
      c = source.take();
    }
    if ('-=?+'.includes(c) && c !== '') {
      const operator = c as ParameterOperator;
      return {
        type: 'parameter',
        ...named,
        operator,
        colon,
        word: this.braceWord(source, quoted, '}'),
        quoted,
      };
    }
    if (c === '#' || c === '%') {
      let operator = c as ParameterOperator;
      if (source.peek() === c) {
        source.take();
        operator = `${c}${c}` as ParameterOperator;
      }
      return {
        type: 'parameter',
        ...named,
        operator,
        colon,
        word: this.braceWord(source, false, '}'),
        quoted,
      };
    }
    if (c === '/') {
      const operator = source.peek() === '/' ? '//' : '/';
      if (operator === '//') source.take();
      const word = this.braceWord(source, false, '/}');
      const replaced = source.text[source.position - 1] === '/';
      const replacement = replaced ? this.braceWord(source, quoted, '}') : { parts: [] };
      return { type: 'parameter', ...named, operator, colon, word, replacement, quoted };
    }
    const special =
      this.dialect === 'bash'
        ? bashOperator(source, c, named, () => this.braceWord(source, false, '}'))
        : undefined;
    if (special) return { type: 'parameter', ...named, ...special, colon, quoted };
    if (c === '') throw new SyntaxFault("missing '}'", source.line, true);
    return bad();
  }

  private bracedName(source: Source): BracedName {
    if (this.dialect !== 'bash') return { name: parameterName(source) };
    return bracedName(source, parameterName, () => this.braceWord(source, false, ']'));
  }

  /** The word inside braces, up to (and taking) one of `ends`. */
  private braceWord(source: Source, quoted: boolean, ends: string): Word {
    const parts: Part[] = [];
    if (!quoted) this.tilde(source, parts, `${ends}/`);
    for (;;) {
      const c = source.peek();
      if (c === '') throw new SyntaxFault("missing '}'", source.line, true);
      if (ends.includes(c)) {
        source.take();
        return finish(parts);
      }
      if (!quoted) this.piece(source, parts, true);
      else if (c === '"') {
        // Quotes within quotes: the inside counts as quoted all the same.
        source.take();
        this.doubleQuotes(source, parts);
      } else if (c === '\\' && (source.peek(1) === '}' || source.peek(1) === '/')) {
        source.take();
        addText(parts, source.takeRaw(), true);
      } else this.inQuotes(source, parts, '`$"\\}');
    }
  }

  private backquotes(source: Source, parts: Part[], quoted: boolean): void {
    const line = source.line;
    source.take();
    let text = '';
    for (;;) {
      const c = source.takeRaw();
      if (c === '') throw new SyntaxFault('EOF in backquote substitution', source.line, true);
      if (c === '`') break;
      if (c === '\\') {
        const next = source.takeRaw();
        if ('`$\\'.includes(next) || (quoted && next === '"')) text += next;
        else text += `\\${next}`;
      } else text += c;
    }
    parts.push({ type: 'command', body: this.commands.whole(text, line), quoted });
  }

  /** `$'…'`: escapes as in printf. */
  private dollarQuotes(source: Source, parts: Part[]): void {
    let text = '';
    for (;;) {
      const c = source.takeRaw();
      if (c === '') throw new SyntaxFault('unterminated quoted string', source.line, true);
      if (c === "'") break;
      if (c !== '\\') {
        text += c;
        continue;
      }
      const rest = source.text.slice(source.position, source.position + 4);
      const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
      const hex = /^x([0-9A-Fa-f]{1,2})/.exec(rest);
      if (octal) {
        text += String.fromCharCode(Number.parseInt(octal, 8) & 255);
        source.position += octal.length;
      } else if (hex) {
        text += String.fromCharCode(Number.parseInt(hex[1] as string, 16));
        source.position += hex[0].length;
      } else {
        const next = source.takeRaw();
        text += escapes[next] ?? (`'"\\`.includes(next) ? next : `\\${next}`);
      }
    }
    addText(parts, text, true);
  }

  private tilde(source: Source, parts: Part[], ends: string): void {
    if (source.peek() !== '~') return;
    const match = /^~([A-Za-z0-9_.-]*)/.exec(source.text.slice(source.position, source.position + 64));
    const after = source.text[source.position + (match?.[0].length ?? 0)] ?? '';
    if (!match || !(after === '' || after === '/' || ends.includes(after))) return;
    source.position += match[0].length;
    parts.push({ type: 'tilde', user: match[1] ?? '' });
  }
}

const plain = /^[^ \t\n;&|<>()\\'"$`]+/;
const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  e: '\x1b',
  E: '\x1b',
};

function takeName(source: Source): string {
  let name = '';
  while (nameCharacter.test(source.peek())) name += source.take();
  return name;
}

function parameterName(source: Source): string {
  const c = source.peek();
  if (nameStart.test(c)) return takeName(source);
  if (c >= '0' && c <= '9') {
    let digits = '';
    while (source.peek() >= '0' && source.peek() <= '9') digits += source.take();
    return digits;
  }
  return c !== '' && special.includes(c) ? source.take() : '';
}

function addText(parts: Part[], text: string, quoted: boolean): void {
  const last = parts[parts.length - 1];
  if (last?.type === 'text' && last.quoted === quoted) last.text += text;
  else parts.push({ type: 'text', text, quoted });
}

function finish(parts: Part[]): Word {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text' && (first.quoted || !/[*?[]/.test(first.text))) {
    return { parts, literal: first.text };
  }
  return { parts };
}
