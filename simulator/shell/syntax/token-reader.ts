import type { Dialect } from '../dialect';
import type { Command, Redirect, Word } from './ast';
import { Source, SyntaxFault } from './source';
import { type CommandParser, WordReader } from './words';

/** Words that mean something where a command begins. */
export const reserved = new Set([
  '!',
  '{',
  '}',
  'case',
  'do',
  'done',
  'elif',
  'else',
  'esac',
  'fi',
  'for',
  'function',
  'if',
  'in',
  'then',
  'until',
  'while',
]);
const operators = [
  '&>>',
  '|&',
  '&&',
  '||',
  ';;&',
  ';;',
  ';&',
  '<<-',
  '<<<',
  '<<',
  '<&',
  '<>',
  '>>',
  '>&',
  '>|',
  '&>',
  '<',
  '>',
  '(',
  ')',
  '|',
  '&',
  ';',
  '\n',
];
const posixOperators = operators.filter((text) => !['&>>', '|&', '<<<'].includes(text));
export const redirections = new Set([
  '<',
  '>',
  '>>',
  '<>',
  '>|',
  '<&',
  '>&',
  '<<',
  '<<-',
  '<<<',
  '&>',
  '&>>',
]);

/** What may stand before a redirection: dash knows one digit, bash variables. */
const descriptors: Record<Dialect, RegExp> = {
  ash: /^(\d{1,9})(?=[<>])/,
  dash: /^(\d)(?=[<>])/,
  bash: /^(?:(\d{1,9})|\{([A-Za-z_]\w*)\})(?=[<>])/,
};

export type Token =
  | { type: 'operator'; text: string }
  | { type: 'io-number'; fd: number; variable?: string }
  | { type: 'word'; word: Word; text: string | undefined; line: number }
  | { type: 'end' };

/** Tokens of a script (POSIX 2.3), with the bodies of here-documents, which begin after the line that names them. */
export abstract class TokenReader implements CommandParser {
  protected readonly words: WordReader;
  private source: Source;
  private token: Token | undefined;
  private hereDocuments: { redirect: Redirect; delimiter: string; strip: boolean; quoted: boolean }[] = [];

  private readonly operators: string[];

  constructor(
    text: string,
    line: number,
    private readonly dialect: Dialect = 'ash',
  ) {
    this.words = new WordReader(this, dialect);
    this.operators = dialect === 'bash' ? operators : posixOperators;
    this.source = new Source(text);
    this.source.line = line;
  }

  abstract untilParenthesis(source: Source): Command | undefined;
  abstract whole(text: string, line: number): Command | undefined;

  /** The text ended before its last line was complete: within a here-document, or at a backslash. */
  isOpen = false;

  /** How much of the text is still to be parsed, in characters. */
  get remaining(): number {
    return this.source.text.length - this.source.position;
  }

  /** Whether nothing but blank space is left to be parsed. */
  get atEnd(): boolean {
    return this.source.text.slice(this.source.position).trim() === '';
  }

  get line(): number {
    return this.source.line;
  }

  protected nested<T>(source: Source, parse: () => T): T {
    const saved = { source: this.source, token: this.token, hereDocuments: this.hereDocuments };
    this.source = source;
    this.token = undefined;
    this.hereDocuments = [];
    const result = parse();
    Object.assign(this, saved);
    return result;
  }

