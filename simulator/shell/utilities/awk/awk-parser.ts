import type { AwkProgram, Node, Rule, Statement } from './awk-syntax';
import { keywords, numberOf, type Token, tokenize } from './awk-tokens';

/** Parses an awk program; `fail` gets the message for what cannot be read. */
export function parseAwk(text: string, fail: (message: string) => never): AwkProgram {
  return new AwkParser(tokenize(text, fail), fail).program();
}

class AwkParser {
  private i = 0;
  private noIn = 0;
  private noGreater = 0;

  constructor(
    private readonly tokens: Token[],
    private readonly fail: (message: string) => never,
  ) {}

  program(): AwkProgram {
    const program: AwkProgram = { rules: [], functions: new Map() };
    for (;;) {
      while (this.is('\n') || this.is(';')) this.i++;
      if (this.peek().type === 'end') return program;
      if (this.is('function') || this.is('func')) {
        this.i++;
        const name = this.take().text;
        this.expect('(');
        const parameters: string[] = [];
        while (!this.is(')')) {
          parameters.push(this.take().text);
          if (this.is(',')) this.i++;
          this.newlines();
        }
        this.i++;
        this.newlines();
        program.functions.set(name, { parameters, body: this.block() });
        continue;
      }
      if (this.is('BEGIN') || this.is('END')) {
        const kind = this.take().text === 'BEGIN' ? 'begin' : 'end';
        this.newlines();
        program.rules.push({ kind, body: this.block() });
        continue;
      }
      const rule: Rule = { kind: 'main' };
      if (!this.is('{')) {
        rule.pattern = this.expression();
        if (this.is(',')) {
          this.i++;
          this.newlines();
          rule.until = this.expression();
        }
      }
      if (this.is('{')) rule.body = this.block();
      program.rules.push(rule);
    }
  }

  private peek(): Token {
    return this.tokens[this.i] as Token;
  }

  private is(text: string): boolean {
    const token = this.peek();
    return token.text === text && token.type !== 'str' && token.type !== 'regex';
  }

  private take(): Token {
    return this.tokens[this.i++] as Token;
  }

  private expect(text: string): void {
    if (!this.is(text)) this.fail(`Unexpected token`);
    this.i++;
  }

  private newlines(): void {
    while (this.is('\n')) this.i++;
  }

  private block(): Statement {
    this.expect('{');
    const body: Statement[] = [];
    for (;;) {
      while (this.is('\n') || this.is(';')) this.i++;
      if (this.is('}')) break;
      if (this.peek().type === 'end') this.fail('Unexpected token');
      body.push(this.statement());
    }
    this.i++;
    return { t: 'block', body };
  }

  private body(): Statement {
    this.newlines();
    if (this.is(';')) {
      this.i++;
      return { t: 'block', body: [] };
    }
    return this.statement();
  }

  private endOfStatement(): void {
    if (this.is(';') || this.is('\n')) this.i++;
    else if (!this.is('}') && this.peek().type !== 'end') this.fail('Unexpected token');
  }

  private statement(): Statement {
    if (this.is('{')) return this.block();
    const word = this.peek().type === 'name' ? this.peek().text : '';
    switch (word) {
      case 'if': {
        this.i++;
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        const yes = this.body();
        const mark = this.i;
        while (this.is('\n') || this.is(';')) this.i++;
        if (this.is('else')) {
          this.i++;
          return { t: 'if', test, yes, no: this.body() };
        }
        this.i = mark;
        return { t: 'if', test, yes };
      }
      case 'while': {
        this.i++;
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        return { t: 'while', test, body: this.body(), after: false };
      }
      case 'do': {
        this.i++;
        const body = this.body();
        while (this.is('\n') || this.is(';')) this.i++;
        this.expect('while');
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        this.endOfStatement();
        return { t: 'while', test, body, after: true };
      }
      case 'for':
        return this.forStatement();
    }
    const simple = this.simple();
    this.endOfStatement();
    return simple;
  }

