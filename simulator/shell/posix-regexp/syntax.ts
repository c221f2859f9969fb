/** A POSIX regular expression as a tree (POSIX, Regular Expressions, with the additions of the GNU library). */
export type Expression =
  /** One byte out of a set: 256 flags. */
  | { type: 'set'; members: Uint8Array }
  | { type: 'assertion'; kind: Assertion }
  | { type: 'group'; index: number; of: Expression }
  | { type: 'reference'; index: number }
  | { type: 'repeat'; of: Expression; least: number; most: number }
  | { type: 'sequence'; items: Expression[] }
  | { type: 'either'; choices: Expression[] };

export type Assertion =
  | 'line start'
  | 'line end'
  | 'text start'
  | 'text end'
  | 'word start'
  | 'word end'
  | 'word boundary'
  | 'within or without';

/** An expression that cannot be read; `message` is regcomp's. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
}

export interface Reading {
  extended: boolean;
  ignoreCase?: boolean;
  /** REG_NEWLINE: `.` and `[^…]` leave newlines out. */
  lines?: boolean;
  /** Basic expressions: `a**` is a mistake (regcomp), or means `a*` (grep). */
  strict?: boolean;
}

/** RE_DUP_MAX of the GNU library. */
const mostRepeats = 0x7fff;
/** Groups within groups, and repetitions of repetitions: a tree is walked by recursion. */
const deepest = 250;

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\r\f\v]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /[\x00-\x1f\x7f]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The bytes for which `test` holds. */
function setOf(test: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (test(String.fromCharCode(code)) ? 1 : 0));
}

/** The tree of a pattern, and how many groups it has. Throws ExpressionFault. */
export function readExpression(pattern: string, reading: Reading): { tree: Expression; groups: number } {
  const reader = new ExpressionReader(pattern, reading);
  return { tree: reader.whole(), groups: reader.groups };
}

const gnuAssertions: Readonly<Record<string, Assertion>> = {
  b: 'word boundary',
  B: 'within or without',
  '<': 'word start',
  '>': 'word end',
  '`': 'text start',
  "'": 'text end',
};
const gnuSets: Readonly<Record<string, RegExp>> = {
  w: /[A-Za-z0-9_]/,
  W: /[^A-Za-z0-9_]/,
  s: /[ \t\n\r\f\v]/,
  S: /[^ \t\n\r\f\v]/,
};

class ExpressionReader {
  groups = 0;
  private place = 0;
  private depth = 0;
  private readonly closed = new Set<number>();

  constructor(
    private readonly pattern: string,
    private readonly reading: Reading,
  ) {}

  whole(): Expression {
    const tree = this.choices();
    if (this.place < this.pattern.length) throw new ExpressionFault('Unmatched ) or \\)');
    return tree;
  }

  /** The next operator as extended expressions write it; undefined: a character. */
  private operator(at = this.place): string | undefined {
    const c = this.pattern[at] ?? '';
    if (this.reading.extended) return c !== '' && '()|{+?*'.includes(c) ? c : undefined;
    if (c === '*') return c;
    const next = this.pattern[at + 1] ?? '';
    return c === '\\' && next !== '' && '()|{+?'.includes(next) ? next : undefined;
  }

  private skip(): void {
    this.place += this.reading.extended || this.pattern[this.place] === '*' ? 1 : 2;
  }

  private atClose(at = this.place): boolean {
    if (this.operator(at) !== ')') return false;
    // In an extended expression a parenthesis that closes nothing is a character.
    return this.depth > 0 || !this.reading.extended;
  }

  private choices(): Expression {
    const choices = [this.sequence()];
    while (this.operator() === '|') {
      this.skip();
      choices.push(this.sequence());
    }
    return choices.length === 1 ? (choices[0] as Expression) : either(choices);
  }

  private sequence(): Expression {
    const items: Expression[] = [];
    while (this.place < this.pattern.length && this.operator() !== '|' && !this.atClose())
      items.push(this.repeated(items.every((item) => item.type === 'assertion')));
    return items.length === 1 ? (items[0] as Expression) : { type: 'sequence', items };
  }

  private repeated(first: boolean): Expression {
    let item = this.single(first);
    if (item.type === 'assertion' && !this.reading.extended) return item;
    for (let seen = 0; ; seen++) {
      const bounds = this.bounds();
      if (!bounds) return item;
      if (seen > 0 && this.reading.strict && !this.reading.extended)
        throw new ExpressionFault('Invalid preceding regular expression');
      if (seen > deepest) throw new ExpressionFault('Regular expression too big');
      item = { type: 'repeat', of: item, least: bounds[0], most: bounds[1] };
    }
  }

  private bounds(): [number, number] | undefined {
    const operator = this.operator();
    const simple = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[operator ?? ''] as
      | [number, number]
      | undefined;
    if (simple) {
      this.skip();
      return simple;
    }
    return operator === '{' ? this.interval() : undefined;
  }

  /** `{2}`, `{2,}`, `{,2}`, `{2,3}`; in an extended expression everything else is text. */
  private interval(): [number, number] | undefined {
    const { extended } = this.reading;
    const shape = extended ? /^\{(\d*)(,?)(\d*)\}/ : /^\\\{(\d*)(,?)(\d*)\\\}/;
    const found = shape.exec(this.pattern.slice(this.place));
    const [all = '', least = '', comma = '', most = ''] = found ?? [];
    if (!found || least + most === '') {
      if (extended) return undefined;
      throw new ExpressionFault(
        this.pattern.includes('\\}', this.place) ? 'Invalid content of \\{\\}' : 'Unmatched \\{',
      );
    }
    const from = Number(least || 0);
    const to = comma === '' ? from : most === '' ? Infinity : Number(most);
    if (from > to) throw new ExpressionFault('Invalid content of \\{\\}');
    if (Math.max(from, to === Infinity ? 0 : to) > mostRepeats)
      throw new ExpressionFault('Regular expression too big');
    this.place += all.length;
    return [from, to];
  }

