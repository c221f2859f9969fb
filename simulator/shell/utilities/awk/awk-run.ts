import type { OpenFile } from '../../../files/open-file';
import type { Process } from '../../../runtime/process';
import { formatPrintf } from '../printf';
import { compileRegExp } from '../regular-expression';
import { start, waitThrough } from '../running';
import type { Utility } from '../utility';
import type { AwkProgram, Node, Rule, Statement } from './awk-parser';

/** A value: text from input counts as a number when it looks like one (`strnum`). */
type Value = number | string | Loose;
class Loose {
  constructor(readonly text: string) {}
}
type Cell = Value | undefined;
type Table = Map<string, Value>;
type Run<T> = Generator<Promise<unknown>, T, unknown>;
type Flow = 'next' | 'nextfile' | 'break' | 'continue' | 'exit' | 'return' | undefined;

const numeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

/** Runs an awk program over its input. */
export class AwkRunner {
  exitCode = 0;
  private readonly globals = new Map<string, Cell | Table>();
  private frame: Map<string, Cell | Table> | undefined;
  private fields: string[] = [];
  private record = '';
  private splitDone = true;
  private returned: Value = '';
  private readonly ranges = new Set<Rule>();
  private readonly outputs = new Map<string, { fd: number; child?: Process }>();
  private readonly readers = new Map<string, AsyncGenerator<string>>();
  private readonly regexes = new Map<string, RegExp>();
  private input: AsyncGenerator<string> | undefined;
  private seed = 0.5;

  constructor(
    private readonly self: Utility,
    private readonly program: AwkProgram,
    private readonly files: string[],
  ) {
    const preset: Record<string, Value> = {
      FS: ' ',
      OFS: ' ',
      ORS: '\n',
      RS: '\n',
      NR: 0,
      NF: 0,
      FNR: 0,
      SUBSEP: '\x1c',
      CONVFMT: '%.6g',
      OFMT: '%.6g',
      RSTART: 0,
      RLENGTH: -1,
      FILENAME: '',
    };
    for (const [name, value] of Object.entries(preset)) this.globals.set(name, value);
    this.globals.set(
      'ENVIRON',
      new Map([...self.process.env].map(([name, value]) => [name, new Loose(value)])),
    );
    this.globals.set('ARGC', files.length + 1);
    this.globals.set(
      'ARGV',
      new Map<string, Value>([
        ['0', 'awk'],
        ...files.map((file, index): [string, Value] => [String(index + 1), new Loose(file)]),
      ]),
    );
  }

  set(name: string, text: string): void {
    this.globals.set(name, new Loose(text));
  }

  async run(): Promise<number> {
    const { rules } = this.program;
    let flow: Flow;
    for (const rule of rules)
      if (rule.kind === 'begin' && flow !== 'exit' && rule.body)
        flow = await this.drive(this.exec(rule.body));
    const reads = rules.some((rule) => rule.kind !== 'begin');
    if (flow !== 'exit' && reads) {
      this.input = this.records();
      for (;;) {
        const next = await this.input.next();
        if (next.done) break;
        this.setRecord(next.value);
        flow = await this.main(rules);
        if (flow === 'exit') break;
      }
    }
    for (const rule of rules)
      if (rule.kind === 'end' && rule.body && (flow !== 'exit' || !this.ended)) {
        flow = await this.drive(this.exec(rule.body));
        if (flow === 'exit') this.ended = true;
      }
    await this.closeAll();
    return this.exitCode;
  }

  private ended = false;

  private async main(rules: Rule[]): Promise<Flow> {
    const turn = this.self.process.checkpoint();
    if (turn) await turn;
    for (const rule of rules) {
      if (rule.kind !== 'main') continue;
      if (rule.pattern) {
        if (rule.until) {
          if (!this.ranges.has(rule)) {
            if (!truth(await this.drive(this.ev(rule.pattern)))) continue;
            this.ranges.add(rule);
          }
          if (truth(await this.drive(this.ev(rule.until)))) this.ranges.delete(rule);
        } else if (!truth(await this.drive(this.ev(rule.pattern)))) continue;
      }
      const flow = rule.body
        ? await this.drive(this.exec(rule.body))
        : await this.drive(this.printLine(this.line()));
      if (flow === 'next' || flow === 'nextfile' || flow === 'exit') return flow;
    }
    return undefined;
  }

