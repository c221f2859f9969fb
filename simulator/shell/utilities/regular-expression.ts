import { foldCase } from '../bounded-regexp';
import { parseBracket } from '../expand/pattern';
import { UtilityFault } from './utility';

/** A POSIX regular expression, basic or extended, as JavaScript's. Throws UtilityFault in regcomp's words. */
export function compileRegExp(pattern: string, options: { extended: boolean; flags?: string }): RegExp {
  const source = translate(pattern, options.extended);
  const { flags = '' } = options;
  try {
    return flags.includes('i')
      ? new RegExp(foldCase(source), flags.replace('i', ''))
      : new RegExp(source, flags);
  } catch {
    throw new UtilityFault(`bad regex '${pattern}': Invalid preceding regular expression`, 2);
  }
}

/** The plain text as an expression that matches just it. */
export function plainSource(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const gnuClasses: Record<string, string> = {
  w: '[A-Za-z0-9_]',
  W: '[^A-Za-z0-9_]',
  s: '[ \\t\\n\\r\\f\\v]',
  S: '[^ \\t\\n\\r\\f\\v]',
  b: '\\b',
  B: '\\B',
  '<': '\\b(?=[A-Za-z0-9_])',
  '>': '\\b(?<=[A-Za-z0-9_])',
  '`': '^',
  "'": '$',
};

function translate(pattern: string, extended: boolean): string {
  let source = '';
  /** Whether a quantifier has something before it. */
  let atom = false;
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    const atStart =
      i === 0 || (extended ? /[(|]$/.test(pattern.slice(0, i)) : /\\[(|]$/.test(pattern.slice(0, i)));
    if (c === '[') {
      const bracket = parseBracket(pattern, i, false);
      if (!bracket) throw new UtilityFault(`bad regex '${pattern}': Unmatched [, [^, [:, [., or [=`, 2);
      source += bracket.source.replace(/\[\^(?!\])/, '[^').replace('[\\s\\S]', '[\\s\\S]');
      i = bracket.end;
      atom = true;
    } else if (c === '\\') {
      const next = pattern[++i];
      if (next === undefined) throw new UtilityFault(`bad regex '${pattern}': Trailing backslash`, 2);
      if (!extended && next === '(') {
        source += '(';
        depth++;
        atom = false;
      } else if (!extended && next === ')') {
        if (depth-- === 0) throw new UtilityFault(`bad regex '${pattern}': Unmatched ) or \\)`, 2);
        source += ')';
        atom = true;
      } else if (!extended && next === '{') {
        const end = pattern.indexOf('\\}', i);
        if (end < 0) throw new UtilityFault(`bad regex '${pattern}': Unmatched \\{`, 2);
        source += interval(pattern.slice(i + 1, end));
        i = end + 1;
      } else if (!extended && (next === '+' || next === '?')) source += atom ? next : `\\${next}`;
      else if (!extended && next === '|') {
        source += '|';
        atom = false;
      } else if (next >= '1' && next <= '9') {
        source += `(?:\\${next})`;
        atom = true;
      } else if (gnuClasses[next] !== undefined) {
        source += gnuClasses[next];
        atom = true;
      } else if (next === 'n') {
        source += '\\n';
        atom = true;
      } else if (next === 't') {
        source += '\\t';
        atom = true;
      } else {
        source += plainSource(next);
        atom = true;
      }
    } else if (c === '*') {
      source += atom ? '*' : '\\*';
      if (!atom) atom = true;
    } else if (c === '.') {
      source += '[\\s\\S]';
      atom = true;
    } else if (c === '^') {
      if (extended || atStart) source += '^';
      else {
        source += '\\^';
        atom = true;
      }
    } else if (c === '$') {
      const rest = pattern.slice(i + 1);
      if (extended || rest === '' || rest.startsWith('\\)') || rest.startsWith('\\|')) source += '$';
      else {
        source += '\\$';
        atom = true;
      }
    } else if (extended && (c === '+' || c === '?')) source += atom ? c : `\\${c}`;
    else if (extended && c === '{') {
      const match = /^\{(\d*(?:,\d*)?)\}/.exec(pattern.slice(i));
      if (match && atom && match[1] !== '' && match[1] !== ',') {
        source += interval(match[1] as string);
        i += match[0].length - 1;
      } else {
        source += '\\{';
        atom = true;
      }
    } else if (extended && c === '(') {
      source += '(';
      depth++;
      atom = false;
    } else if (extended && c === ')') {
      if (depth > 0) {
        depth--;
        source += ')';
      } else source += '\\)';
      atom = true;
    } else if (extended && c === '|') {
      source += '|';
      atom = false;
    } else {
      source += plainSource(c);
      atom = true;
    }
  }
  if (depth > 0) throw new UtilityFault(`bad regex '${pattern}': Unmatched ( or \\(`, 2);
  // Repeated quantifiers (a**) mean the same as one; JavaScript refuses them.
  return plainBounds(source).replace(/([*+?])(?:\*)+/g, '$1');
}

/**
 * Leaves the looking around out where the character next to `\<` or `\>` is one of a word anyway: the automaton that bounds the
 * time of an expression does not know it.
 */
function plainBounds(source: string): string {
  return source
    .replace(/\\b\(\?=\[A-Za-z0-9_\]\)(?=[A-Za-z0-9_](?![*?{]))/g, '\\b')
    .replace(/(?<=(?:^|[^\\])[A-Za-z0-9_]\+?)\\b\(\?<=\[A-Za-z0-9_\]\)/g, '\\b');
}

/** `source` where no character of a word is before or after it (`grep -w`); without looking around where its ends are of a word. */
export function wholeWords(source: string): string {
  const first = /^(?:[A-Za-z0-9_]|(\[[A-Za-z0-9_-]+\]))(?![*?{])/.exec(source);
  const last = /(?:^|[^\\])(?:[A-Za-z0-9_]|(\[[A-Za-z0-9_-]+\]))\+?$/.exec(source);
  const plain = first && last && !source.includes('|') && ofWord(first[1]) && ofWord(last[1]);
  return plain ? `\\b(?:${source})\\b` : `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
}

function ofWord(characters: string | undefined): boolean {
  if (characters === undefined) return true;
  const one = new RegExp(characters);
  return Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).every(
    (byte) => !one.test(byte) || /\w/.test(byte),
  );
}

function interval(text: string): string {
  return text.startsWith(',') ? `{0${text}}` : `{${text}}`;
}
