import type { Process, Program } from '../../runtime/process';
import { matchesPattern } from '../expand/pattern';
import { posixExpression } from '../posix-regexp/posix-expression';
import { ExpressionFault } from '../posix-regexp/syntax';

/** An expression that test(1) cannot read: status 2. */
class TestFault extends Error {
  override readonly name = 'TestFault';
}

const binaryOperators = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-gt',
  '-ge',
  '-lt',
  '-le',
  '-nt',
  '-ot',
  '-ef',
  '=~',
]);
const unaryOperators = new Set([...'bcdefghknoprstuwxzLSGO'].map((letter) => `-${letter}`));

type Comparison = typeof compareTexts;

/** test(1) by the number of arguments, as POSIX says; true or false. Throws TestFault. */
function evaluateTest(process: Process, args: string[], compare: Comparison): boolean {
  if (args.length === 0) return false;
  if (args.length === 1) return args[0] !== '';
  if (args.length === 2 && args[0] === '!') return args[1] === '';
  if (args.length === 3 && binaryOperators.has(args[1] as string))
    return compare(process, args[0] as string, args[1] as string, args[2] as string);
  if (args.length === 4 && args[0] === '!' && binaryOperators.has(args[2] as string)) {
    return !compare(process, args[1] as string, args[2] as string, args[3] as string);
  }
  const parser = new TestParser(process, args, compare);
  return parser.whole();
}

class TestParser {
  private index = 0;

  constructor(
    private readonly process: Process,
    private readonly args: string[],
    private readonly compare: Comparison,
  ) {}

  whole(): boolean {
    const result = this.or();
    const left = this.args[this.index];
    if (left !== undefined)
      throw new TestFault(`${left}: ${binaryOperators.has(left) ? 'argument expected' : 'unknown operand'}`);
    return result;
  }

  private or(): boolean {
    let result = this.and();
    while (this.args[this.index] === '-o') {
      this.index++;
      const right = this.and();
      result = result || right;
    }
    return result;
  }

  private and(): boolean {
    let result = this.not();
    while (this.args[this.index] === '-a') {
      this.index++;
      const right = this.not();
      result = result && right;
    }
    return result;
  }

  private not(): boolean {
    if (this.args[this.index] === '!' && this.index + 1 < this.args.length) {
      this.index++;
      return !this.not();
    }
    return this.primary();
  }

  private primary(): boolean {
    const first = this.args[this.index];
    if (first === undefined) throw new TestFault('argument expected');
    const second = this.args[this.index + 1];
    if (second !== undefined && binaryOperators.has(second) && this.args[this.index + 2] !== undefined) {
      this.index += 3;
      return this.compare(this.process, first, second, this.args[this.index - 1] as string);
    }
    if (first === '(') {
      this.index++;
      const result = this.or();
      if (this.args[this.index] !== ')') throw new TestFault('closing paren expected');
      this.index++;
      return result;
    }
    if (unaryOperators.has(first) && second !== undefined) {
      this.index += 2;
      return unary(this.process, first[1] as string, second);
    }
    this.index++;
    return first !== '';
  }
}

/** In `[[ ]]` the right side is a pattern. */
function comparePatterns(process: Process, left: string, operator: string, right: string): boolean {
  if (operator === '=~') return matchesExpression(left, right);
  if (operator === '=' || operator === '==') return matchesPattern(right, left);
  return operator === '!=' ? !matchesPattern(right, left) : compareTexts(process, left, operator, right);
}

function compareTexts(process: Process, left: string, operator: string, right: string): boolean {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef': {
      const a = process.files.tryStat(left);
      const b = process.files.tryStat(right);
      if (operator === '-ef')
        return a !== undefined && b !== undefined && a.ino === b.ino && a.device === b.device;
      if (operator === '-nt') return a !== undefined && b !== undefined && a.mtimeMs > b.mtimeMs;
      return a !== undefined && b !== undefined && a.mtimeMs < b.mtimeMs;
    }
  }
  const a = integer(left);
  const b = integer(right);
  switch (operator) {
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-gt':
      return a > b;
    case '-ge':
      return a >= b;
    case '-lt':
      return a < b;
    default:
      return a <= b;
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestFault(text === '' ? 'bad number' : `${text}: bad number`);
  return Number(text);
}

function unary(process: Process, operator: string, value: string): boolean {
  if (operator === 'n') return value !== '';
  if (operator === 'z') return value === '';
  if (operator === 't') return process.isTerminal(integer(value));
  if (operator === 'o') return false;
  if ('rwx'.includes(operator)) return process.files.access(value, { r: 4, w: 2, x: 1 }[operator] ?? 0);
  const link = operator === 'h' || operator === 'L';
  const stat = process.files.tryStat(value, !link);
  if (!stat) return false;
  switch (operator) {
    case 'f':
      return stat.type === 'file';
    case 'd':
      return stat.type === 'directory';
    case 'h':
    case 'L':
      return stat.type === 'symlink';
    case 'p':
      return stat.type === 'fifo';
    case 'c':
      return stat.type === 'device' && stat.character;
    case 'b':
      return stat.type === 'device' && !stat.character;
    case 'S':
      return false;
    case 's':
      return stat.size > 0;
    case 'u':
      return (stat.mode & 0o4000) !== 0;
    case 'g':
      return (stat.mode & 0o2000) !== 0;
    case 'k':
      return (stat.mode & 0o1000) !== 0;
    case 'O':
      return stat.uid === process.uid;
    case 'G':
      return stat.gid === process.gid;
    default:
      return true;
  }
}

/** test, [ and [[ as one: the status, and the message when it cannot be read. */
export function runTest(
  process: Process,
  name: string,
  args: string[],
): { status: number; message?: string } {
  let operands = args;
  if (name !== 'test') {
    const closing = name === '[' ? ']' : ']]';
    if (args[args.length - 1] !== closing) return { status: 2, message: `missing ${closing}` };
    operands = args.slice(0, -1);
    if (name === '[[')
      operands = operands.map((word) => (word === '&&' ? '-a' : word === '||' ? '-o' : word));
  }
  try {
    const compare = name === '[[' ? comparePatterns : compareTexts;
    return { status: evaluateTest(process, operands, compare) ? 0 : 1 };
  } catch (error) {
    if (error instanceof TestFault)
      return { status: 2, ...(error.message === '' ? {} : { message: error.message }) };
    throw error;
  }
}

/** `[[ text =~ expression ]]`. Throws TestFault, which says nothing, when the expression cannot be read. */
function matchesExpression(text: string, expression: string): boolean {
  try {
    return posixExpression(expression, { extended: true }).test(text);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw new TestFault(error.message.startsWith('The embedded') ? error.message : '');
  }
}

export const test: Program = async (process) => {
  const path = process.argv[0] ?? 'test';
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { status, message } = runTest(process, name, process.argv.slice(1));
  if (message !== undefined) await process.write(2, `${name}: ${message}\n`);
  return status;
};
