const classes: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: ' \\t\\n\\r\\f\\v',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
};

const cache = new Map<string, RegExp>();

/**
 * The regular expression of a shell pattern (POSIX 2.13); a backslash makes the next character plain. `star` is how `*`
 * matches: greedy or lazy; `slash`: whether wildcards match `/`.
 */
export function patternSource(pattern: string, options: { lazy?: boolean; slash?: boolean } = {}): string {
  const any = options.slash === false ? '[^/]' : '[\\s\\S]';
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '\\' && i + 1 < pattern.length) source += escapeCharacter(pattern[++i] as string);
    else if (c === '*') {
      while (pattern[i + 1] === '*') i++;
      source += `${any}*${options.lazy ? '?' : ''}`;
    } else if (c === '?') source += any;
    else if (c === '[') {
      const bracket = parseBracket(pattern, i);
      if (bracket) {
        source += bracket.source;
        i = bracket.end;
      } else source += '\\[';
    } else source += escapeCharacter(c);
  }
  return source;
}

/** Whether the whole text matches the pattern. */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = cache.get(pattern);
  if (!expression) {
    expression = new RegExp(`^${patternSource(pattern)}$`);
    if (cache.size > 500) cache.clear();
    cache.set(pattern, expression);
  }
  return expression.test(text);
}

/** The text with pattern characters made plain. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** A bracket expression as JavaScript's; undefined when it has no end. */
function parseBracket(text: string, start: number): { source: string; end: number } | undefined {
  let i = start + 1;
  let negated = false;
  if (text[i] === '!' || text[i] === '^') {
    negated = true;
    i++;
  }
  let inside = '';
  for (let first = true; ; first = false) {
    const c = text[i];
    if (c === undefined) return undefined;
    if (c === ']' && !first) break;
    const named = c === '[' ? /^\[:(\w+):\]/.exec(text.slice(i)) : null;
    const symbol = c === '[' ? /^\[([.=])(.)\1\]/.exec(text.slice(i)) : null;
    if (named) {
      const name = named[1] as string;
      if (!Object.hasOwn(classes, name)) return undefined;
      const set = classes[name];
      inside += set;
      i += named[0].length;
      continue;
    }
    let character = c;
    let length = 1;
    if (symbol) {
      character = symbol[2] as string;
      length = symbol[0].length;
    } else if (c === '\\' && i + 1 < text.length) {
      character = text[i + 1] as string;
      length = 2;
    }
    i += length;
    if (text[i] === '-' && text[i + 1] !== ']' && text[i + 1] !== undefined) {
      let to = text[i + 1] as string;
      let toLength = 2;
      if (to === '\\' && text[i + 2] !== undefined) {
        to = text[i + 2] as string;
        toLength = 3;
      }
      if (to >= character) inside += `${escapeInside(character)}-${escapeInside(to)}`;
      i += toLength;
    } else inside += escapeInside(character);
  }
  if (inside === '') return { source: negated ? '[\\s\\S]' : '[]', end: i };
  return { source: `[${negated ? '^' : ''}${inside}]`, end: i };
}

function escapeInside(c: string): string {
  return /[\\\]^[-]/.test(c) ? `\\${c}` : c;
}

function escapeCharacter(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c;
}