  private single(first: boolean): Expression {
    const operator = this.operator();
    if (operator === '(') return this.group();
    const c = this.pattern[this.place] as string;
    // What would repeat, with nothing before it, is text.
    if (operator !== undefined && first && '*+?{'.includes(operator)) {
      this.skip();
      return this.character(operator);
    }
    if (operator === '{' || operator === ')') {
      this.place++;
      return this.character(operator);
    }
    if (c === '[') return this.bracket();
    this.place++;
    if (c === '\\') return this.escaped();
    if (c === '.') return this.set((byte) => !(this.reading.lines && byte === '\n'));
    if (c === '^' && this.isStart(first)) return { type: 'assertion', kind: 'line start' };
    if (c === '$' && this.isEnd()) return { type: 'assertion', kind: 'line end' };
    return this.character(c);
  }

  private isStart(first: boolean): boolean {
    return this.reading.extended || (first && this.pattern[this.place - 2] !== '^');
  }

  private isEnd(): boolean {
    return (
      this.reading.extended ||
      this.place === this.pattern.length ||
      this.operator() === '|' ||
      this.operator() === ')'
    );
  }

  private group(): Expression {
    this.skip();
    const index = ++this.groups;
    if (++this.depth > deepest) throw new ExpressionFault('Regular expression too big');
    const of = this.choices();
    if (this.operator() !== ')') throw new ExpressionFault('Unmatched ( or \\(');
    this.skip();
    this.depth--;
    this.closed.add(index);
    return { type: 'group', index, of };
  }

  private escaped(): Expression {
    const c = this.pattern[this.place++];
    if (c === undefined) throw new ExpressionFault('Trailing backslash');
    if (c >= '1' && c <= '9') {
      if (!this.closed.has(Number(c))) throw new ExpressionFault('Invalid back reference');
      return { type: 'reference', index: Number(c) };
    }
    const kind = gnuAssertions[c];
    if (kind) return { type: 'assertion', kind };
    const set = gnuSets[c];
    if (set) return this.set((byte) => set.test(byte));
    return this.character(c === 'n' ? '\n' : c === 't' ? '\t' : c);
  }

  private bracket(): Expression {
    const { pattern } = this;
    let place = this.place + 1;
    const negated = pattern[place] === '^';
    if (negated) place++;
    const members = new Uint8Array(256);
    for (let first = true; first || pattern[place] !== ']'; first = false) {
      const rest = pattern.slice(place);
      const named = /^\[:([a-z]*):\]/.exec(rest);
      if (named) {
        const name = named[1] as string;
        const test = Object.hasOwn(classes, name) ? classes[name] : undefined;
        if (!test) throw new ExpressionFault('Invalid character class name');
        for (const [code, found] of setOf((byte) => test.test(byte)).entries()) if (found) members[code] = 1;
        place += named[0].length;
        continue;
      }
      const [from, length] = element(rest);
      place += length;
      let to = from;
      if (pattern[place] === '-' && pattern[place + 1] !== ']' && pattern[place + 1] !== undefined) {
        const [last, more] = element(pattern.slice(place + 1));
        to = last;
        place += 1 + more;
        if (to < from) throw new ExpressionFault('Invalid range end');
      }
      for (let code = from; code <= to; code++) members[code] = 1;
    }
    this.place = place + 1;
    return this.set(
      (byte) =>
        (members[byte.charCodeAt(0)] === 1) !== negated && !(negated && this.reading.lines && byte === '\n'),
      negated,
    );
  }

  private character(c: string): Expression {
    return this.set((byte) => byte === c);
  }

  private set(test: (byte: string) => boolean, negated = false): Expression {
    if (!this.reading.ignoreCase) return { type: 'set', members: setOf(test) };
    // What a set leaves out, it leaves out in either case.
    const other = (byte: string) => (/[a-z]/.test(byte) ? byte.toUpperCase() : byte.toLowerCase());
    const letter = (byte: string) => /[A-Za-z]/.test(byte);
    return {
      type: 'set',
      members: setOf((byte) => {
        if (!letter(byte)) return test(byte);
        return negated ? test(byte) && test(other(byte)) : test(byte) || test(other(byte));
      }),
    };
  }
}

/** One of several bytes is a set. */
function either(choices: Expression[]): Expression {
  const sets = choices.flatMap((choice) => (choice.type === 'set' ? [choice.members] : []));
  if (sets.length < choices.length) return { type: 'either', choices };
  return {
    type: 'set',
    members: Uint8Array.from({ length: 256 }, (_, code) => (sets.some((set) => set[code] === 1) ? 1 : 0)),
  };
}

/** The code of an element of a bracket expression, and how long it is written. */
function element(text: string): [number, number] {
  const symbol = /^\[([.=])(.)\1\]/s.exec(text);
  if (symbol) return [(symbol[2] as string).charCodeAt(0), symbol[0].length];
  if (text === '') throw new ExpressionFault('Unmatched [, [^, [:, [., or [=');
  return [text.charCodeAt(0), 1];
}
