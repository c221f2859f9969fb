/** An answer of a Redis server. Texts are byte strings. */
export type Reply =
  | { type: 'status' | 'error' | 'bulk'; text: string }
  | { type: 'integer'; value: number | bigint }
  | { type: 'double'; value: number }
  | { type: 'nil' | 'nil-array' }
  | { type: 'array' | 'set' | 'push'; items: Reply[] }
  | { type: 'map'; entries: [Reply, Reply][] }
  /** Nothing is sent: the command wrote its answers itself, or the connection closes. */
  | { type: 'none' };

export const ok: Reply = { type: 'status', text: 'OK' };
export const nil: Reply = { type: 'nil' };
export const nilArray: Reply = { type: 'nil-array' };
export const none: Reply = { type: 'none' };
export const status = (text: string): Reply => ({ type: 'status', text });
export const bulk = (text: string): Reply => ({ type: 'bulk', text });
export const bulkOrNil = (text: string | undefined): Reply => (text === undefined ? nil : bulk(text));
export const integer = (value: number | bigint): Reply => ({ type: 'integer', value });
export const array = (items: Reply[]): Reply => ({ type: 'array', items });
export const bulks = (texts: Iterable<string>): Reply => array([...texts].map(bulk));
export const failure = (text: string): Reply => ({ type: 'error', text });

/** A command's refusal: its message with the code in front, `ERR syntax error`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const wrongType = () =>
  new CommandError('WRONGTYPE Operation against a key holding the wrong kind of value');
export const syntaxError = () => new CommandError('ERR syntax error');
export const notInteger = () => new CommandError('ERR value is not an integer or out of range');

/** A floating-point number as Redis prints it: up to 17 digits, the shortest that reads back the same. */
export function doubleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  return Object.is(value, -0) ? '-0' : String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The bytes of an answer in version 2 or 3 of the protocol (RESP). */
export function encodeReply(reply: Reply, version: 2 | 3): string {
  switch (reply.type) {
    case 'status':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'bulk':
      return encodeBulk(reply.text);
    case 'integer':
      return `:${reply.value}\r\n`;
    case 'double':
      return version === 3 ? `,${doubleText(reply.value)}\r\n` : encodeBulk(doubleText(reply.value));
    case 'nil':
      return version === 3 ? '_\r\n' : '$-1\r\n';
    case 'nil-array':
      return version === 3 ? '_\r\n' : '*-1\r\n';
    case 'array':
    case 'set':
    case 'push': {
      const mark = version === 2 || reply.type === 'array' ? '*' : reply.type === 'set' ? '~' : '>';
      return `${mark}${reply.items.length}\r\n${reply.items.map((item) => encodeReply(item, version)).join('')}`;
    }
    case 'map': {
      const body = reply.entries.flat().map((item) => encodeReply(item, version));
      return version === 3
        ? `%${reply.entries.length}\r\n${body.join('')}`
        : `*${2 * reply.entries.length}\r\n${body.join('')}`;
    }
    case 'none':
      return '';
  }
}

/** A command as clients send it, and as the append-only file keeps it. */
export function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(encodeBulk).join('')}`;
}

function encodeBulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