  /** Runs a generator, waiting where it asks to; without a wait it takes no turn of the event loop. */
  private drive<T>(run: Run<T>): T | Promise<T> {
    const step = run.next();
    return step.done ? step.value : this.driveOn(run, step.value);
  }

  private async driveOn<T>(run: Run<T>, first: Promise<unknown>): Promise<T> {
    let waiting = first;
    for (;;) {
      const step = run.next(await waiting);
      if (step.done) return step.value;
      waiting = step.value;
    }
  }

  private async *records(): AsyncGenerator<string> {
    let any = false;
    for (const path of this.files) {
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(path);
      if (assignment) {
        this.set(assignment[1] as string, assignment[2] as string);
        continue;
      }
      any = true;
      yield* this.fileRecords(path);
    }
    if (!any) yield* this.fileRecords('-');
  }

  private async *fileRecords(path: string): AsyncGenerator<string> {
    const file = await this.self.open(path, path);
    if (!file) {
      this.exitCode = 2;
      return;
    }
    this.globals.set('FILENAME', path === '-' ? '' : path);
    this.globals.set('FNR', 0);
    try {
      for await (const record of this.split(file)) {
        this.globals.set('NR', number(this.globals.get('NR') as Value) + 1);
        this.globals.set('FNR', number(this.globals.get('FNR') as Value) + 1);
        yield record;
      }
    } finally {
      file.release();
    }
  }

