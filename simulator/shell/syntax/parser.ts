import type { Dialect } from '../dialect';
import type { Assignment, CaseItem, Command, SimpleCommand, Word } from './ast';
import { type Source, SyntaxFault } from './source';
import { redirections, reserved, type Token, TokenReader } from './token-reader';

/** Parses a script line by line, as ash does: what stands before a syntax error has been executed. */
export class Parser extends TokenReader {
  constructor(
    text: string,
    /** The text of an alias, when the word is one. */
    protected readonly alias: (name: string) => string | undefined = () => undefined,
    line = 1,
    dialect: Dialect = 'ash',
  ) {
    super(text, line, dialect);
  }

  /** bash: `! ! true` */
  protected readonly repeatsNegation: boolean = false;

  /** A parser of the same dialect for another text. */
  protected another(text: string, line: number): Parser {
    return new Parser(text, this.alias, line);
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
      else {
        this.isOpen = true;
        this.readHereDocuments();
      }
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
    const parser = this.another(text, line);
    const items: { command: Command; background: boolean }[] = [];
    for (let command = parser.nextLine(); command; command = parser.nextLine()) {
      items.push({ command, background: false });
    }
    return items.length === 0 ? undefined : { type: 'list', items };
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

  protected pipeline(): Command {
    let negated = false;
    while (this.isWord('!')) {
      this.next();
      negated = !negated;
      if (!this.repeatsNegation) break;
    }
    const commands = [this.command()];
    while (this.isOperator('|') || this.isOperator('|&')) {
      if (this.isOperator('|&')) alsoErrors(commands[commands.length - 1]);
      this.next();
      this.skipNewlines();
      commands.push(this.command());
    }
    const [only] = commands;
    return commands.length === 1 && only && !negated ? only : { type: 'pipeline', commands, negated };
  }

  protected command(): Command {
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

  protected forCommand(): Command {
    this.next();
    return this.forName();
  }

  protected forName(): Command {
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
        words.push(...this.wordsOf(item.word));
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
      items.push({
        patterns,
        ...(body ? { body } : {}),
        fallThrough: terminator === ';&',
        goesOn: terminator === ';;&',
      });
      if (terminator.startsWith(';')) {
        this.next();
        this.skipNewlines();
      } else if (!this.isWord('esac')) this.unexpected(token, ';;');
    }
    this.next();
    return { type: 'case', word: subject.word, items, redirects: this.redirects() };
  }

  protected doGroup(): Command {
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
      if (inDoubleBrackets(command) && token.type === 'operator' && ['&&', '||'].includes(token.text)) {
        // Within [[ ]] operators are words, but for redirections.
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
            this.next();
            command.assignments.push(this.completed(assignment));
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
        if (this.declares(command, token.word)) continue;
        command.words.push(...this.wordsOf(token.word));
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

  /** Brace expansion, in a dialect that has it. */
  protected wordsOf(word: Word): Word[] {
    return [word];
  }

  /** The assignment with what follows its `=`, once that was taken. */
  protected completed(assignment: Assignment): Assignment {
    return assignment;
  }

  /** Takes an array that is the argument of a declaration, in a dialect that has them. */
  protected declares(_command: SimpleCommand, _word: Word): boolean {
    return false;
  }

  protected assignment(word: Word): Assignment | undefined {
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
}

/** bash: `a |& b` */
function alsoErrors(command: Command | undefined): void {
  if (!command || !('redirects' in command)) return;
  const target = { parts: [{ type: 'text' as const, text: '1', quoted: false }], literal: '1' };
  command.redirects.push({ operator: '>&', fd: 2, target });
}

function inDoubleBrackets(command: SimpleCommand): boolean {
  const first = command.words[0]?.parts[0];
  return (
    first?.type === 'text' && first.text === '[[' && command.words[command.words.length - 1]?.literal !== ']]'
  );
}
