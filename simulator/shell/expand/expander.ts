import type { ShellState } from '../execute/shell-state';
import type { Command, Part, Word } from '../syntax/ast';
import { evaluateArithmetic } from './arithmetic';
import { changeCase, elementOrIndirect, listOf, slice, transformed } from './bash-expansion';
import { FieldBuilder } from './fields';
import { glob, mostPaths } from './glob';
import { escapePattern, matchesPattern, patternSource } from './pattern';

/** An expansion that ends a non-interactive shell: `${x:?}`, `${x!}`, an unset variable under `set -u`. */
export class ExpansionFault extends Error {
  override readonly name = 'ExpansionFault';
}

/** A command whose output, or a pipe of which, takes the place of a word. */
export type Substitution =
  | { type: 'command'; body: Command | undefined }
  | { type: 'process'; direction: '<' | '>'; body: Command | undefined };

/** Expanding asks for substitutions by yielding them; it gets their output, or the path of the pipe, back. */
export type Expansion<T> = Generator<Substitution, T, string>;

type Parameter = Extract<Part, { type: 'parameter' }>;

/** Words into fields: all of POSIX 2.6, in its order. */
export class Expander {
  constructor(private readonly state: ShellState) {}

  /** Words of a command: split and globbed. Adds to `fields`. */
  *words(words: readonly Word[], fields: string[]): Expansion<string[]> {
    for (const word of words) {
      if (word.literal !== undefined) fields.push(word.literal);
      else yield* this.fields(word, fields);
    }
    return fields;
  }

  /** One text: no splitting, no globbing (assignments, redirections, here-documents, case words). */
  *text(word: Word): Expansion<string> {
    if (word.literal !== undefined) return word.literal;
    let text = '';
    for (const part of word.parts) text += yield* this.partText(part);
    return text;
  }

  /** A pattern: what was quoted is plain. */
  *pattern(word: Word): Expansion<string> {
    let pattern = '';
    for (const part of word.parts) {
      if (part.type === 'text') pattern += part.quoted ? escapePattern(part.text) : part.text;
      else {
        const text = yield* this.partText(part);
        const quoted = part.type === 'tilde' || part.quoted;
        pattern += quoted ? escapePattern(text) : text;
      }
    }
    return pattern;
  }

  private *fields(word: Word, fields: string[]): Expansion<void> {
    const builder = new FieldBuilder(this.state.separators);
    yield* this.addParts(word, builder, false);
    builder.close();
    for (const field of builder.fields) {
      if (field.hasPattern && !this.state.options.noglob) {
        const { process, shopt } = this.state;
        const options = { dots: shopt.has('dotglob'), deep: shopt.has('globstar') };
        const found = glob(process.files, field.pattern, options);
        if (!found)
          throw new ExpansionFault(
            `The embedded cluster does not simulate patterns of more than ${mostPaths} paths; use find`,
          );
        if (found.length > 0 || shopt.has('nullglob')) {
          for (const path of found) fields.push(path);
          continue;
        }
      }
      fields.push(field.text);
    }
  }

  private *addParts(word: Word, builder: FieldBuilder, quoted: boolean): Expansion<void> {
    for (const part of word.parts) {
      if (part.type === 'text') {
        if (part.quoted || quoted) builder.quoted(part.text);
        else builder.plain(part.text);
      } else if (part.type === 'tilde') builder.quoted(this.tilde(part.user));
      else if (part.type === 'parameter') yield* this.addParameter(part, builder, quoted || part.quoted);
      else {
        const text = yield* this.partText(part);
        if (part.quoted || quoted) builder.quoted(text);
        else builder.split(text);
      }
    }
  }

  private *addParameter(part: Parameter, builder: FieldBuilder, quoted: boolean): Expansion<void> {
    const { name, operator, word } = part;
    const list = yield* this.list(part);
    if (list) {
      this.addList(list, part.subscript === '*' || name === '*', builder, quoted);
      return;
    }
    if ((operator === '-' || operator === '+' || operator === '=') && word) {
      const value = yield* this.valueOf(part);
      const missing = value === undefined || (part.colon && value === '');
      if (missing !== (operator === '+')) {
        if (operator === '=') {
          const text = yield* this.assignDefault(name, word);
          if (quoted) builder.quoted(text);
          else builder.split(text);
        } else if (quoted) builder.quoted(yield* this.text(word));
        else yield* this.addDefault(word, builder);
        return;
      }
      if (operator === '+') {
        if (quoted && name !== '@') builder.quoted('');
        return;
      }
    }
    if ((name === '@' || name === '*') && (operator === undefined || '-=?+'.includes(operator))) {
      this.addPositional(name, builder, quoted);
      return;
    }
    const text = yield* this.partText(part);
    if (quoted) builder.quoted(text);
    else builder.split(text);
  }