  private async *split(file: OpenFile): AsyncGenerator<string> {
    const separator = this.text(this.globals.get('RS') as Value);
    if (separator.length === 1) {
      for await (const { lines } of this.self.lines(file, separator)) yield* lines;
      return;
    }
    const text = await this.self.readAll(file);
    const parts =
      separator === ''
        ? text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/)
        : text.replace(/\n$/, '').split(this.regex(separator));
    for (const part of parts) if (text !== '') yield part;
  }

  private *exec(statement: Statement): Run<Flow> {
    switch (statement.t) {
      case 'block':
        for (const each of statement.body) {
          const flow = yield* this.exec(each);
          if (flow) return flow;
        }
        return undefined;
      case 'expr':
        yield* this.ev(statement.value);
        return undefined;
      case 'print':
        yield* this.print(statement);
        return undefined;
      case 'if':
        if (truth(yield* this.ev(statement.test))) return yield* this.exec(statement.yes);
        return statement.no ? yield* this.exec(statement.no) : undefined;
      case 'while':
        return yield* this.loop(
          statement.after ? undefined : statement.test,
          statement.body,
          undefined,
          statement.after ? statement.test : undefined,
        );
      case 'for':
        if (statement.init) yield* this.exec(statement.init);
        return yield* this.loop(statement.test, statement.body, statement.step, undefined);
      case 'forin':
        for (const key of [...this.table(statement.array).keys()]) {
          this.assignVariable(statement.name, new Loose(key));
          const flow = yield* this.exec(statement.body);
          if (flow === 'break') break;
          if (flow && flow !== 'continue') return flow;
        }
        return undefined;
      case 'delete':
        if (statement.keys) this.table(statement.name).delete(yield* this.key(statement.keys));
        else this.table(statement.name).clear();
        return undefined;
      case 'jump':
        return statement.kind;
      case 'exit':
        if (statement.value) this.exitCode = number(yield* this.ev(statement.value)) & 255;
        return 'exit';
      case 'return':
        this.returned = statement.value ? yield* this.ev(statement.value) : '';
        return 'return';
    }
  }

  private *loop(
    test: Node | undefined,
    body: Statement,
    step: Statement | undefined,
    after: Node | undefined,
  ): Run<Flow> {
    for (;;) {
      const turn = this.self.process.checkpoint();
      if (turn) yield turn;
      if (test && !truth(yield* this.ev(test))) return undefined;
      const flow = yield* this.exec(body);
      if (flow === 'break') return undefined;
      if (flow && flow !== 'continue') return flow;
      if (step) yield* this.exec(step);
      if (after && !truth(yield* this.ev(after))) return undefined;
    }
  }

  private *print(statement: Extract<Statement, { t: 'print' }>): Run<void> {
    const values: Value[] = [];
    for (const arg of statement.args) values.push(yield* this.ev(arg));
    let text: string;
    if (statement.format) text = this.format(values);
    else {
      const ofmt = this.text(this.globals.get('OFMT') as Value);
      const shown = values.map((value) =>
        typeof value === 'number' && !Number.isInteger(value)
          ? formatPrintf(ofmt, [String(value)]).output
          : this.text(value),
      );
      text = (values.length > 0 ? shown.join(this.special('OFS')) : this.line()) + this.special('ORS');
    }
    if (!statement.redirect) {
      const waiting = this.self.print(text);
      if (waiting) yield waiting;
      return;
    }
    const target = this.text(yield* this.ev(statement.redirect.target));
    yield this.writeTo(statement.redirect.op, target, text);
  }

  private *printLine(text: string): Run<Flow> {
    const waiting = this.self.print(text + this.special('ORS'));
    if (waiting) yield waiting;
    return undefined;
  }

  private special(name: string): string {
    return this.text(this.globals.get(name) as Value);
  }

  private async writeTo(op: string, target: string, text: string): Promise<void> {
    const { process } = this.self;
    if (target === '/dev/stdout' || target === '-') return void (await this.self.print(text));
    await this.self.flush();
    if (target === '/dev/stderr') return void (await process.write(2, text));
    let output = this.outputs.get(target);
    if (!output) {
      if (op === '|') {
        const { reader, writer } = process.pipe();
        const child = await start(this.self, ['sh', '-c', target], {
          fds: new Map(process.fds).set(0, reader),
        });
        reader.release();
        const fd = process.addFd(writer);
        output = typeof child === 'number' ? { fd } : { fd, child };
      } else output = { fd: process.addFd(await process.open(target, op === '>' ? 'w' : 'a')) };
      this.outputs.set(target, output);
    }
    await process.write(output.fd, text);
  }

  private async close(name: string): Promise<number> {
    await this.self.flush();
    const reader = this.readers.get(name);
    if (reader) {
      this.readers.delete(name);
      await reader.return(undefined);
      return 0;
    }
    const output = this.outputs.get(name);
    if (!output) return -1;
    this.outputs.delete(name);
    this.self.process.closeFd(output.fd);
    return output.child ? (await waitThrough(this.self.process, output.child)).code : 0;
  }

  private async closeAll(): Promise<void> {
    await this.self.flush();
    for (const name of [...this.outputs.keys()]) await this.close(name);
  }

  private *ev(node: Node): Run<Value> {
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
    if ((node.op === '/' || node.op === '%') && number(right) === 0) this.self.fail('Division by zero');
    return arithmetic(node.op, number(left), number(right));
  }

  private *assign(target: Node, value: Value): Run<void> {
    if (target.t === 'var') this.assignVariable(target.name, value);
    else if (target.t === 'index') this.table(target.name).set(yield* this.key(target.keys), value);
    else if (target.t === 'field') this.setField(number(yield* this.ev(target.index)), this.text(value));
  }

  private assignVariable(name: string, value: Value): void {
    if (this.frame?.has(name)) this.frame.set(name, value);
    else {
      this.globals.set(name, value);
      if (name === 'NF') {
        this.splitFields();
        const count = number(value);
        while (this.fields.length < count) this.fields.push('');
        this.fields.length = count;
        this.record = this.fields.join(this.special('OFS'));
      }
    }
  }

  private variable(name: string): Value {
    if (name === 'NF') this.splitFields();
    const value = this.frame?.has(name) ? this.frame.get(name) : this.globals.get(name);
    if (value === undefined) return new Loose('');
    if (value instanceof Map) return this.self.fail(`${name} is an array`);
    return value;
  }

  private table(name: string): Table {
    const scope = this.frame?.has(name) ? this.frame : this.globals;
    let table = scope.get(name);
    if (!(table instanceof Map)) {
      table = new Map();
      scope.set(name, table);
    }
    return table;
  }

  private *key(keys: Node[]): Run<string> {
    const parts: string[] = [];
    for (const key of keys) parts.push(this.text(yield* this.ev(key)));
    return parts.length === 1 ? (parts[0] as string) : parts.join(this.special('SUBSEP'));
  }

  text(value: Value): string {
    if (typeof value === 'string') return value;
    if (typeof value !== 'number') return value.text;
    if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value) : BigInt(value).toString();
    return formatPrintf(this.special('CONVFMT'), [String(value)]).output;
  }

  private line(): string {
    return this.record;
  }

  private setRecord(text: string): void {
    this.record = text;
    this.splitDone = false;
  }

  private splitFields(): void {
    if (this.splitDone) return;
    this.splitDone = true;
    this.fields = this.splitText(this.record, this.special('FS'));
    this.globals.set('NF', this.fields.length);
  }

  private splitText(text: string, separator: string): string[] {
    if (separator === ' ')
      return text.trim() === '' ? [] : text.replace(/^[ \t\n]+|[ \t\n]+$/g, '').split(/[ \t\n]+/);
    if (text === '') return [];
    if (separator === '') return [...text];
    if (separator.length === 1) return text.split(separator);
    return text.split(this.regex(separator));
  }

  private field(index: number): Value {
    if (index === 0) return new Loose(this.record);
    this.splitFields();
    return new Loose(this.fields[Math.trunc(index) - 1] ?? '');
  }

  private setField(index: number, text: string): void {
    if (index === 0) {
      this.setRecord(text);
      return;
    }
    this.splitFields();
    while (this.fields.length < index) this.fields.push('');
    this.fields[index - 1] = text;
    this.globals.set('NF', this.fields.length);
    this.record = this.fields.join(this.special('OFS'));
  }

  private regex(source: string): RegExp {
    let regex = this.regexes.get(source);
    if (!regex) {
      regex = compileRegExp(source, { extended: true });
      this.regexes.set(source, regex);
    }
    return regex;
  }

  private *regexOf(node: Node): Run<RegExp> {
    return this.regex(node.t === 'regex' ? node.source : this.text(yield* this.ev(node)));
  }

  private *getline(node: Extract<Node, { t: 'getline' }>): Run<Value> {
    let source = this.input;
    if (!node.file && !node.command) {
      this.input ??= this.records();
      source = this.input;
    } else {
      const name = this.text(yield* this.ev((node.file ?? node.command) as Node));
      source = this.readers.get(name) ?? (node.file ? this.linesOf(name) : this.outputOf(name));
      this.readers.set(name, source);
    }
    const next = (yield source.next().catch(() => undefined)) as IteratorResult<string> | undefined;
    if (!next) return -1;
    if (next.done) return 0;
    if (node.target) yield* this.assign(node.target, new Loose(next.value));
    else this.setRecord(next.value);
    return 1;
  }

  private async *linesOf(path: string): AsyncGenerator<string> {
    const file = path === '-' ? await this.self.open('-') : this.self.process.files.open(path, 'r');
    if (!file) return;
    yield* this.split(file);
    file.release();
  }

  private async *outputOf(command: string): AsyncGenerator<string> {
    await this.self.flush();
    const { reader, writer } = this.self.process.pipe();
    const child = await start(this.self, ['sh', '-c', command], {
      fds: new Map(this.self.process.fds).set(1, writer),
    });
    writer.release();
    yield* this.split(reader);
    reader.release();
    if (typeof child !== 'number') await waitThrough(this.self.process, child);
  }

  private async system(command: string): Promise<number> {
    await this.self.flush();
    const child = await start(this.self, ['sh', '-c', command]);
    return typeof child === 'number' ? child : (await waitThrough(this.self.process, child)).code;
  }

  private format(values: Value[]): string {
    const [format, ...rest] = values;
    const text = this.text(format ?? '');
    let index = 0;
    // Each conversion decides whether its value counts as a number or as text.
    return text.replace(
      /%(%|[-+ 0#]*(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z]))/g,
      (whole, inner: string, width: string | undefined, precision: string | undefined, letter: string) => {
        if (inner === '%') return '%';
        let spec = whole;
        if (width === '*') spec = spec.replace('*', String(number(rest[index++] ?? 0)));
        if (precision === '*') spec = spec.replace('*', String(number(rest[index++] ?? 0)));
        const value = rest[index++] ?? '';
        if ('di'.includes(letter)) return formatPrintf(spec, [String(Math.trunc(number(value)) || 0)]).output;
        if ('ouxX'.includes(letter))
          return formatPrintf(spec, [String(BigInt(Math.trunc(number(value)) || 0))]).output;
        if (letter === 'c')
          return formatPrintf(spec, [
            typeof value === 'number' ? String.fromCharCode(value & 255) : this.text(value),
          ]).output;
        if ('eEfFgG'.includes(letter)) return formatPrintf(spec, [String(number(value))]).output;
        return formatPrintf(spec.replace(/[a-zA-Z]$/, 's'), [this.text(value)]).output;
      },
    );
  }

  private *call(node: Extract<Node, { t: 'call' }>): Run<Value> {
    const user = this.program.functions.get(node.name);
    if (user) return yield* this.callUser(node, user);
    const { args } = node;
    const arg = function* (this: AwkRunner, index: number): Run<string> {
      return args[index] ? this.text(yield* this.ev(args[index] as Node)) : '';
    }.bind(this);
    switch (node.name) {
      case 'length': {
        const [first] = args;
        if (!first) return this.record.length;
        if (first.t === 'var') {
          const value = this.frame?.has(first.name)
            ? this.frame.get(first.name)
            : this.globals.get(first.name);
          if (value instanceof Map) return value.size;
        }
        return (yield* arg(0)).length;
      }
      case 'substr': {
        const text = yield* arg(0);
        const from = Math.round(number(yield* this.ev(args[1] as Node)));
        const length = args[2] ? Math.round(number(yield* this.ev(args[2]))) : Number.MAX_SAFE_INTEGER;
        const begin = Math.max(0, from - 1);
        return text.slice(begin, begin + Math.max(0, length));
      }
      case 'index':
        return (yield* arg(0)).indexOf(yield* arg(1)) + 1;
      case 'tolower':
        return (yield* arg(0)).toLowerCase();
      case 'toupper':
        return (yield* arg(0)).toUpperCase();
      case 'split': {
        const text = yield* arg(0);
        const name = args[1]?.t === 'var' ? args[1].name : this.self.fail('not an array');
        const by = args[2];
        const separator = by
          ? by.t === 'regex'
            ? by.source
            : this.text(yield* this.ev(by))
          : this.special('FS');
        const parts =
          by?.t === 'regex'
            ? text === ''
              ? []
              : text.split(this.regex(separator))
            : this.splitText(text, separator);
        const table = this.table(name);
        table.clear();
        for (const [index, part] of parts.entries()) table.set(String(index + 1), new Loose(part));
        return parts.length;
      }
      case 'sub':
      case 'gsub': {
        const regex = new RegExp(
          (yield* this.regexOf(args[0] as Node)).source,
          node.name === 'gsub' ? 'g' : '',
        );
        const replacement = yield* arg(1);
        const target = args[2] ?? { t: 'field', index: { t: 'num', value: 0 } };
        const text = this.text(yield* this.ev(target));
        let count = 0;
        const result = text.replace(regex, (match) => {
          count++;
          return replacement.replace(/\\\\|\\&|&/g, (c) => (c === '&' ? match : c === '\\&' ? '&' : '\\'));
        });
        if (count > 0) yield* this.assign(target, result);
        return count;
      }
      case 'match': {
        const found = (yield* this.regexOf(args[1] as Node)).exec(yield* arg(0));
        this.globals.set('RSTART', found ? found.index + 1 : 0);
        this.globals.set('RLENGTH', found ? found[0].length : -1);
        return found ? found.index + 1 : 0;
      }
      case 'sprintf': {
        const values: Value[] = [];
        for (const each of args) values.push(yield* this.ev(each));
        return this.format(values);
      }
      case 'system':
        return (yield this.system(yield* arg(0))) as number;
      case 'close':
        return (yield this.close(yield* arg(0))) as number;
      case 'fflush':
        yield this.self.flush();
        return 0;
      case 'int':
        return Math.trunc(number(yield* this.ev(args[0] as Node)));
      case 'sqrt':
        return Math.sqrt(number(yield* this.ev(args[0] as Node)));
      case 'exp':
        return Math.exp(number(yield* this.ev(args[0] as Node)));
      case 'log':
        return Math.log(number(yield* this.ev(args[0] as Node)));
      case 'sin':
        return Math.sin(number(yield* this.ev(args[0] as Node)));
      case 'cos':
        return Math.cos(number(yield* this.ev(args[0] as Node)));
      case 'atan2':
        return Math.atan2(number(yield* this.ev(args[0] as Node)), number(yield* this.ev(args[1] as Node)));
      case 'rand':
        this.seed = (this.seed * 16_807 + 0.123) % 1;
        return this.seed;
      case 'srand':
        this.seed = 0.37;
        return 0;
      case 'systime':
        return Math.floor(this.self.process.clock.now() / 1000);
      default:
        return this.self.fail(`Call to undefined function`);
    }
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

function number(value: Value): number {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : value.text;
  return Number(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text)?.[0] ?? 0);
}

function looksNumeric(value: Value): boolean {
  return (
    typeof value === 'number' || (value instanceof Loose && (value.text === '' || numeric.test(value.text)))
  );
}

function truth(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return numeric.test(value.text) ? Number(value.text) !== 0 : value.text !== '';
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      return a ** b;
  }
}
