import { formatDate, zoneOf } from '../date-format';
import { matchesOf, splitAt } from '../regular-expression';
import type { AwkEvaluator, Run } from './awk-evaluator';
import type { Node } from './awk-syntax';
import { Loose, number, type Value } from './awk-value';

/** rint(3) */
const toEven = (value: number): number =>
  Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
const whole = (value: number): bigint => (Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n);

/** Calls a function that awk itself has. */
export function* callFunction(awk: AwkEvaluator, node: Extract<Node, { t: 'call' }>): Run<Value> {
  const { args } = node;
  const arg = function* (index: number): Run<string> {
    return args[index] ? awk.text(yield* awk.ev(args[index] as Node)) : '';
  };
  switch (node.name) {
    case 'length': {
      const [first] = args;
      if (!first) return awk.record.length;
      if (first.t === 'var') {
        const value = awk.frame?.has(first.name) ? awk.frame.get(first.name) : awk.globals.get(first.name);
        if (value instanceof Map) return value.size;
      }
      return (yield* arg(0)).length;
    }
    case 'substr': {
      const text = yield* arg(0);
      const from = toEven(number(yield* awk.ev(args[1] as Node)));
      const length = args[2] ? toEven(number(yield* awk.ev(args[2]))) : Number.MAX_SAFE_INTEGER;
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
      const name = args[1]?.t === 'var' ? args[1].name : awk.self.fail('not an array');
      const by = args[2];
      const separator = by ? (by.t === 'regex' ? by.source : awk.text(yield* awk.ev(by))) : awk.special('FS');
      const parts =
        by?.t === 'regex'
          ? text === ''
            ? []
            : splitAt(text, awk.regex(separator))
          : awk.splitText(text, separator);
      const table = awk.table(name);
      table.clear();
      for (const [index, part] of parts.entries()) table.set(String(index + 1), new Loose(part));
      return parts.length;
    }
    case 'sub':
    case 'gsub': {
      const regex = yield* awk.regexOf(args[0] as Node);
      const replacement = yield* arg(1);
      const target = args[2] ?? { t: 'field', index: { t: 'num', value: 0 } };
      const text = awk.text(yield* awk.ev(target));
      let count = 0;
      let result = '';
      let end = 0;
      // BusyBox counts an empty match right behind another.
      for (const match of awk.self.gnu ? matchesOf(text, regex) : text.matchAll(regex)) {
        count++;
        const put = replacement.replace(/\\\\|\\&|&/g, (c) =>
          c === '&' ? match[0] : c === '\\&' ? '&' : '\\',
        );
        result += text.slice(end, match.index) + put;
        end = match.index + match[0].length;
        if (node.name === 'sub') break;
      }
      result += text.slice(end);
      if (count > 0) yield* awk.assign(target, result);
      return count;
    }
    case 'match': {
      const text = yield* arg(0);
      const [found] = matchesOf(text, yield* awk.regexOf(args[1] as Node));
      awk.globals.set('RSTART', found ? found.index + 1 : 0);
      awk.globals.set('RLENGTH', found ? found[0].length : -1);
      return found ? found.index + 1 : 0;
    }
    case 'sprintf': {
      const values: Value[] = [];
      for (const each of args) values.push(yield* awk.ev(each));
      return awk.format(values);
    }
    case 'system':
      return (yield awk.streams.system(yield* arg(0))) as number;
    case 'close':
      return (yield awk.streams.close(yield* arg(0))) as number;
    case 'fflush':
      yield awk.streams.flush();
      return 0;
    case 'int':
      return Math.trunc(number(yield* awk.ev(args[0] as Node)));
    case 'sqrt':
      return Math.sqrt(number(yield* awk.ev(args[0] as Node)));
    case 'exp':
      return Math.exp(number(yield* awk.ev(args[0] as Node)));
    case 'log':
      return Math.log(number(yield* awk.ev(args[0] as Node)));
    case 'sin':
      return Math.sin(number(yield* awk.ev(args[0] as Node)));
    case 'cos':
      return Math.cos(number(yield* awk.ev(args[0] as Node)));
    case 'atan2':
      return Math.atan2(number(yield* awk.ev(args[0] as Node)), number(yield* awk.ev(args[1] as Node)));
    case 'rand':
      awk.seed = (awk.seed * 16_807 + 0.123) % 1;
      return awk.seed;
    case 'srand': {
      const before = awk.seedNumber;
      awk.seedNumber = args[0]
        ? number(yield* awk.ev(args[0]))
        : Math.floor(awk.self.process.clock.now() / 1000);
      awk.seed = (0.37 + Math.abs(awk.seedNumber) * 0.000_618_034) % 1;
      return before;
    }
    case 'and':
    case 'or':
    case 'xor':
    case 'lshift':
    case 'rshift': {
      const a = whole(number(yield* awk.ev(args[0] as Node)));
      const b = whole(number(yield* awk.ev(args[1] as Node)));
      const results = { and: a & b, or: a | b, xor: a ^ b, lshift: a << (b & 63n), rshift: a >> (b & 63n) };
      return Number(BigInt.asUintN(64, results[node.name]));
    }
    case 'compl':
      return Number(BigInt.asUintN(64, ~whole(number(yield* awk.ev(args[0] as Node)))));
    case 'strftime': {
      const format = args[0] ? yield* arg(0) : '%a %b %e %H:%M:%S %Z %Y';
      const { clock } = awk.self.process;
      const time = args[1] ? number(yield* awk.ev(args[1])) * 1000 : clock.now();
      return formatDate(format, time, awk.self.process);
    }
    case 'mktime': {
      const [year = 0, month = 0, ...rest] = (yield* arg(0)).trim().split(/\s+/).map(Number);
      const [day = 1, hour = 0, minute = 0, second = 0] = rest;
      const time = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
      return Number.isNaN(time) ? -1 : time - zoneOf(awk.self.process).minutes * 60;
    }
    case 'systime':
      return Math.floor(awk.self.process.clock.now() / 1000);
    default:
      return awk.self.fail('cmd. line:1: Call to undefined function');
  }
}
