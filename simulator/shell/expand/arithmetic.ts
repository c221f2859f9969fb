/** A number of the shell: 64 bits, kept as a double while it is exact. */
type Value = number | bigint;

type Node =
  | { type: 'number'; value: Value }
  | { type: 'variable'; name: string }
  | { type: 'unary'; operator: string; operand: Node }
  | { type: 'step'; name: string; delta: number; prefix: boolean }
  | { type: 'binary'; operator: string; left: Node; right: Node }
  | { type: 'conditional'; test: Node; yes: Node; no: Node }
  | { type: 'assign'; name: string; operator: string; value: Node };

/** Where variables of an expression live. `get` answers undefined when not set. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** An expression that cannot be evaluated; `message` is ash's. */
export class ArithmeticFault extends Error {
  override readonly name = 'ArithmeticFault';
}

const cache = new Map<string, Node>();
const cacheLimit = 1000;

/** Value of `$((expression))` as decimal text. Throws ArithmeticFault. */
export function evaluateArithmetic(expression: string, scope: ArithmeticScope): string {
  let node = cache.get(expression);
  if (!node) {
    node = new ArithmeticParser(expression).parse();
    if (cache.size >= cacheLimit) cache.clear();
    cache.set(expression, node);
  }
  return String(evaluate(node, scope, 0));
}

function evaluate(node: Node, scope: ArithmeticScope, depth: number): Value {
  switch (node.type) {
    case 'number':
      return node.value;
    case 'variable':
      return variable(node.name, scope, depth);
    case 'unary': {
      const value = evaluate(node.operand, scope, depth);
      if (node.operator === '-') return binary('-', 0, value);
      if (node.operator === '!') return isZero(value) ? 1 : 0;
      if (node.operator === '~') return binary('-', binary('-', 0, value), 1);
      return value;
    }
    case 'step': {
      const before = variable(node.name, scope, depth);
      const after = binary('+', before, node.delta);
      scope.set(node.name, String(after));
      return node.prefix ? after : before;
    }
    case 'binary': {
      const left = evaluate(node.left, scope, depth);
      if (node.operator === '&&')
        return isZero(left) ? 0 : isZero(evaluate(node.right, scope, depth)) ? 0 : 1;
      if (node.operator === '||')
        return !isZero(left) ? 1 : isZero(evaluate(node.right, scope, depth)) ? 0 : 1;
      const right = evaluate(node.right, scope, depth);
      return node.operator === ',' ? right : binary(node.operator, left, right);
    }
    case 'conditional':
      return evaluate(isZero(evaluate(node.test, scope, depth)) ? node.no : node.yes, scope, depth);
    case 'assign': {
      const right = evaluate(node.value, scope, depth);
      const value =
        node.operator === '' ? right : binary(node.operator, variable(node.name, scope, depth), right);
      scope.set(node.name, String(value));
      return value;
    }
  }
}

function variable(name: string, scope: ArithmeticScope, depth: number): Value {
  const text = scope.get(name)?.trim() ?? '';
  if (text === '') return 0;
  if (/^-?\d{1,15}$/.test(text) && !/^-?0\d/.test(text)) return Number(text);
  if (depth > 64) throw new ArithmeticFault('expression recursion loop detected');
  return evaluate(new ArithmeticParser(text).parse(), scope, depth + 1);
}

function isZero(value: Value): boolean {
  return value === 0 || value === 0n;
}

function wrap(value: bigint): Value {
  const wrapped = BigInt.asIntN(64, value);
  const number = Number(wrapped);
  return Number.isSafeInteger(number) ? number : wrapped;
}

function binary(operator: string, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = quickBinary(operator, left, right);
    if (quick !== undefined && Number.isSafeInteger(quick)) return quick === 0 ? 0 : quick;
  }
  return wrap(bigBinary(operator, BigInt(left), BigInt(right)));
}

function quickBinary(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : Math.trunc(left / right);
    case '%':
      return right === 0 ? undefined : left % right;
    case '<':
      return left < right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '<=':
      return left <= right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left !== right ? 1 : 0;
    default:
      return undefined;
  }
}

function bigBinary(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0n) throw new ArithmeticFault('divide by zero');
      return left / right;
    case '%':
      if (right === 0n) throw new ArithmeticFault('divide by zero');
      return left % right;
    case '**': {
      if (right < 0n) throw new ArithmeticFault('exponent less than 0');
      let result = 1n;
      let base = left;
      for (let exponent = right; exponent > 0n; exponent >>= 1n) {
        if (exponent & 1n) result = BigInt.asIntN(64, result * base);
        base = BigInt.asIntN(64, base * base);
      }
      return result;
    }
    case '<<':
      return left << (right & 63n);
    case '>>':
      return left >> (right & 63n);
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<':
      return left < right ? 1n : 0n;
    case '>':
      return left > right ? 1n : 0n;
    case '<=':
      return left <= right ? 1n : 0n;
    case '>=':
      return left >= right ? 1n : 0n;
    case '==':
      return left === right ? 1n : 0n;
    case '!=':
      return left !== right ? 1n : 0n;
    default:
      throw new ArithmeticFault('arithmetic syntax error');
  }
}