  /** The word of `${x:-word}`: its unquoted literals are split as well. */
  private *addDefault(word: Word, builder: FieldBuilder): Expansion<void> {
    for (const part of word.parts) {
      if (part.type === 'text' && !part.quoted) builder.split(part.text);
      else yield* this.addParts({ parts: [part] }, builder, false);
    }
  }

  private addPositional(name: string, builder: FieldBuilder, quoted: boolean): void {
    this.addList(this.state.positional, name === '*', builder, quoted);
  }

  private addList(list: readonly string[], joined: boolean, builder: FieldBuilder, quoted: boolean): void {
    if (quoted && joined) {
      builder.quoted(list.join(this.joiner()));
      return;
    }
    list.forEach((value, index) => {
      if (index > 0) builder.close();
      if (quoted) builder.quoted(value);
      else builder.split(value);
    });
  }

  private *partText(part: Part): Expansion<string> {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'tilde':
        return this.tilde(part.user);
      case 'command':
        return (yield part).replace(/\n+$/, '');
      case 'process':
        return yield part;
      case 'arithmetic': {
        const expression = yield* this.text(part.expression);
        return evaluateArithmetic(expression, this.state.arithmetic);
      }
      case 'parameter':
        return yield* this.parameter(part);
    }
  }

  /** bash: the values of `${a[@]}` after its operator; undefined for what is one text. */
  private *list(part: Parameter): Expansion<string[] | undefined> {
    const { operator, word } = part;
    const values = listOf(this.state, part);
    if (!values) return undefined;
    if (operator === 'length') return [String(values.length)];
    if (operator === 'substring') {
      const [offset, length] = splitRange(word ? yield* this.text(word) : '');
      const number = (text: string) => Number(evaluateArithmetic(text, this.state.arithmetic));
      return slice(values, number(offset), length === undefined ? undefined : number(length));
    }
    if (operator === undefined || operator === 'names') return values;
    if (operator === '@')
      return values.map((text) => transformed(this.state, part.name, text, word?.literal ?? 'Q'));
    if ((operator === '-' || operator === '=' || operator === '+') && word) {
      if ((values.length === 0) !== (operator === '+')) return [yield* this.text(word)];
      return operator === '+' ? [] : values;
    }
    const pattern = word ? yield* this.pattern(word) : '';
    const replacement = part.replacement ? yield* this.text(part.replacement) : '';
    return values.map((text) => {
      if (operator === '/' || operator === '//')
        return this.replace(text, pattern, replacement, operator === '//');
      if (operator === '^' || operator === '^^' || operator === ',' || operator === ',,')
        return changeCase(text, operator, pattern);
      return trimPattern(text, pattern, operator);
    });
  }

  private *valueOf(part: Parameter): Expansion<string | undefined> {
    const { name, subscript, indirect } = part;
    if (!indirect && subscript === undefined) return this.value(name);
    const text = typeof subscript === 'object' ? yield* this.text(subscript) : '';
    return elementOrIndirect(this.state, part, text, (each) => this.value(each));
  }

  private *parameter(part: Parameter): Expansion<string> {
    const { name, operator, colon, word } = part;
    if (operator === 'bad') throw new ExpansionFault('syntax error: bad substitution');
    const list = yield* this.list(part);
    if (list) return list.join(part.subscript === '*' || name === '*' ? this.joiner() : ' ');
    const value = yield* this.valueOf(part);
    if (operator === undefined) return this.required(name, value);
    const missing = value === undefined || (colon && value === '');
    switch (operator) {
      case '-':
        return missing && word ? yield* this.text(word) : (value ?? '');
      case '+':
        return !missing && word ? yield* this.text(word) : '';
      case '=':
        return missing && word ? yield* this.assignDefault(name, word) : (value ?? '');
      case '?': {
        if (!missing) return value ?? '';
        const message = word && word.parts.length > 0 ? yield* this.text(word) : '';
        throw new ExpansionFault(
          `${name}: ${message || (colon ? 'parameter not set or null' : 'parameter not set')}`,
        );
      }
      case 'length':
        return String(this.required(name, value).length);
      case 'substring': {
        const text = this.required(name, value);
        return this.substring(text, word ? yield* this.text(word) : '');
      }
      case '/':
      case '//': {
        const text = this.required(name, value);
        const pattern = word ? yield* this.pattern(word) : '';
        const replacement = part.replacement ? yield* this.text(part.replacement) : '';
        return this.replace(text, pattern, replacement, operator === '//');
      }
      case '^':
      case '^^':
      case ',':
      case ',,':
        return changeCase(this.required(name, value), operator, word ? yield* this.pattern(word) : '');
      case '@':
        return value === undefined
          ? this.required(name, value)
          : transformed(this.state, name, value, word?.literal ?? 'Q');
      default: {
        const text = this.required(name, value);
        return trimPattern(text, word ? yield* this.pattern(word) : '', operator);
      }
    }
  }

  private *assignDefault(name: string, word: Word): Expansion<string> {
    const text = yield* this.text(word);
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new ExpansionFault(`${name}: bad variable name`);
    this.state.set(name, text);
    return text;
  }

  private required(name: string, value: string | undefined): string {
    if (value === undefined && this.state.options.nounset && name !== '@' && name !== '*') {
      throw new ExpansionFault(`${name}: parameter not set`);
    }
    return value ?? '';
  }

  /** A variable, positional or special parameter; undefined when it is not set. */
  private value(name: string): string | undefined {
    const { state } = this;
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57)
      return name === '0' ? state.argument0 : state.positional[Number(name) - 1];
    switch (name) {
      case '@':
      case '*':
        return state.positional.length === 0 ? undefined : state.positional.join(this.joiner());
      case '#':
        return String(state.positional.length);
      case '?':
        return String(state.lastStatus);
      case '$':
        return String(state.rootPid);
      case '!':
        return state.lastBackground === undefined ? undefined : String(state.lastBackground);
      case '-':
        return state.optionLetters();
      default:
        return state.get(name);
    }
  }

  private joiner(): string {
    const separators = this.state.get('IFS');
    return separators === undefined ? ' ' : separators.slice(0, 1);
  }

  private tilde(user: string): string {
    if (user === '') return this.state.get('HOME') ?? '~';
    return this.state.homeOf(user) ?? `~${user}`;
  }

  /** In bash a pattern that begins with `#` or `%` is tied to the beginning or the end. */
  private replace(text: string, pattern: string, replacement: string, all: boolean): string {
    const tied = this.state.dialect === 'bash' && !all && /^[#%]/.test(pattern) ? pattern[0] : '';
    if (tied === '') return replacePattern(text, pattern, replacement, all);
    const rest = pattern.slice(1);
    if (rest === '') return tied === '#' ? replacement + text : text + replacement;
    const operator = tied === '#' ? '##' : '%%';
    const left = trimPattern(text, rest, operator);
    if (left === text && !matchesPattern(rest, '')) return text;
    return tied === '#' ? replacement + left : left + replacement;
  }

  private substring(text: string, range: string): string {
    const [offsetText, lengthText] = splitRange(range);
    const number = (expression: string) => Number(evaluateArithmetic(expression, this.state.arithmetic));
    let start = number(offsetText);
    if (start < 0) start = text.length + start;
    if (start < 0 || start > text.length) return '';
    if (lengthText === undefined) return text.slice(start);
    const length = number(lengthText);
    return length < 0
      ? text.slice(start, Math.max(start, text.length + length))
      : text.slice(start, start + length);
  }
}

function splitRange(range: string): [string, string | undefined] {
  let depth = 0;
  for (let i = 0; i < range.length; i++) {
    if (range[i] === '(') depth++;
    else if (range[i] === ')') depth--;
    else if (range[i] === ':' && depth === 0) return [range.slice(0, i), range.slice(i + 1)];
  }
  return [range, undefined];
}

function trimPattern(text: string, pattern: string, operator: '#' | '##' | '%' | '%%' | string): string {
  if (pattern === '') return text;
  if (operator === '#' || operator === '##') {
    const match = new RegExp(`^(?:${patternSource(pattern, { lazy: operator === '#' })})`).exec(text);
    return match ? text.slice(match[0].length) : text;
  }
  const before = operator === '%' ? '[\\s\\S]*' : '[\\s\\S]*?';
  const match = new RegExp(`^(${before})(?:${patternSource(pattern)})$`).exec(text);
  return match ? (match[1] as string) : text;
}

function replacePattern(text: string, pattern: string, replacement: string, all: boolean): string {
  if (pattern === '') return text;
  const expression = new RegExp(patternSource(pattern), all ? 'g' : '');
  return text.replace(expression, (match) => (match === '' ? match : replacement));
}

export { matchesPattern };
