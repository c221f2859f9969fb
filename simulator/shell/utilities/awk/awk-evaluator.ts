import type { Utility } from '../utility';
import { callFunction } from './awk-functions';
import { AwkState } from './awk-state';
import { AwkStreams } from './awk-streams';
import type { AwkProgram, Node, Statement } from './awk-syntax';
import {
  arithmetic,
  type Cell,
  compareTexts,
  Loose,
  looksNumeric,
  number,
  type Table,
  truth,
  type Value,
} from './awk-value';

/** A computation that may wait: it yields what it waits for, and gets what that gives. */
export type Run<T> = Generator<Promise<unknown>, T, unknown>;
export type Flow = 'next' | 'nextfile' | 'break' | 'continue' | 'exit' | 'return' | undefined;

/** Evaluates the expressions of an awk program. */
export abstract class AwkEvaluator extends AwkState {
  readonly streams: AwkStreams;
  protected returned: Value = '';
  /** Of rand(), and what srand() was given. */
  seed = 0.5;
  seedNumber = 1;

  constructor(
    self: Utility,
    protected readonly program: AwkProgram,
    files: string[],
  ) {
    super(self, files);
    this.streams = new AwkStreams(self, this, files);
  }

  /** Executes a statement of a function's body. */
  protected abstract exec(statement: Statement): Run<Flow>;

  *ev(node: Node): Run<Value> {
    switch (node.t) {
      case 'num':
      case 'str':
        return node.value;
      case 'regex':
        return this.regex(node.source).test(this.line()) ? 1 : 0;
      case 'var':
        return this.variable(node.name);
      case 'field':
        return this.field(number(yield* this.ev(node.index)));
      case 'index': {
        const key = yield* this.key(node.keys);
        const table = this.table(node.name);
        const value = table.get(key);
        if (value === undefined) table.set(key, new Loose(''));
        return value ?? new Loose('');
      }
      case 'group': {
        if (node.items.length === 1) return yield* this.ev(node.items[0] as Node);
        return yield* this.key(node.items);
      }
      case 'unary': {
        const value = yield* this.ev(node.arg);
        return node.op === '!' ? (truth(value) ? 0 : 1) : node.op === '-' ? -number(value) : number(value);
      }
      case 'binary':
        return yield* this.binary(node);
      case 'cond':
        return yield* this.ev(truth(yield* this.ev(node.test)) ? node.yes : node.no);
      case 'assign': {
        let value = yield* this.ev(node.value);
        if (node.op !== '') value = arithmetic(node.op, number(yield* this.ev(node.target)), number(value));
        yield* this.assign(node.target, value);
        return value;
      }
      case 'step': {
        const before = number(yield* this.ev(node.target));
        yield* this.assign(node.target, before + node.delta);
        return node.prefix ? before + node.delta : before;
      }
      case 'in':
        return this.table(node.name).has(yield* this.key(node.keys)) ? 1 : 0;
      case 'match': {
        const text = this.text(yield* this.ev(node.text));
        const regex = yield* this.regexOf(node.regex);
        return regex.test(text) !== node.negated ? 1 : 0;
      }
      case 'call':
        return yield* this.call(node);
      case 'getline':
        return yield* this.getline(node);
    }
  }

  private *binary(node: Extract<Node, { t: 'binary' }>): Run<Value> {
    const left = yield* this.ev(node.left);
    if (node.op === '&&') return truth(left) && truth(yield* this.ev(node.right)) ? 1 : 0;
    if (node.op === '||') return truth(left) || truth(yield* this.ev(node.right)) ? 1 : 0;
    const right = yield* this.ev(node.right);
    if (node.op === ' ') return this.text(left) + this.text(right);
    if (/^[<>=!]/.test(node.op)) {
      const order =
        looksNumeric(left) && looksNumeric(right)
          ? number(left) - number(right)
          : compareTexts(this.text(left), this.text(right));
      const results: Record<string, boolean> = {
        '<': order < 0,
        '<=': order <= 0,
        '==': order === 0,
        '!=': order !== 0,
        '>': order > 0,
        '>=': order >= 0,
      };
      return results[node.op] ? 1 : 0;
    }
    if ((node.op === '/' || node.op === '%') && number(right) === 0)
      this.self.fail('cmd. line:1: Division by zero');
    return arithmetic(node.op, number(left), number(right));
  }

  *assign(target: Node, value: Value): Run<void> {
    if (target.t === 'var') this.assignVariable(target.name, value);
    else if (target.t === 'index')
      this.assignElement(this.table(target.name), yield* this.key(target.keys), value);
    else if (target.t === 'field') this.setField(number(yield* this.ev(target.index)), this.text(value));
  }

  *key(keys: Node[]): Run<string> {
    const parts: string[] = [];
    for (const key of keys) parts.push(this.text(yield* this.ev(key)));
    return parts.length === 1 ? (parts[0] as string) : parts.join(this.special('SUBSEP'));
  }

  *regexOf(node: Node): Run<RegExp> {
    return this.regex(node.t === 'regex' ? node.source : this.text(yield* this.ev(node)));
  }

  private *getline(node: Extract<Node, { t: 'getline' }>): Run<Value> {
    const named = node.file ?? node.command;
    const source = named
      ? this.streams.named(this.text(yield* this.ev(named)), node.file ? 'file' : 'command')
      : this.streams.main;
    const next = (yield source.next().catch(() => undefined)) as IteratorResult<string> | undefined;
    if (!next) return -1;
    if (next.done) return 0;
    if (node.target) yield* this.assign(node.target, new Loose(next.value));
    else this.setRecord(next.value);
    return 1;
  }

  private *call(node: Extract<Node, { t: 'call' }>): Run<Value> {
    const user = this.program.functions.get(node.name);
    return user ? yield* this.callUser(node, user) : yield* callFunction(this, node);
  }

  private *callUser(
    node: Extract<Node, { t: 'call' }>,
    { parameters, body }: { parameters: string[]; body: Statement },
  ): Run<Value> {
    const frame = new Map<string, Cell | Table>();
    for (const [index, name] of parameters.entries()) {
      const arg = node.args[index];
      if (!arg) frame.set(name, undefined);
      else if (arg.t === 'var') {
        const scope = this.frame?.has(arg.name) ? this.frame : this.globals;
        let value = scope.get(arg.name);
        // An untouched variable may turn out to be an array: by reference.
        if (value === undefined && usedAsArray(body, name)) {
          value = new Map();
          scope.set(arg.name, value);
        }
        frame.set(name, value);
      } else frame.set(name, yield* this.ev(arg));
    }
    const saved = this.frame;
    this.frame = frame;
    this.returned = '';
    yield* this.exec(body);
    this.frame = saved;
    const result = this.returned;
    this.returned = '';
    return result;
  }
}

function usedAsArray(body: Statement, name: string): boolean {
  return (
    new RegExp(`"(?:name|array)":${JSON.stringify(name)}`).test(JSON.stringify(body)) &&
    /"t":"(?:index|in|forin|delete|call)"/.test(JSON.stringify(body))
  );
}