  private forStatement(): Statement {
    this.i++;
    this.expect('(');
    const [a, b, c, d] = this.tokens.slice(this.i, this.i + 4);
    if (a?.type === 'name' && b?.text === 'in' && c?.type === 'name' && d?.text === ')') {
      this.i += 4;
      return { t: 'forin', name: a.text, array: c.text, body: this.body() };
    }
    const init = this.is(';') ? undefined : this.simple();
    this.expect(';');
    this.newlines();
    const test = this.is(';') ? undefined : this.expression();
    this.expect(';');
    this.newlines();
    const step = this.is(')') ? undefined : this.simple();
    this.expect(')');
    const body = this.body();
    return {
      t: 'for',
      ...(init ? { init } : {}),
      ...(test ? { test } : {}),
      ...(step ? { step } : {}),
      body,
    };
  }

  private ends(): boolean {
    return this.is(';') || this.is('\n') || this.is('}') || this.peek().type === 'end';
  }

  private simple(): Statement {
    const word = this.peek().type === 'name' ? this.peek().text : '';
    switch (word) {
      case 'print':
      case 'printf':
        return this.print(word === 'printf');
      case 'delete': {
        this.i++;
        const name = this.take().text;
        if (!this.is('[')) return { t: 'delete', name };
        this.i++;
        const keys = this.list(']');
        return { t: 'delete', name, keys };
      }
      case 'next':
      case 'nextfile':
      case 'break':
      case 'continue':
        this.i++;
        return { t: 'jump', kind: word };
      case 'exit':
      case 'return':
        this.i++;
        return this.ends() ? { t: word } : { t: word, value: this.expression() };
      default:
        return { t: 'expr', value: this.expression() };
    }
  }

  private print(format: boolean): Statement {
    this.i++;
    this.noGreater++;
    let args: Node[] = [];
    if (!this.ends() && !this.is('>') && !this.is('>>') && !this.is('|')) {
      do {
        if (this.is(',')) this.i++;
        this.newlines();
        args.push(this.expression());
      } while (this.is(','));
    }
    this.noGreater--;
    const [only] = args;
    if (args.length === 1 && only?.t === 'group') args = only.items;
    const statement: Statement = { t: 'print', format, args };
    if (this.is('>') || this.is('>>') || this.is('|')) {
      const op = this.take().text;
      this.noGreater++;
      statement.redirect = { op, target: this.conditional() };
      this.noGreater--;
    }
    return statement;
  }

  /** Expressions up to a closing token, which is taken. */
  private list(end: string): Node[] {
    const items: Node[] = [];
    this.newlines();
    while (!this.is(end)) {
      items.push(this.expression());
      this.newlines();
      if (this.is(',')) this.i++;
      else if (!this.is(end)) this.fail('Unexpected token');
      this.newlines();
    }
    this.i++;
    return items;
  }

  private expression(): Node {
    const left = this.conditional();
    if (
      /^([-+*/%^]?=)$/.test(this.peek().text) &&
      this.peek().type === 'op' &&
      (left.t === 'var' || left.t === 'field' || left.t === 'index')
    ) {
      const op = this.take().text.slice(0, -1);
      this.newlines();
      return { t: 'assign', op, target: left, value: this.expression() };
    }
    return left;
  }

  private conditional(): Node {
    const test = this.binary(0);
    if (!this.is('?')) return test;
    this.i++;
    this.newlines();
    const yes = this.expression();
    this.newlines();
    this.expect(':');
    this.newlines();
    return { t: 'cond', test, yes, no: this.expression() };
  }

