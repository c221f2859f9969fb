/** The statements of a text, at semicolons outside of quotes and comments. `rest` of an unfinished one is the last. */
export function splitStatements(sql: string): string[] {
  return scan(sql).statements;
}

/** Whole statements of what was typed so far, and the rest that waits for its semicolon; `quote` tells in what it stopped. */
export function takeStatements(sql: string): { statements: string[]; rest: string; quote: string } {
  const { statements, ended, quote } = scan(sql);
  const last = ended ? '' : (statements.pop() ?? '');
  return { statements, rest: last, quote };
}

function scan(sql: string): { statements: string[]; ended: boolean; quote: string } {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let quote = '';
  let parentheses = 0;
  const add = (end: number) => {
    const text = sql.slice(start, end);
    if (text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '') statements.push(text.trim());
    start = end + 1;
  };
  while (at < sql.length) {
    const rest = sql.slice(at, at + 2);
    const char = sql[at] as string;
    if (rest === '--') {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end;
    } else if (rest === '/*') {
      const end = sql.indexOf('*/', at);
      if (end < 0) quote = '*';
      at = end < 0 ? sql.length : end + 2;
    } else if (char === "'" || char === '"') {
      const end = sql.indexOf(char, at + 1);
      if (end < 0) quote = char;
      at = end < 0 ? sql.length : end + 1;
    } else if (/^\$(\w*)\$/.test(sql.slice(at, at + 64))) {
      const mark = /^\$(\w*)\$/.exec(sql.slice(at, at + 64))?.[0] ?? '$$';
      const end = sql.indexOf(mark, at + mark.length);
      if (end < 0) quote = '$';
      at = end < 0 ? sql.length : end + mark.length;
    } else {
      if (char === '(') parentheses++;
      if (char === ')') parentheses--;
      if (char === ';') add(at);
      at++;
    }
  }
  const before = statements.length;
  add(sql.length);
  const ended = statements.length === before;
  return { statements, ended, quote: ended ? '' : quote || (parentheses > 0 ? '(' : '') };
}
