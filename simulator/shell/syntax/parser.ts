import type { Assignment, CaseItem, Command, Redirect, SimpleCommand, Word } from './ast';
import { Source, SyntaxFault } from './source';
import { type CommandParser, WordReader } from './words';

const reserved = new Set([
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
const redirections = new Set(['<', '>', '>>', '<>', '>|', '<&', '>&', '<<', '<<-', '<<<', '&>']);

type Token =
  | { type: 'operator'; text: string }
  | { type: 'io-number'; fd: number }
  | { type: 'word'; word: Word; text: string | undefined; line: number }
  | { type: 'end' };

/** Parses a script line by line, as ash does: what stands before a syntax error has been executed. */
export class Parser implements CommandParser {
  private readonly words = new WordReader(this);
  private source: Source;
  private token: Token | undefined;
  private hereDocuments: { redirect: Redirect; delimiter: string; strip: boolean; quoted: boolean }[] = [];

  constructor(
    text: string,
    /** The text of an alias, when the word is one. */
    private readonly alias: (name: string) => string | undefined = () => undefined,
    line = 1,
  ) {
    this.source = new Source(text);
    this.source.line = line;
  }

  get line(): number {
    return this.source.line;
  }

  /** The next complete line, with all it opens; undefined at the end. Throws SyntaxFault. */
  nextLine(): Command | undefined {
    for (;;) {
      const token = this.peek();
      if (token.type === 'end') return undefined;
      if (token.type === 'operator' && token.text === '\n') {
        this.next();
        continue;
      }
      const command = this.list(true);
      const after = this.peek();
      if (after.type === 'operator' && after.text === '\n') this.next();
      else if (after.type !== 'end') this.unexpected(after);
      else this.readHereDocuments();
      return command;
    }
  }

  untilParenthesis(source: Source): Command | undefined {
    return this.nested(source, () => {
      this.skipNewlines();
      const body = this.isOperator(')') ? undefined : this.list(false);
      const token = this.peek();
      if (token.type !== 'operator' || token.text !== ')') this.unexpected(token, ')');
      return body;
    });
  }

  whole(text: string, line: number): Command | undefined {
    const parser = new Parser(text, this.alias, line);
    const items: { command: Command; background: boolean }[] = [];
    for (let command = parser.nextLine(); command; command = parser.nextLine()) {
      items.push({ command, background: false });
    }
    return items.length === 0 ? undefined : { type: 'list', items };
  }

  private nested<T>(source: Source, parse: () => T): T {
    const saved = { source: this.source, token: this.token, hereDocuments: this.hereDocuments };
    this.source = source;
    this.token = undefined;
    this.hereDocuments = [];
    const result = parse();
    Object.assign(this, saved);
    return result;
  }

  /** Commands joined by `;`, `&` and, unless `oneLine`, newlines. */
  private list(oneLine: boolean): Command {
    const items: { command: Command; background: boolean }[] = [];
    for (;;) {
      const command = this.andOr();
      const token = this.peek();
      const separator = token.type === 'operator' ? token.text : '';
      items.push({ command, background: separator === '&' });
      if (separator === ';' || separator === '&') this.next();
      else if (separator !== '\n' || oneLine) break;
      if (!oneLine) this.skipNewlines();
      else if (this.isOperator('\n')) break;
      if (this.atListEnd()) break;
    }
    const [only] = items;
    return items.length === 1 && only && !only.background ? only.command : { type: 'list', items };
  }

  private andOr(): Command {
    let left = this.pipeline();
    for (;;) {
      const token = this.peek();
      if (token.type !== 'operator' || (token.text !== '&&' && token.text !== '||')) return left;
      this.next();
      this.skipNewlines();
      left = { type: 'and-or', left, operator: token.text, right: this.pipeline() };
    }
  }

  private pipeline(): Command {
    let negated = false;
    while (this.isWord('!')) {
      this.next();
      negated = !negated;
    }
    const commands = [this.command()];
    while (this.isOperator('|')) {
      this.next();
      this.skipNewlines();
      commands.push(this.command());
    }
    const [only] = commands;
    return commands.length === 1 && only && !negated ? only : { type: 'pipeline', commands, negated };
  }

  private command(): Command {
    const token = this.peek();
    if (token.type === 'operator' && token.text === '(') {
      this.next();
      this.skipNewlines();
      const body = this.list(false);
      this.expectOperator(')');
      return { type: 'subshell', body, redirects: this.redirects() };
    }
    if (token.type === 'word' && token.text !== undefined && reserved.has(token.text))
      return this.compound(token.text, token);
    if (token.type === 'word' || token.type === 'io-number') return this.simple();
    if (token.type === 'operator' && redirections.has(token.text)) return this.simple();
    return this.unexpected(token);
  }

  private compound(keyword: string, token: Token): Command {
    switch (keyword) {
      case '{': {
        this.next();
        const body = this.compoundList();
        this.expectWord('}');
        return { type: 'group', body, redirects: this.redirects() };
      }
      case 'if':
        return this.ifCommand();
      case 'while':
      case 'until': {
        this.next();
        const condition = this.compoundList();
        const body = this.doGroup();
        return { type: 'loop', until: keyword === 'until', condition, body, redirects: this.redirects() };
      }
      case 'for':
        return this.forCommand();
      case 'case':
        return this.caseCommand();
      case 'function': {
        this.next();
        const name = this.plainWord();
        if (this.isOperator('(')) {
          this.next();
          this.expectOperator(')');
        }
        this.skipNewlines();
        return { type: 'function', name, body: this.command() };
      }
      default:
        return this.unexpected(token);
    }
  }

  private ifCommand(): Command {
    const clauses: { condition: Command; body: Command }[] = [];
    let otherwise: Command | undefined;
    do {
      this.next();
      const condition = this.compoundList();
      this.expectWord('then');
      clauses.push({ condition, body: this.compoundList() });
    } while (this.isWord('elif'));
    if (this.isWord('else')) {
      this.next();
      otherwise = this.compoundList();
    }
    this.expectWord('fi');
    return { type: 'if', clauses, ...(otherwise ? { otherwise } : {}), redirects: this.redirects() };
  }

  private forCommand(): Command {
    this.next();
    const token = this.peek();
    if (token.type !== 'word' || token.text === undefined || !/^[A-Za-z_]\w*$/.test(token.text)) {
      throw new SyntaxFault('bad for loop variable', this.line);
    }
    this.next();
    this.skipNewlines();
    let words: Word[] | undefined;
    if (this.isWord('in')) {
      this.next();
      words = [];
      for (let item = this.peek(); item.type === 'word'; item = this.peek()) {
        words.push(item.word);
        this.next();
      }
      const end = this.peek();
      if (end.type !== 'operator' || (end.text !== ';' && end.text !== '\n')) this.unexpected(end);
      this.next();
    } else if (this.isOperator(';')) this.next();
    this.skipNewlines();
    return {
      type: 'for',
      name: token.text,
      ...(words ? { words } : {}),
      body: this.doGroup(),
      redirects: this.redirects(),
    };
  }

  private caseCommand(): Command {
    this.next();
    const subject = this.peek();
    if (subject.type !== 'word') this.unexpected(subject, 'word');
    this.next();
    this.skipNewlines();
    this.expectWord('in');
    this.skipNewlines();
    const items: CaseItem[] = [];
    while (!this.isWord('esac')) {
      if (this.isOperator('(')) this.next();
      const patterns: Word[] = [];
      for (;;) {
        const pattern = this.peek();
        if (pattern.type !== 'word') return this.unexpected(pattern, 'word');
        patterns.push(pattern.word);
        this.next();
        if (!this.isOperator('|')) break;
        this.next();
      }
      this.expectOperator(')');
      this.skipNewlines();
      const end = () =>
        this.isOperator(';;') || this.isOperator(';&') || this.isOperator(';;&') || this.isWord('esac');
      const body = end() ? undefined : this.list(false);
      const token = this.peek();
      const terminator = token.type === 'operator' ? token.text : '';
      items.push({ patterns, ...(body ? { body } : {}), fallThrough: terminator === ';&' });
      if (terminator.startsWith(';')) {
        this.next();
        this.skipNewlines();
      } else if (!this.isWord('esac')) this.unexpected(token, ';;');
    }
    this.next();
    return { type: 'case', word: subject.word, items, redirects: this.redirects() };
  }

  private doGroup(): Command {
    this.skipNewlines();
    this.expectWord('do');
    const body = this.compoundList();
    this.expectWord('done');
    return body;
  }

  private compoundList(): Command {
    this.skipNewlines();
    if (this.peek().type === 'end') return { type: 'list', items: [] };
    return this.list(false);
  }

  private simple(): Command {
    const first = this.peek();
    const command: SimpleCommand = {
      type: 'simple',
      assignments: [],
      words: [],
      redirects: [],
      line: first.type === 'word' ? first.line : this.line,
    };
    let expandAlias = true;
    const expanded = new Set<string>();
    for (;;) {
      const token = this.peek();
      if (
        inDoubleBrackets(command) &&
        token.type === 'operator' &&
        token.text !== '\n' &&
        token.text !== ';'
      ) {
        // Within [[ ]] operators are words.
        this.next();
        command.words.push({
          parts: [{ type: 'text', text: token.text, quoted: true }],
          literal: token.text,
        });
        continue;
      }
      if (token.type === 'word') {
        if (command.words.length === 0) {
          const assignment = this.assignment(token.word);
          if (assignment) {
            command.assignments.push(assignment);
            this.next();
            continue;
          }
        }
        const text = token.text;
        const alias: string | undefined =
          expandAlias && text !== undefined && !expanded.has(text) ? this.alias(text) : undefined;
        if (alias !== undefined && text !== undefined) {
          this.next();
          expanded.add(text);
          this.insert(alias);
          expandAlias = command.words.length === 0 || alias.endsWith(' ');
          const now = this.peek();
          if (
            command.words.length === 0 &&
            (now.type !== 'word' || (now.text !== undefined && reserved.has(now.text)))
          )
            return this.command();
          continue;
        }
        expandAlias = false;
        this.next();
        command.words.push(token.word);
        if (
          command.words.length === 1 &&
          text !== undefined &&
          this.isOperator('(') &&
          command.assignments.length === 0
        ) {
          this.next();
          this.expectOperator(')');
          this.skipNewlines();
          if (!/^[^\s"'$`\\]+$/.test(text)) throw new SyntaxFault('bad function name', this.line);
          return { type: 'function', name: text, body: this.command() };
        }
      } else if (token.type === 'io-number' || (token.type === 'operator' && redirections.has(token.text))) {
        command.redirects.push(this.redirect());
      } else return command;
    }
  }

  private assignment(word: Word): Assignment | undefined {
    const [first, ...rest] = word.parts;
    if (first?.type !== 'text' || first.quoted) return undefined;
    const match = /^([A-Za-z_]\w*)=/.exec(first.text);
    if (!match) return undefined;
    const text = first.text.slice(match[0].length);
    const parts = text === '' ? rest : [{ type: 'text' as const, text, quoted: false }, ...rest];
    const [only] = parts;
    const value = this.words.assignmentValue({ parts });
    if (parts.length === 0) value.literal = '';
    else if (value.parts.length === 1 && only?.type === 'text' && value.parts[0]?.type === 'text')
      value.literal = only.text;
    return { name: match[1] as string, value };
  }

  private redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (let token = this.peek(); ; token = this.peek()) {
      if (token.type === 'io-number' || (token.type === 'operator' && redirections.has(token.text)))
        redirects.push(this.redirect());
      else return redirects;
    }
  }

  private redirect(): Redirect {
    let token = this.next();
    const fd = token.type === 'io-number' ? token.fd : undefined;
    if (token.type === 'io-number') token = this.next();
    if (token.type !== 'operator') return this.unexpected(token);
    const operator = token.text as Redirect['operator'];
    const target = this.peek();
    if (target.type !== 'word') return this.unexpected(target);
    const redirect: Redirect = {
      operator,
      fd: fd ?? (operator.startsWith('<') ? 0 : 1),
      target: target.word,
    };
    if (operator === '<<' || operator === '<<-') {
      const quoted = target.word.parts.some((part) => part.type === 'text' && part.quoted);
      const delimiter = target.word.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
      this.hereDocuments.push({ redirect, delimiter, strip: operator === '<<-', quoted });
    }
    this.next();
    return redirect;
  }

  private readHereDocuments(): void {
    for (const { redirect, delimiter, strip, quoted } of this.hereDocuments.splice(0)) {
      let text = '';
      for (;;) {
        if (this.source.position >= this.source.text.length) break;
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

  private insert(text: string): void {
    const rest = this.source.text.slice(this.source.position);
    const line = this.source.line;
    this.source = new Source(`${text} ${rest}`);
    this.source.line = line;
    this.token = undefined;
  }

  private next(): Token {
    const token = this.peek();
    this.token = undefined;
    if (token.type === 'operator' && token.text === '\n') this.readHereDocuments();
    return token;
  }

  private peek(): Token {
    this.token ??= this.scan();
    return this.token;
  }

  private scan(): Token {
    const source = this.source;
    while (source.peek() === ' ' || source.peek() === '\t') source.take();
    if (source.peek() === '#')
      while (source.peek() !== '' && source.text[source.position] !== '\n') source.takeRaw();
    if (source.done) return { type: 'end' };
    const digit = source.peek();
    if (digit >= '0' && digit <= '9') {
      const after = source.peek(1);
      if (after === '<' || after === '>') return { type: 'io-number', fd: Number(source.take()) };
    }
    const operator = operators.find((text) => source.startsWith(text));
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

  private skipNewlines(): void {
    while (this.isOperator('\n')) this.next();
  }

  private isOperator(text: string): boolean {
    const token = this.peek();
    return token.type === 'operator' && token.text === text;
  }

  private isWord(text: string): boolean {
    const token = this.peek();
    return token.type === 'word' && token.text === text;
  }

  private plainWord(): string {
    const token = this.next();
    if (token.type !== 'word' || token.text === undefined) return this.unexpected(token);
    return token.text;
  }

  private atListEnd(): boolean {
    const token = this.peek();
    if (token.type === 'end') return true;
    if (token.type === 'operator') return [')', ';;', ';&', ';;&'].includes(token.text);
    return (
      token.type === 'word' &&
      ['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'].includes(token.text ?? '')
    );
  }

  private expectOperator(text: string): void {
    if (!this.isOperator(text)) this.unexpected(this.peek(), text);
    this.next();
  }

  private expectWord(text: string): void {
    if (!this.isWord(text)) this.unexpected(this.peek(), text);
    this.next();
  }

  /** ash's wording: `unexpected word (expecting "do")`. */
  private unexpected(token: Token, expected?: string): never {
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

function inDoubleBrackets(command: SimpleCommand): boolean {
  const first = command.words[0]?.parts[0];
  return (
    first?.type === 'text' && first.text === '[[' && command.words[command.words.length - 1]?.literal !== ']]'
  );
}