  /** 0 ||, 1 &&, 2 in, 3 ~, 4 < and |getline, 5 concatenation, 6 + -, 7 * / %, 8 unary, 9 ^ */
  private binary(level: number): Node {
    if (level === 8) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.peek();
      const text = token.type === 'op' || token.type === 'name' ? token.text : '';
      if ((level === 0 && text === '||') || (level === 1 && text === '&&')) {
        this.i++;
        this.newlines();
        left = { t: 'binary', op: text, left, right: this.binary(level + 1) };
      } else if (level === 2 && text === 'in' && this.noIn === 0) {
        this.i++;
        left = { t: 'in', keys: left.t === 'group' ? left.items : [left], name: this.take().text };
      } else if (level === 3 && (text === '~' || text === '!~')) {
        this.i++;
        left = { t: 'match', negated: text === '!~', text: left, regex: this.binary(4) };
      } else if (level === 4 && /^(<|<=|==|!=|>=)$/.test(text)) {
        this.i++;
        left = { t: 'binary', op: text, left, right: this.binary(5) };
      } else if (level === 4 && text === '>' && this.noGreater === 0) {
        this.i++;
        left = { t: 'binary', op: text, left, right: this.binary(5) };
      } else if (level === 4 && text === '|' && this.tokens[this.i + 1]?.text === 'getline') {
        this.i += 2;
        left = { t: 'getline', command: left, ...this.getlineTarget() };
      } else if (level === 5 && this.startsOperand(token)) {
        left = { t: 'binary', op: ' ', left, right: this.binary(6) };
      } else if ((level === 6 && /^[-+]$/.test(text)) || (level === 7 && /^[*/%]$/.test(text))) {
        this.i++;
        left = { t: 'binary', op: text, left, right: this.binary(level + 1) };
      } else return left;
    }
  }

  private startsOperand(token: Token): boolean {
    if (token.type === 'num' || token.type === 'str' || token.type === 'func' || token.type === 'regex')
      return true;
    if (token.type === 'name') return !keywords.has(token.text);
    return (
      token.type === 'op' &&
      /^(\$|!|\(|-|\+|\+\+|--)$/.test(token.text) &&
      token.text !== '+' &&
      token.text !== '-'
    );
  }

  private unary(): Node {
    for (const op of ['!', '-', '+']) {
      if (this.is(op) && this.peek().type === 'op') {
        this.i++;
        return { t: 'unary', op, arg: this.unary() };
      }
    }
    const base = this.postfix();
    if (this.is('^') && this.peek().type === 'op') {
      this.i++;
      return { t: 'binary', op: '^', left: base, right: this.unary() };
    }
    return base;
  }

  private postfix(): Node {
    for (const op of ['++', '--']) {
      if (this.is(op)) {
        this.i++;
        return { t: 'step', delta: op === '++' ? 1 : -1, prefix: true, target: this.postfix() };
      }
    }
    const base = this.primary();
    const assignable = base.t === 'var' || base.t === 'field' || base.t === 'index';
    if (assignable && (this.is('++') || this.is('--')))
      return { t: 'step', delta: this.take().text === '++' ? 1 : -1, prefix: false, target: base };
    return base;
  }

  private getlineTarget(): { target?: Node } {
    if (this.is('$') || (this.peek().type === 'name' && !keywords.has(this.peek().text)))
      return { target: this.primary() };
    return {};
  }

  private primary(): Node {
    const token = this.take();
    if (token.type === 'num') return { t: 'num', value: numberOf(token.text) };
    if (token.type === 'str') return { t: 'str', value: token.text };
    if (token.type === 'regex') return { t: 'regex', source: token.text };
    if (token.type === 'func') {
      this.i++;
      const saved = this.noGreater;
      this.noGreater = 0;
      const args = this.list(')');
      this.noGreater = saved;
      return { t: 'call', name: token.text, args };
    }
    if (token.text === '$') {
      for (const op of ['++', '--']) if (this.is(op)) return { t: 'field', index: this.postfix() };
      if (this.is('-')) return { t: 'field', index: this.unary() };
      return { t: 'field', index: this.primary() };
    }
    if (token.text === '(') {
      const saved = this.noGreater;
      this.noGreater = 0;
      const items = this.list(')');
      this.noGreater = saved;
      const [only] = items;
      return items.length === 1 && only ? { t: 'group', items: [only] } : { t: 'group', items };
    }
    if (token.text === 'getline') {
      const target = this.getlineTarget();
      if (!this.is('<')) return { t: 'getline', ...target };
      this.i++;
      return { t: 'getline', ...target, file: this.binary(6) };
    }
    if (token.type === 'name' && !keywords.has(token.text)) {
      if (token.text === 'length') return { t: 'call', name: 'length', args: [] };
      if (!this.is('[')) return { t: 'var', name: token.text };
      this.i++;
      return { t: 'index', name: token.text, keys: this.list(']') };
    }
    return this.fail('Unexpected token');
  }
}
