import type { Assignment, Command, Part, SimpleCommand, Word } from './ast';
import { expandBraces } from './brace-expansion';
import { ConditionParser } from './conditions';
import { Parser } from './parser';

const declarations = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

/** What bash adds to the language: arrays, `[[ ]]`, `(( ))`, braces. */
export class BashParser extends Parser {
  constructor(text: string, alias?: (name: string) => string | undefined, line = 1) {
    super(text, alias, line, 'bash');
  }

  protected override readonly repeatsNegation = true;

  protected override another(text: string, line: number): Parser {
    return new BashParser(text, this.alias, line);
  }

  protected override pipeline(): Command {
    if (!this.isWord('time')) return super.pipeline();
    this.next();
    const portable = this.isWord('-p');
    if (portable) this.next();
    return { type: 'timed', command: super.pipeline(), portable };
  }

  protected override command(): Command {
    if (this.isWord('select')) {
      this.next();
      const loop = this.forName();
      return loop.type === 'for' ? { ...loop, type: 'select' } : loop;
    }
    if (this.isOperator('(') && this.follows('(')) {
      this.next();
      this.next();
      const { word } = this.untilText(['))'], "missing '))'");
      return { type: 'arithmetic', expression: word, redirects: this.redirects() };
    }
    if (this.isWord('[[')) {
      this.next();
      const test = new ConditionParser({
        peek: () => this.peek(),
        next: () => this.next(),
        skipNewlines: () => this.skipNewlines(),
        fail: (token) => this.unexpected(token),
        pattern: () => this.pattern(),
      }).parse();
      return { type: 'conditional', test, redirects: this.redirects() };
    }
    return super.command();
  }

  protected override forCommand(): Command {
    this.next();
    if (!this.isOperator('(') || !this.follows('(')) return this.forName();
    this.next();
    this.next();
    const part = (ends: string[]) => this.untilText(ends, "missing '))'").word;
    const header: [Word, Word, Word] = [part([';']), part([';']), part(['))'])];
    if (this.isOperator(';')) this.next();
    this.skipNewlines();
    return { type: 'counting', header, body: this.doGroup(), redirects: this.redirects() };
  }

  protected override wordsOf(word: Word): Word[] {
    return expandBraces(word);
  }

  protected override declares(command: SimpleCommand, word: Word): boolean {
    const [first] = command.words;
    if (first?.literal === undefined || !declarations.has(first.literal)) return false;
    const assignment = this.assignment(word);
    if (!assignment || !this.follows('(')) return false;
    command.words.push({
      parts: [{ type: 'text', text: assignment.name, quoted: true }],
      literal: assignment.name,
    });
    command.declared ??= [];
    command.declared.push(this.completed(assignment));
    return true;
  }

  protected override assignment(word: Word): Assignment | undefined {
    const plain = super.assignment(word);
    if (plain) return plain;
    const [first] = word.parts;
    if (first?.type !== 'text' || first.quoted) return undefined;
    const [, name, mark] = /^([A-Za-z_]\w*)(\+=|\[)/.exec(first.text) ?? [];
    if (name === undefined || mark === undefined) return undefined;
    if (mark === '+=') return { name, value: rest(word, 0, name.length + 2), append: true };
    for (const [index, part] of word.parts.entries()) {
      if (part.type !== 'text' || part.quoted) continue;
      const from = index === 0 ? name.length + 1 : 0;
      const [found] = /\]\+?=/.exec(part.text.slice(from)) ?? [];
      if (found === undefined) continue;
      const at = part.text.indexOf(found, from);
      const subscript = rest({ parts: word.parts.slice(0, index + 1) }, 0, name.length + 1, at);
      const value = rest(word, index, at + found.length);
      return { name, subscript, value, ...(found === ']+=' ? { append: true } : {}) };
    }
    return undefined;
  }

  /** `x=(…)`: the parenthesis stands right after the `=`. */
  protected override completed(assignment: Assignment): Assignment {
    if (assignment.value.parts.length > 0 || assignment.subscript || !this.follows('(')) return assignment;
    this.next();
    const elements: NonNullable<Assignment['elements']> = [];
    for (;;) {
      this.skipNewlines();
      const token = this.next();
      if (token.type === 'operator' && token.text === ')') return { ...assignment, elements };
      if (token.type !== 'word') return this.unexpected(token);
      const words = [token.word];
      const keyed = this.keyed(token.word) ?? this.keyedWithBlanks(words);
      if (keyed) elements.push(keyed);
      else for (const word of words) for (const value of this.wordsOf(word)) elements.push({ value });
    }
  }

  /** `[key]=value` */
  private keyed(word: Word): { subscript: Word; value: Word } | undefined {
    const [first, ...others] = word.parts;
    if (first?.type !== 'text' || first.quoted || !first.text.startsWith('[')) return undefined;
    const found = this.assignment({ parts: [{ ...first, text: `_${first.text}` }, ...others] });
    return found?.subscript && { subscript: found.subscript, value: found.value };
  }

  /** `[a key]=value`: the words up to the bracket are one. Adds those that it takes to `words`. */
  private keyedWithBlanks(words: Word[]): { subscript: Word; value: Word } | undefined {
    let [whole] = words as [Word];
    const [first] = whole.parts;
    if (first?.type !== 'text' || first.quoted || !first.text.startsWith('[')) return undefined;
    for (let token = this.peek(); token.type === 'word'; token = this.peek()) {
      this.next();
      words.push(token.word);
      whole = { parts: [...whole.parts, { type: 'text', text: ' ', quoted: false }, ...token.word.parts] };
      const keyed = this.keyed(whole);
      if (keyed) return keyed;
    }
    return undefined;
  }

  /** The right side of `=~`: parentheses and bars belong to it. */
  private pattern(): Word {
    const parts: Part[] = [];
    for (;;) {
      const token = this.next();
      if (token.type === 'word') parts.push(...token.word.parts);
      else if (token.type === 'operator' && token.text !== '\n')
        parts.push({ type: 'text', text: token.text, quoted: false });
      else return this.unexpected(token);
      if ([' ', '\n', '\t'].some((space) => this.follows(space))) return { parts };
    }
  }
}

/** A word without what stands before a character of its part `index` (and after `until`). */
function rest(word: Word, index: number, from: number, until?: number): Word {
  const parts = word.parts.slice(index).map((part) => ({ ...part }));
  const last = parts[parts.length - 1];
  if (until !== undefined && last?.type === 'text') last.text = last.text.slice(0, until);
  const [first] = parts;
  if (first?.type === 'text') first.text = first.text.slice(from);
  return { parts: parts.filter((part) => part.type !== 'text' || part.quoted || part.text !== '') };
}
