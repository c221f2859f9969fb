import { formatPrintf } from '../printf';
import { compileRegExp, splitAt } from '../regular-expression';
import type { Utility } from '../utility';
import { type Cell, Loose, number, type Table, type Value } from './awk-value';

/** What an element of an array costs beside its texts, in bytes. */
const elementBytes = 64;
/** Growth by less is not told to the kernel. */
const noticeableBytes = 1 << 18;

const mostFields = 1_000_000;

/** Expressions that are kept compiled. */
const mostExpressions = 500;

function size(value: Value | undefined): number {
  return typeof value === 'string' ? value.length : value instanceof Loose ? value.text.length : 0;
}

/** What an awk program works on: its variables, and the record with its fields. */
export class AwkState {
  readonly globals = new Map<string, Cell | Table>();
  frame: Map<string, Cell | Table> | undefined;
  protected fields: string[] = [];
  record = '';
  protected splitDone = true;
  /** Bytes in arrays, and how many of them the kernel was told of. */
  private held = 0;
  private told = 0;
  protected readonly regexes = new Map<string, RegExp>();

  constructor(
    readonly self: Utility,
    files: string[],
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

  /** Puts an element into an array, and tells the kernel as arrays grow. */
  protected assignElement(table: Table, key: string, value: Value): void {
    const before = table.get(key);
    table.set(key, value);
    this.held += size(value) - size(before) + (before === undefined ? key.length + elementBytes : 0);
    if (Math.abs(this.held - this.told) < noticeableBytes) return;
    this.told = this.held;
    this.self.process.setMemory(this.held);
  }

  protected assignVariable(name: string, value: Value): void {
    if (size(value) > noticeableBytes) this.self.process.setMemory(this.held + size(value));
    if (this.frame?.has(name)) this.frame.set(name, value);
    else {
      this.globals.set(name, value);
      if (name === 'NF') {
        this.splitFields();
        const count = number(value);
        this.checkFields(count);
        while (this.fields.length < count) this.fields.push('');
        this.fields.length = count;
        this.record = this.fields.join(this.special('OFS'));
      }
    }
  }

  protected variable(name: string): Value {
    if (name === 'NF') this.splitFields();
    const value = this.frame?.has(name) ? this.frame.get(name) : this.globals.get(name);
    if (value === undefined) return new Loose('');
    if (value instanceof Map) return this.self.fail(`${name} is an array`);
    return value;
  }

  table(name: string): Table {
    const scope = this.frame?.has(name) ? this.frame : this.globals;
    let table = scope.get(name);
    if (!(table instanceof Map)) {
      table = new Map();
      scope.set(name, table);
    }
    return table;
  }

  special(name: string): string {
    return this.text(this.globals.get(name) as Value);
  }

  text(value: Value): string {
    if (typeof value === 'string') return value;
    if (typeof value !== 'number') return value.text;
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63)
      return Math.abs(value) < 1e16 ? String(value) : BigInt(value).toString();
    return this.format([this.special('CONVFMT'), value]);
  }

  protected line(): string {
    return this.record;
  }

  protected setRecord(text: string): void {
    this.record = text;
    this.splitDone = false;
  }

  private splitFields(): void {
    if (this.splitDone) return;
    this.splitDone = true;
    this.fields = this.splitText(this.record, this.special('FS'));
    this.globals.set('NF', this.fields.length);
  }

  splitText(text: string, separator: string): string[] {
    if (separator === ' ')
      return text.trim() === '' ? [] : text.replace(/^[ \t\n]+|[ \t\n]+$/g, '').split(/[ \t\n]+/);
    if (text === '') return [];
    if (separator === '') return [...text];
    if (separator.length === 1) return text.split(separator);
    return splitAt(text, this.regex(separator));
  }

  protected field(index: number): Value {
    if (index === 0) return new Loose(this.record);
    this.splitFields();
    return new Loose(this.fields[Math.trunc(index) - 1] ?? '');
  }

  /** Fields between the last one and a new one are made as well: `$1000000000 = 1` would take the memory of all. */
  protected checkFields(count: number): void {
    if (count > mostFields)
      this.self.fail(`The embedded cluster does not simulate records of more than ${mostFields} fields`);
  }

  protected setField(index: number, text: string): void {
    if (index === 0) {
      this.setRecord(text);
      return;
    }
    this.splitFields();
    this.checkFields(index);
    while (this.fields.length < index) this.fields.push('');
    this.fields[index - 1] = text;
    this.globals.set('NF', this.fields.length);
    this.record = this.fields.join(this.special('OFS'));
  }

  regex(source: string): RegExp {
    let regex = this.regexes.get(source);
    if (!regex) {
      regex = compileRegExp(source, { extended: true, flags: 'g' });
      // Expressions that a program makes as it runs are no reason to grow.
      if (this.regexes.size >= mostExpressions) this.regexes.clear();
      this.regexes.set(source, regex);
    }
    regex.lastIndex = 0;
    return regex;
  }

  /** sprintf() */
  format(values: Value[]): string {
    const formatted = (spec: string, value: string): string => {
      const { output, errors } = formatPrintf(spec, [value]);
      const [refused] = errors.filter((error) => error.startsWith('The embedded'));
      return refused === undefined ? output : this.self.fail(refused);
    };
    const integerOf = (value: Value): bigint => {
      const amount = Math.trunc(number(value));
      return Number.isFinite(amount) ? BigInt(amount) : 0n;
    };
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
        if ('diouxX'.includes(letter)) return formatted(spec, String(integerOf(value)));
        if (letter === 'c')
          return formatted(
            spec,
            typeof value === 'number' ? String.fromCharCode(value & 255) : this.text(value),
          );
        if ('eEfFgG'.includes(letter)) return formatted(spec, String(number(value)));
        return formatted(spec.replace(/[a-zA-Z]$/, 's'), this.text(value));
      },
    );
  }
}