const levels: Record<string, number> = {
  ',': 1,
  '||': 4,
  '&&': 5,
  '|': 6,
  '^': 7,
  '&': 8,
  '==': 9,
  '!=': 9,
  '<': 10,
  '>': 10,
  '<=': 10,
  '>=': 10,
  '<<': 11,
  '>>': 11,
  '+': 12,
  '-': 12,
  '*': 13,
  '/': 13,
  '%': 13,
  '**': 14,
};

const tokenPattern =
  /\s*(?:(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z@_]+|\d+)|([A-Za-z_]\w*(?:\[[^\]]*\])?)|(<<=|>>=|\*\*|\+\+|--|&&|\|\||<<|>>|<=|>=|==|!=|[-+*/%&|^]=|[-+*/%&|^<>=!~?:(),]))/y;

/** Operator precedence as in C. */
class ArithmeticParser {
  private readonly tokens: { type: 'number' | 'name' | 'operator'; text: string }[] = [];
  private index = 0;

  constructor(text: string) {
    tokenPattern.lastIndex = 0;
    let position = 0;
    while (position < text.length) {
      tokenPattern.lastIndex = position;
      const match = tokenPattern.exec(text);
      if (!match) {
        if (text.slice(position).trim() === '') break;
        throw new ArithmeticFault('arithmetic syntax error');
      }
      position = tokenPattern.lastIndex;
      if (match[1] !== undefined) this.tokens.push({ type: 'number', text: match[1] });
      else if (match[2] !== undefined) this.tokens.push({ type: 'name', text: match[2] });
      else this.tokens.push({ type: 'operator', text: match[3] as string });
    }
  }

  parse(): Node {
    if (this.tokens.length === 0) return { type: 'number', value: 0 };
    const node = this.expression(1);
    if (this.index < this.tokens.length) throw new ArithmeticFault('arithmetic syntax error');
    return node;
  }

  private expression(level: number): Node {
    let left = this.unary();
    for (;;) {
      const token = this.tokens[this.index];
      if (token?.type !== 'operator') return left;
      const operator = token.text;
      if (operator === '?' && level <= 3) {
        this.index++;
        const yes = this.expression(1);
        this.expect(':');
        left = { type: 'conditional', test: left, yes, no: this.expression(3) };
        continue;
      }
      if (isAssignment(operator) && level <= 2 && left.type === 'variable') {
        this.index++;
        left = {
          type: 'assign',
          name: left.name,
          operator: operator.slice(0, -1),
          value: this.expression(2),
        };
        continue;
      }
      const precedence = levels[operator];
      if (precedence === undefined || precedence < level) return left;
      this.index++;
      // ** binds to the right.
      const right = this.expression(operator === '**' ? precedence : precedence + 1);
      left = { type: 'binary', operator, left, right };
    }
  }

  private unary(): Node {
    const token = this.tokens[this.index++];
    if (!token) throw new ArithmeticFault('arithmetic syntax error');
    if (token.type === 'number') return { type: 'number', value: parseNumber(token.text) };
    if (token.type === 'name') {
      const after = this.tokens[this.index]?.text;
      if (after === '++' || after === '--') {
        this.index++;
        return { type: 'step', name: token.text, delta: after === '++' ? 1 : -1, prefix: false };
      }
      return { type: 'variable', name: token.text };
    }
    if (token.text === '(') {
      const inner = this.expression(1);
      this.expect(')');
      return inner;
    }
    if (token.text === '++' || token.text === '--') {
      const name = this.tokens[this.index];
      if (name?.type === 'name') {
        this.index++;
        return { type: 'step', name: name.text, delta: token.text === '++' ? 1 : -1, prefix: true };
      }
      const inner = { type: 'unary' as const, operator: token.text[0] as string, operand: this.unary() };
      return { type: 'unary', operator: token.text[0] as string, operand: inner };
    }
    if ('+-!~'.includes(token.text)) return { type: 'unary', operator: token.text, operand: this.unary() };
    throw new ArithmeticFault('arithmetic syntax error');
  }

  private expect(text: string): void {
    if (this.tokens[this.index++]?.text !== text) throw new ArithmeticFault('arithmetic syntax error');
  }
}

function isAssignment(operator: string): boolean {
  return operator === '=' || (operator.endsWith('=') && levels[operator] === undefined);
}

function parseNumber(text: string): Value {
  const base = /^(\d+)#(.+)$/.exec(text);
  if (base) {
    const radix = Number(base[1]);
    let value = 0n;
    for (const c of base[2] as string) {
      const digit = Number.parseInt(c, 36);
      if (Number.isNaN(digit) || digit >= radix) throw new ArithmeticFault('arithmetic syntax error');
      value = value * BigInt(radix) + BigInt(digit);
    }
    return wrap(value);
  }
  if (/^0[xX]/.test(text)) return wrap(BigInt(text));
  if (/^0\d/.test(text)) {
    if (/[89]/.test(text)) throw new ArithmeticFault('arithmetic syntax error');
    return wrap(BigInt(`0o${text.slice(1)}`));
  }
  return wrap(BigInt(text));
}
