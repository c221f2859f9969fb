import { inspect } from 'node:util';

type Fields = Record<string, unknown>;

/** One logger for the whole server: a JSON object per line on stderr, `time`, `level`, `event`, then its fields. */
export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  /** `fields.error` may be an Error: its message, code, stack and causes are written. */
  error(event: string, fields?: Fields): void;
}

const secret = /token|cookie|secret|password|authorization|kubeconfig|databaseurl/i;

function plain(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { message, stack, cause } = value;
  return { message, code: (value as { code?: unknown }).code, stack, cause: cause && plain(cause) };
}

/** Fields whose names say that they are secret are written as `[hidden]`. */
export function createLog(write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const at =
    (level: string) =>
    (event: string, fields: Fields = {}) => {
      const shown = Object.entries(fields).map(([k, v]) => [k, secret.test(k) ? '[hidden]' : plain(v)]);
      const time = new Date().toISOString();
      write(`${lineOf({ time, level, event, ...Object.fromEntries(shown) })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** What JSON cannot hold (a cycle, a bigint) must not cost the line, nor what was being done. */
function lineOf(entry: Fields): string {
  try {
    return JSON.stringify(entry);
  } catch {
    const texts = Object.entries(entry).map(([key, value]) => [key, inspect(value, { depth: 3 })]);
    const { time, level, event } = entry;
    return JSON.stringify({ ...Object.fromEntries(texts), time, level, event });
  }
}
