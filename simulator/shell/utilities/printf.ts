import type { Program } from '../../runtime/process';
import { decodeEscapes } from './escapes';

/** What a dialect has beside the usual conversions: `%q`, `%(…)T`. */
interface Conversions {
  q?: (text: string) => string;
  T?: (format: string, argument: string | undefined) => string;
}

/** Bytes that one call writes: fields can be of any width. */
const mostOutput = 1 << 24;

/** printf(1): the format is used again while arguments are left. */
export function formatPrintf(
  format: string,
  args: string[],
  more: Conversions = {},
): { output: string; errors: string[] } {
  const errors: string[] = [];
  let output = '';
  let index = 0;
  do {
    const before = index;
    let consumed = false;
    for (let i = 0; i < format.length; i++) {
      const c = format[i] as string;
      if (c === '\\') {
        const match = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)/s.exec(format.slice(i, i + 4));
        const piece = match?.[0] ?? '\\';
        const { text, stop } = decodeEscapes(piece, false);
        output += text;
        if (stop) return { output, errors };
        i += piece.length - 1;
        continue;
      }
      if (c !== '%') {
        output += c;
        continue;
      }
      if (format[i + 1] === '%') {
        output += '%';
        i++;
        continue;
      }
      const extra = /^%(?:(q)|\(([^)]*)\)(T))/.exec(format.slice(i));
      if ((extra?.[1] && more.q) || (extra?.[3] && more.T)) {
        i += extra[0].length - 1;
        consumed = true;
        const argument = args[index++];
        output += extra[1] ? more.q?.(argument ?? '') : more.T?.(extra[2] || '%X', argument);
        continue;
      }
      const match = /^%([-+ 0#']*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|j|z|t|q)?([diouxXcsbeEfFgG])/.exec(
        format.slice(i),
      );
      if (!match) {
        errors.push(`${format.slice(i)}: invalid format`);
        return { output, errors };
      }
      i += match[0].length - 1;
      consumed = true;
      let flags = match[1] as string;
      const nextArgument = () => args[index++];
      const size = (text: string | undefined) => {
        if (text === undefined) return undefined;
        if (text === '*') return Number(nextArgument() ?? 0) || 0;
        return text === '' ? 0 : Number(text);
      };
      let width = size(match[2]) ?? 0;
      if (width < 0) {
        flags += '-';
        width = -width;
      }
      const precision = size(match[3]);
      if (output.length + Math.max(width, precision ?? 0) > mostOutput) {
        errors.push('The embedded cluster does not simulate more than 16 MiB of output in one call');
        return { output: '', errors };
      }
      const argument = nextArgument();
      const conversion = match[4] as string;
      if (conversion === 'b') {
        const { text, stop } = decodeEscapes(argument ?? '', true);
        output += pad(precision === undefined ? text : text.slice(0, precision), width, flags, false);
        if (stop) return { output, errors };
      } else output += convert(conversion, argument, flags, width, precision, errors);
    }
    if (!consumed || index === before) break;
  } while (index < args.length);
  return { output, errors };
}

function convert(
  conversion: string,
  argument: string | undefined,
  flags: string,
  width: number,
  precision: number | undefined,
  errors: string[],
): string {
  if (conversion === 's') {
    const text = argument ?? '';
    return pad(precision === undefined ? text : text.slice(0, precision), width, flags, false);
  }
  if (conversion === 'c') return pad(argument?.slice(0, 1) || '\0', width, flags, false);
  if ('eEfFgG'.includes(conversion)) {
    const number = parseFloatArgument(argument, errors);
    return padNumber(formatFloat(conversion, number, precision, flags), width, flags);
  }
  const value = parseInteger(argument, errors);
  return formatInteger(conversion, value, flags, width, precision);
}

/** As C's printf prints an integer of 64 bits. */
function formatInteger(
  conversion: string,
  value: bigint,
  flags: string,
  width: number,
  precision: number | undefined,
): string {
  const signed = conversion === 'd' || conversion === 'i';
  const unsigned = BigInt.asUintN(64, value);
  let digits = signed
    ? String(value < 0n ? -value : value)
    : unsigned.toString(conversion === 'o' ? 8 : conversion === 'u' ? 10 : 16);
  if (conversion === 'X') digits = digits.toUpperCase();
  if (precision !== undefined)
    digits = precision === 0 && value === 0n ? '' : digits.padStart(precision, '0');
  let sign = '';
  if (signed) sign = value < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (flags.includes('#') && value !== 0n) {
    if (conversion === 'x' || conversion === 'X') sign = `0${conversion}`;
    else if (conversion === 'o' && !digits.startsWith('0')) digits = `0${digits}`;
  }
  return padNumber(sign + digits, width, precision === undefined ? flags : flags.replaceAll('0', ''));
}

