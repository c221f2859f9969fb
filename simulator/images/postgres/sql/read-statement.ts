import type { Statement } from 'pgsql-ast-parser';
import { SqlError } from './sql-error';

export type Parse = (sql: string) => Statement[];

/** Stands for the primary key of a table, which `REFERENCES table` means. */
export const primaryKeyMark = '\u0001key';

/** The statement that a text is. Throws SqlError, and what the parser throws. */
export function readStatement(text: string, parse: Parse): Statement {
  const [statement] = parse(withColumns(text));
  if (!statement) throw new SqlError('42601', 'syntax error at end of input');
  return settle(statement, withColumns(text)) as Statement;
}

/** The parser wants to be told the columns that a reference means before it takes ON DELETE. */
function withColumns(text: string): string {
  if (!/^\s*(create|alter)\s+table\b/i.test(text)) return text;
  return text.replace(
    /\breferences\s+("[^"]+"|[\w.]+)(?!\s*[\w."(])(?=\s*[,)]|\s*$)|\breferences\s+("[^"]+"|[\w.]+)(?=\s+(?:on|not|deferrable|match|unique|default|primary)\b)/gi,
    (_whole, last?: string, inner?: string) => `references ${last ?? inner} ("${primaryKeyMark}")`,
  );
}

/** Takes the places of the nodes away, and gives numbers the digits that were written: 1.10 is not 1.1. */
function settle(node: unknown, text: string): unknown {
  if (Array.isArray(node)) return node.map((each) => settle(each, text));
  if (node === null || typeof node !== 'object') return node;
  const { _location: place, ...rest } = node as { _location?: { start: number; end: number }; type?: string };
  const long = rest.type === 'integer' && !Number.isSafeInteger((rest as { value?: number }).value);
  if ((rest.type === 'numeric' || long) && place)
    return {
      type: 'constant',
      dataType: { name: long ? 'bigint' : 'numeric' },
      value: text.slice(place.start, place.end).replace(/\s/g, ''),
    };
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, settle(value, text)]));
}

const beginnings =
  /^(alter|begin|comment|commit|create|delete|drop|insert|rollback|select|set|show|start|truncate|update|values|with|raise|refresh|\()/i;

/** What the parser could not read, in PostgreSQL's words. */
export function syntaxError(text: string, error: unknown): SqlError {
  const hint =
    'If this is SQL, then it is more of it than the embedded cluster reads; use a kind cluster for that.';
  const word = /^\s*(\w+)/.exec(text);
  const at = (near: string, offset: number) =>
    new SqlError('42601', `syntax error at or near "${near}"`, { position: offset + 1, hint });
  if (word && !beginnings.test(word[1] ?? '')) return at(word[1] ?? '', text.indexOf(word[1] ?? ''));
  const token = (error as { token?: { offset?: number; text?: string } }).token;
  if (token?.offset === undefined)
    return new SqlError('42601', 'syntax error at end of input', { position: text.length + 1, hint });
  return at(token.text ?? '', token.offset);
}
