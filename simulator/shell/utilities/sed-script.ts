import { compileRegExp } from './regular-expression';
import type { Utility } from './utility';

export interface SedAddress {
  line?: number;
  step?: number;
  last?: boolean;
  plus?: number;
  expression?: RegExp | 'last';
}

export interface SedCommand {
  letter: string;
  first?: SedAddress;
  second?: SedAddress;
  negated: boolean;
  text?: string;
  expression?: RegExp | 'last';
  number?: number;
  global?: boolean;
  print?: boolean;
  file?: string;
  map?: Map<string, string>;
  /** Index of the command to go on with: a label, or the end of a block. */
  jump?: number;
}

/** Parses a sed script. Throws the utility's fault in BusyBox's words. */
export function parseSedScript(self: Utility, text: string, extended: boolean): SedCommand[] {
  const commands: SedCommand[] = [];
  const blocks: number[] = [];
  const jumps: { command: SedCommand; label: string }[] = [];
  const labels = new Map<string, number>();
  let i = 0;

  const spaces = () => {
    while (/[ \t]/.test(text[i] ?? '')) i++;
  };
  const delimited = (delimiter: string, keepEscapes: boolean): string => {
    let result = '';
    let bracket = false;
    for (; i < text.length; i++) {
      const c = text[i] as string;
      if (c === '\\' && i + 1 < text.length) {
        const next = text[++i] as string;
        if (next === delimiter && !(keepEscapes && /[.*[\]^$+?(){}|]/.test(delimiter))) result += next;
        else if (next === 'n' && !keepEscapes) result += '\\n';
        else result += `\\${next}`;
        continue;
      }
      if (keepEscapes && c === '[' && !bracket) bracket = /^\[\^?\]?[^\]]*\]/.test(text.slice(i));
      else if (c === ']') bracket = false;
      if (c === delimiter && !bracket) {
        i++;
        return result;
      }
      result += c;
    }
    return self.fail(`unmatched '${delimiter}'`);
  };
  const expression = (pattern: string, ignoreCase: boolean, lines: boolean): RegExp | 'last' =>
    pattern === '' ? 'last' : compileRegExp(pattern, { extended, ignoreCase, flags: lines ? 'gm' : 'g' });
  const address = (): SedAddress | undefined => {
    const c = text[i] ?? '';
    if (/\d/.test(c)) {
      const match = /^\d+/.exec(text.slice(i)) as RegExpExecArray;
      i += match[0].length;
      // GNU: every so many lines.
      const step = self.gnu ? /^~(\d+)/.exec(text.slice(i)) : null;
      i += step?.[0].length ?? 0;
      return { line: Number(match[0]), ...(step ? { step: Number(step[1]) } : {}) };
    }
    if (c === '$') {
      i++;
      return { last: true };
    }
    if (c === '/' || c === '\\') {
      if (c === '\\') i++;
      const delimiter = text[i++] as string;
      const pattern = delimited(delimiter, true);
      const given = /^[IM]*/.exec(text.slice(i))?.[0] ?? '';
      i += given.length;
      return { expression: expression(pattern, given.includes('I'), given.includes('M')) };
    }
    return undefined;
  };
  const textArgument = (): string => {
    spaces();
    if (text[i] === '\\') {
      // `a\  text` on one line: the backslash keeps the blanks behind it.
      const behind = ++i;
      spaces();
      if (text[i] === '\n') i++;
      else i = behind;
    }
    let result = '';
    for (; i < text.length && text[i] !== '\n'; i++) {
      if (text[i] === '\\' && i + 1 < text.length) {
        i++;
        const escaped: Record<string, string> = { t: '\t', n: '\n' };
        result += escaped[text[i] as string] ?? text[i];
      } else result += text[i];
    }
    return result;
  };
  const restOfLine = (): string => {
    spaces();
    const end = text.indexOf('\n', i);
    const rest = text.slice(i, end < 0 ? undefined : end);
    i = end < 0 ? text.length : end;
    return rest;
  };
  const label = (): string => {
    spaces();
    const match = /^[^;\n}]*/.exec(text.slice(i)) as RegExpExecArray;
    i += match[0].length;
    return match[0].trim();
  };

  while (i < text.length) {
    if (/[\s;]/.test(text[i] as string)) {
      i++;
      continue;
    }
    if (text[i] === '#') {
      restOfLine();
      continue;
    }
    const command: SedCommand = { letter: '', negated: false };
    const first = address();
    if (first) command.first = first;
    spaces();
    if (first && text[i] === ',') {
      i++;
      spaces();
      const plus = /^\+(\d+)/.exec(text.slice(i));
      if (plus) {
        command.second = { plus: Number(plus[1]) };
        i += plus[0].length;
      } else command.second = address() ?? self.fail('no address after comma');
      spaces();
    }
    while (text[i] === '!') {
      command.negated = true;
      i++;
      spaces();
    }
    const letter = text[i++];
    if (letter === undefined) return self.fail('missing command');
    command.letter = letter;
    switch (letter) {
      case '{':
        blocks.push(commands.length);
        break;
      case '}': {
        const start = blocks.pop();
        if (start === undefined) return self.fail("unexpected '}'");
        (commands[start] as SedCommand).jump = commands.length + 1;
        break;
      }
      case ':':
        labels.set(label(), commands.length);
        break;
      case 'b':
      case 't':
      case 'T':
        jumps.push({ command, label: label() });
        break;
      case 'a':
      case 'i':
      case 'c':
        command.text = textArgument();
        break;
      case 'r':
      case 'w':
        command.text = restOfLine();
        break;
      case 'q':
      case 'Q': {
        if (letter === 'Q' && !self.gnu) self.fail('unsupported command Q');
        spaces();
        const code = /^\d+/.exec(text.slice(i));
        if (code && self.gnu) {
          command.number = Number(code[0]);
          i += code[0].length;
        }
        break;
      }
      case 'y': {
        const delimiter = text[i++] as string;
        const plainText = (part: string) =>
          part.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
        const from = plainText(delimited(delimiter, false));
        const to = plainText(delimited(delimiter, false));
        if (from.length !== to.length && self.gnu) self.fail('strings for y command have different lengths');
        command.map = new Map([...from].map((c, at) => [c, to[at] ?? c]));
        break;
      }
      case 's': {
        const delimiter = text[i++] as string;
        const pattern = delimited(delimiter, true);
        command.text = delimited(delimiter, false);
        let flags = '';
        for (; i < text.length && !/[\s;}#]/.test(text[i] as string); i++) {
          const flag = text[i] as string;
          // The last of a number and g counts.
          if (flag === 'g') {
            command.global = true;
            command.number = undefined;
          } else if (flag === 'p') command.print = true;
          else if (flag === 'i' || flag === 'I') flags += 'i';
          else if (flag === 'm' || flag === 'M') flags += 'm';
          else if (flag === 'w') {
            i++;
            command.file = restOfLine();
            break;
          } else if (/\d/.test(flag)) {
            const digits = (/^\d+/.exec(text.slice(i)) as RegExpExecArray)[0];
            command.number = Number(digits);
            command.global = false;
            i += digits.length - 1;
          } else self.fail(`bad option in substitution expression`);
        }
        command.expression = expression(pattern, flags.includes('i'), flags.includes('m'));
        break;
      }
      default:
        if (!'=dDgGhHlnNpPx'.includes(letter)) self.fail(`unsupported command ${letter}`);
    }
    commands.push(command);
  }
  if (blocks.length > 0) self.fail('unmatched {');
  for (const { command, label: name } of jumps) {
    const target = name === '' ? commands.length : labels.get(name);
    if (target === undefined) return self.fail(`can't find label for jump to '${name}'`);
    command.jump = target;
  }
  return commands;
}
