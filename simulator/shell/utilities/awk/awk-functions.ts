import type { AwkEvaluator, Run } from './awk-evaluator';
import type { Node } from './awk-syntax';
import { Loose, number, type Value } from './awk-value';

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
      const from = Math.round(number(yield* awk.ev(args[1] as Node)));
      const length = args[2] ? Math.round(number(yield* awk.ev(args[2]))) : Number.MAX_SAFE_INTEGER;
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
            : text.split(awk.regex(separator))
          : awk.splitText(text, separator);
      const table = awk.table(name);
      table.clear();
      for (const [index, part] of parts.entries()) table.set(String(index + 1), new Loose(part));
      return parts.length;
    }
    case 'sub':
    case 'gsub': {
      const regex = new RegExp((yield* awk.regexOf(args[0] as Node)).source, node.name === 'gsub' ? 'g' : '');
      const replacement = yield* arg(1);
      const target = args[2] ?? { t: 'field', index: { t: 'num', value: 0 } };
      const text = awk.text(yield* awk.ev(target));
      let count = 0;
      const result = text.replace(regex, (match) => {
        count++;
        return replacement.replace(/\\\\|\\&|&/g, (c) => (c === '&' ? match : c === '\\&' ? '&' : '\\'));
      });
      if (count > 0) yield* awk.assign(target, result);
      return count;
    }
    case 'match': {
      const found = (yield* awk.regexOf(args[1] as Node)).exec(yield* arg(0));
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
      yield awk.self.flush();
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
    case 'srand':
      awk.seed = 0.37;
      return 0;
    case 'systime':
      return Math.floor(awk.self.process.clock.now() / 1000);
    default:
      return awk.self.fail(`Call to undefined function`);
  }
}