/** As C's printf prints a double. */
function formatFloat(
  conversion: string,
  number: number,
  precision: number | undefined,
  flags: string,
): string {
  const sign =
    number < 0 || Object.is(number, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const absolute = Math.abs(number);
  const upper = conversion === conversion.toUpperCase();
  let text: string;
  if (Number.isNaN(number)) text = 'nan';
  else if (!Number.isFinite(number)) text = 'inf';
  else {
    const digits = precision ?? 6;
    switch (conversion.toLowerCase()) {
      case 'f':
        text = fixed(absolute, digits);
        break;
      case 'e':
        text = exponent(absolute, digits);
        break;
      default:
        text = general(absolute, digits === 0 ? 1 : digits, flags.includes('#'));
    }
  }
  return sign + (upper ? text.toUpperCase() : text);
}

function fixed(number: number, digits: number): string {
  if (number < 1e21) return roundedToEven(number, Math.min(100, digits));
  const whole = BigInt(number).toString();
  return digits > 0 ? `${whole}.${'0'.repeat(digits)}` : whole;
}

/** C rounds what lies right between two neighbours to the even one. */
function roundedToEven(number: number, digits: number): string {
  const exact = number.toFixed(100);
  const end = exact.indexOf('.') + 1 + digits;
  const kept = exact.slice(0, digits === 0 ? end - 1 : end);
  const isTie = /^50*$/.test(exact.slice(end));
  return isTie && Number(kept.at(-1)) % 2 === 0 ? kept : number.toFixed(digits);
}

function exponent(number: number, digits: number): string {
  return exponentToEven(number, Math.min(100, digits)).replace(/e([+-])(\d)$/, 'e$10$2');
}

function exponentToEven(number: number, digits: number): string {
  const [exact = '', power = ''] = number.toExponential(100).split('e');
  const end = digits === 0 ? 1 : 2 + digits;
  const isTie = /^\.?50*$/.test(exact.slice(end));
  return isTie && Number(exact[end - 1]) % 2 === 0
    ? `${exact.slice(0, end)}e${power}`
    : number.toExponential(digits);
}

function general(number: number, digits: number, keepZeros: boolean): string {
  if (number === 0) return '0';
  const power = Number(/e([+-]\d+)$/.exec(exponentToEven(number, Math.min(100, digits - 1)))?.[1]);
  const text =
    power < -4 || power >= digits
      ? exponent(number, digits - 1)
      : fixed(number, Math.max(0, digits - 1 - power));
  if (keepZeros || !text.includes('.')) return text;
  return text.replace(/\.?0+($|e)/, '$1');
}

function pad(text: string, width: number, flags: string, zero: boolean): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, zero ? '0' : ' ');
}

function padNumber(text: string, width: number, flags: string): string {
  if (!flags.includes('0') || flags.includes('-') || text.length >= width || /[in]/i.test(text))
    return pad(text, width, flags, false);
  const sign = /^(?:[-+ ]|0[xX])?/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function parseInteger(argument: string | undefined, errors: string[]): bigint {
  const text = (argument ?? '').trimStart();
  if (/^["']/.test(text)) return BigInt(text.charCodeAt(1) || 0);
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (!match) {
    errors.push(`invalid number '${argument ?? ''}'`);
    return 0n;
  }
  const digits = match[2] as string;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === '-' ? -value : value;
}

function parseFloatArgument(argument: string | undefined, errors: string[]): number {
  if (argument === undefined || argument === '') return 0;
  if (/^["']/.test(argument)) return argument.charCodeAt(1) || 0;
  const text = argument.trim();
  if (/^[-+]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?0x[0-9a-f]+$/i.test(text)) {
    errors.push(`invalid number '${argument}'`);
    return 0;
  }
  return Number(text);
}

export const printf: Program = async (process) => {
  const args = process.argv[1] === '--' ? process.argv.slice(2) : process.argv.slice(1);
  const format = args[0];
  if (format === undefined) {
    await process.write(2, 'BusyBox v1.36.1 multi-call binary.\n\nUsage: printf FORMAT [ARG]...\n');
    return 1;
  }
  const { output, errors } = formatPrintf(format, args.slice(1));
  await process.write(1, output);
  for (const error of errors) await process.write(2, `printf: ${error}\n`);
  return errors.length > 0 ? 1 : 0;
};