  protected redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (let token = this.peek(); ; token = this.peek()) {
      if (token.type === 'io-number' || (token.type === 'operator' && redirections.has(token.text)))
        redirects.push(this.redirect());
      else return redirects;
    }
  }

  protected redirect(): Redirect {
    let token = this.next();
    const { fd, variable } = token.type === 'io-number' ? token : {};
    if (token.type === 'io-number') token = this.next();
    if (token.type !== 'operator') return this.unexpected(token);
    const operator = token.text as Redirect['operator'];
    const target = this.peek();
    if (target.type !== 'word') return this.unexpected(target);
    const redirect: Redirect = {
      operator,
      fd: fd ?? (operator.startsWith('<') ? 0 : 1),
      target: target.word,
      ...(variable === undefined ? {} : { variable }),
    };
    if (operator === '<<' || operator === '<<-') {
      const quoted = target.word.parts.some((part) => part.type === 'text' && part.quoted);
      const delimiter = target.word.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      this.hereDocuments.push({ redirect, delimiter, strip: operator === '<<-', quoted });
    }
    this.next();
    return redirect;
  }

  protected readHereDocuments(): void {
    for (const { redirect, delimiter, strip, quoted } of this.hereDocuments.splice(0)) {
      let text = '';
      for (;;) {
        if (this.source.position >= this.source.text.length) {
          this.isOpen = true;
          break;
        }
        const { line, raw } = this.bodyLine(quoted);
        const content = strip ? line.replace(/^\t+/, '') : line;
        if (content === delimiter) break;
        text += strip ? raw.replace(/^\t+/, '').replace(/\n\t+/g, '\n') : raw;
      }
      const body = new Source(text);
      body.line = this.source.line;
      redirect.target = quoted
        ? { parts: [{ type: 'text', text, quoted: true }], literal: text }
        : this.words.hereDocument(body);
    }
  }

  private bodyLine(raw: boolean): { line: string; raw: string } {
    const { text, position } = this.source;
    let end = text.indexOf('\n', position);
    if (!raw) {
      while (end > 0 && /(^|[^\\])(\\\\)*\\$/.test(text.slice(position, end))) {
        const next = text.indexOf('\n', end + 1);
        this.source.line++;
        end = next;
      }
    }
    this.source.position = end < 0 ? text.length : end + 1;
    this.source.line++;
    const line = text.slice(position, end < 0 ? undefined : end);
    return { line, raw: end < 0 ? line : `${line}\n` };
  }

  protected insert(text: string): void {
    const rest = this.source.text.slice(this.source.position);
    const line = this.source.line;
    this.source = new Source(`${text} ${rest}`);
    this.source.line = line;
    this.token = undefined;
  }

  protected next(): Token {
    const token = this.peek();
    this.token = undefined;
    if (token.type === 'operator' && token.text === '\n') this.readHereDocuments();
    return token;
  }

  protected peek(): Token {
    this.token ??= this.scan();
    return this.token;
  }

  private scan(): Token {
    const source = this.source;
    while (source.peek() === ' ' || source.peek() === '\t') source.take();
    if (source.peek() === '#')
      while (source.peek() !== '' && source.text[source.position] !== '\n') source.takeRaw();
    if (source.done) return { type: 'end' };
    const number = this.descriptor();
    if (number) return number;
    const operator = this.words.atProcess(source)
      ? undefined
      : this.operators.find((text) => source.startsWith(text));
    if (operator) {
      for (let i = 0; i < operator.length; i++) source.take();
      return { type: 'operator', text: operator };
    }
    const line = source.line;
    const word = this.words.read(source);
    if (!word) return { type: 'end' };
    const [first] = word.parts;
    const plain = word.parts.length === 1 && first?.type === 'text' && !first.quoted;
    return { type: 'word', word, text: plain && first.type === 'text' ? first.text : undefined, line };
  }

  /** The number (bash: or `{name}`) right before a redirection. */
  private descriptor(): Token | undefined {
    const { text, position } = this.source;
    const [all = '', digits, name] =
      descriptors[this.dialect].exec(text.slice(position, position + 64)) ?? [];
    if (all === '') return undefined;
    this.source.position += all.length;
    return { type: 'io-number', fd: Number(digits ?? -1), ...(name === undefined ? {} : { variable: name }) };
  }

  protected skipNewlines(): void {
    while (this.isOperator('\n')) this.next();
  }

  /** What stands right after the token that was looked at or taken last, without a space between. */
  protected follows(text: string): boolean {
    return this.source.startsWith(text);
  }

  /** The raw text up to and with `end` at depth 0 of parentheses, after the token that was taken last, as expansions. */
  protected untilText(ends: readonly string[], missing: string): { word: Word; end: string } {
    const { source } = this;
    let depth = 0;
    let text = '';
    const line = source.line;
    for (;;) {
      const end = depth === 0 && ends.find((each) => source.startsWith(each));
      if (end) {
        for (let i = 0; i < end.length; i++) source.take();
        const inner = new Source(text);
        inner.line = line;
        return { word: this.words.hereDocument(inner), end };
      }
      const c = source.take();
      if (c === '') throw new SyntaxFault(missing, source.line, true);
      if (c === '(') depth++;
      if (c === ')') depth--;
      text += c;
    }
  }

  protected isOperator(text: string): boolean {
    const token = this.peek();
    return token.type === 'operator' && token.text === text;
  }

  protected isWord(text: string): boolean {
    const token = this.peek();
    return token.type === 'word' && token.text === text;
  }

  protected plainWord(): string {
    const token = this.next();
    if (token.type !== 'word' || token.text === undefined) return this.unexpected(token);
    return token.text;
  }

  protected atListEnd(): boolean {
    const token = this.peek();
    if (token.type === 'end') return true;
    if (token.type === 'operator') return [')', ';;', ';&', ';;&'].includes(token.text);
    return (
      token.type === 'word' &&
      ['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'].includes(token.text ?? '')
    );
  }

  protected expectOperator(text: string): void {
    if (!this.isOperator(text)) this.unexpected(this.peek(), text);
    this.next();
  }

  protected expectWord(text: string): void {
    if (!this.isWord(text)) this.unexpected(this.peek(), text);
    this.next();
  }

  /** ash's wording: `unexpected word (expecting "do")`. */
  protected unexpected(token: Token, expected?: string): never {
    const suffix =
      expected === undefined ? '' : ` (expecting ${expected === 'word' ? 'word' : `"${expected}"`})`;
    throw new SyntaxFault(`unexpected ${tokenName(token)}${suffix}`, this.line, token.type === 'end');
  }
}

function tokenName(token: Token): string {
  if (token.type === 'end') return 'end of file';
  if (token.type === 'io-number') return 'redirection';
  if (token.type === 'operator') {
    if (token.text === '\n') return 'newline';
    return redirections.has(token.text) ? 'redirection' : `"${token.text}"`;
  }
  return token.text !== undefined && reserved.has(token.text) ? `"${token.text}"` : 'word';
}
