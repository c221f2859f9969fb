export interface Token {
  type: 'num' | 'str' | 'regex' | 'name' | 'func' | 'op' | 'newline' | 'end';
  text: string;
}

/** Words that are no variables. */
export const keywords = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'in',
  'delete',
  'next',
  'nextfile',
  'break',
  'continue',
  'exit',
  'return',
  'print',
  'printf',
  'getline',
]);
const escapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** A string constant with its escapes read. */
export function unescapeString(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[\s\S])/g, (whole, c: string) =>
    /^[0-7]/.test(c) ? String.fromCharCode(Number.parseInt(c, 8)) : (escapes[c] ?? whole),
  );
}

/** The tokens of a program; the last one is of type `end`. */
export function tokenize(text: string, fail: (message: string) => never): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const rest = text.slice(i);
    const space = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(rest);
    if (space) {
      i += space[0].length;
      continue;
    }
    if (rest[0] === '\n') {
      tokens.push({ type: 'newline', text: '\n' });
      i++;
      continue;
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    const string = /^"((?:[^"\\\n]|\\[\s\S])*)"/.exec(rest);
    const last = tokens.at(-1);
    const operand =
      last &&
      (last.type === 'num' ||
        last.type === 'str' ||
        (last.type === 'name' && !keywords.has(last.text)) ||
        /^(\)|\]|\$|\+\+|--)$/.test(last.text));
    const regex = !operand ? /^\/((?:[^/\\\n[]|\\.|\[\^?\]?[^\]\n]*\])*)\//.exec(rest) : null;
    const op = /^(?:\*\*=|\*\*|\+\+|--|&&|\|\||[-+*/%^<>=!]=|>>|!~|[-+*/%^<>=!~?:,;(){}[\]$|&])/.exec(rest);
    if (number) tokens.push({ type: 'num', text: number[0] });
    else if (name)
      tokens.push({
        type: text[i + name[0].length] === '(' && !keywords.has(name[0]) ? 'func' : 'name',
        text: name[0],
      });
    else if (string) tokens.push({ type: 'str', text: unescapeString(string[1] as string) });
    else if (regex) tokens.push({ type: 'regex', text: (regex[1] as string).replace(/\\\//g, '/') });
    else if (op) tokens.push({ type: 'op', text: op[0] === '**' ? '^' : op[0] === '**=' ? '^=' : op[0] });
    else return fail(rest[0] === '"' ? 'Unexpected end of string' : 'Unexpected token');
    i += (number ?? name ?? string ?? regex ?? op)?.[0].length ?? 1;
  }
  tokens.push({ type: 'end', text: 'end of input' });
  return tokens;
}

/** BusyBox reads a leading zero as octal. */
export function numberOf(text: string): number {
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}
