/**
 * What browser and server say to each other about one terminal, over a WebSocket at
 * `/ws/sessions/<session>/terminals/<shell>`. Binary frames are terminal bytes: input one way, output the other. Text
 * frames are JSON objects with a `type`. Both sides share this file, so it needs neither Node.js nor a browser.
 */
export const terminalProtocol = 'podlab.terminal.v1';

/** Bytes of input that may be under way: sent, and not yet `accepted`. Also the largest binary frame from a browser is. */
export const inputWindow = 256 * 1024;
export const largestInputFrame = 64 * 1024;
/** The server tells what was accepted after so many bytes: a key takes no answer but its echo. */
export const acceptEvery = 32 * 1024;
/** Bytes of output that may be sent and not yet acknowledged by the browser as drawn. */
export const outputWindow = 2 * 1024 * 1024;
/** The browser acknowledges after so many bytes drawn: far fewer than the window, so that what is left never holds it up. */
export const acknowledgeEvery = 128 * 1024;
const largestControlFrame = 4 * 1024;
/** The browser sends a ping this often, and takes the connection for lost when nothing came for twice as long. */
export const pingEveryMs = 10_000;
export const largestTitle = 40;

/** From the browser. */
export type ClientMessage =
  | { type: 'resize'; columns: number; rows: number }
  /** Bytes drawn since the last one. */
  | { type: 'ack'; bytes: number }
  | { type: 'ping' }
  | { type: 'rename'; title: string };

/** From the server. */
export type ServerMessage =
  /** The next binary frame is the whole screen: reset the terminal, then draw it. `bytes` long. */
  | { type: 'screen'; columns: number; rows: number; bytes: number }
  /** Bytes of input that have reached the program since the last one. */
  | { type: 'accepted'; bytes: number }
  | { type: 'pong' }
  | { type: 'exited'; exitCode: number; reason: string }
  /** Precedes a close. */
  | { type: 'error'; code: string; message: string; remedy: string };

/** Close codes: RFC 6455's, and 4000–4999 of our own. */
export const closeCode = {
  /** The shell ended; an `exited` message came before. */
  exited: 4000,
  /** Another window took this terminal over. */
  replaced: 4001,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidPayload: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
} as const;

/** A frame that does not belong here: how to close, and the sentence that says why. */
export interface FrameError {
  closeCode: 1002 | 1003 | 1007 | 1008;
  sentence: string;
}

export type Parsed<M> = { ok: true; message: M } | { ok: false; error: FrameError };

const refuse = (closeCode: FrameError['closeCode'], sentence: string) =>
  ({ ok: false, error: { closeCode, sentence } }) as const;

/** Reads a text frame of a browser. Never throws. */
export function parseClientMessage(text: string): Parsed<ClientMessage> {
  if (text.length > largestControlFrame)
    return refuse(1008, `A control frame is at most ${largestControlFrame} characters.`);
  const frame = parseObject(text);
  if (!frame.ok) return frame;
  const { type, columns, rows, bytes, title } = frame.message;
  switch (type) {
    case 'resize':
      if (!isCount(columns, 1000) || !isCount(rows, 1000))
        return refuse(1008, 'A terminal has 1 to 1000 columns and 1 to 1000 rows.');
      return { ok: true, message: { type, columns, rows } };
    case 'ack':
      if (!isCount(bytes, Number.MAX_SAFE_INTEGER))
        return refuse(1008, 'An ack names a positive number of bytes.');
      return { ok: true, message: { type, bytes } };
    case 'ping':
      return { ok: true, message: { type } };
    case 'rename':
      if (typeof title !== 'string' || cleanTitle(title) === '')
        return refuse(1008, `A title has 1 to ${largestTitle} characters.`);
      return { ok: true, message: { type, title: cleanTitle(title) } };
    default:
      return refuse(1003, 'The type of a control frame is resize, ack, ping or rename.');
  }
}

/** Reads a text frame of the server. Never throws; an unknown type is an error, as the versions must agree. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  const frame = parseObject(text);
  if (!frame.ok) return frame;
  const { type, ...fields } = frame.message;
  const wanted: Record<ServerMessage['type'], Record<string, 'number' | 'string'>> = {
    screen: { columns: 'number', rows: 'number', bytes: 'number' },
    accepted: { bytes: 'number' },
    pong: {},
    exited: { exitCode: 'number', reason: 'string' },
    error: { code: 'string', message: 'string', remedy: 'string' },
  };
  if (typeof type !== 'string' || !Object.hasOwn(wanted, type))
    return refuse(1003, `Unknown frame type ${type}.`);
  const shape = wanted[type as ServerMessage['type']];
  if (Object.entries(shape).some(([name, kind]) => typeof fields[name] !== kind))
    return refuse(1002, `A field of the ${type} frame is missing or has the wrong type.`);
  return { ok: true, message: frame.message as ServerMessage };
}

/** A title as it is kept: no control characters, no outer blanks, at most 40 characters. */
export function cleanTitle(title: string): string {
  const printable = title.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '').trim();
  return Array.from(printable).slice(0, largestTitle).join('');
}

export const terminalPath = (sessionId: string, shellId: string): string =>
  `/ws/sessions/${encodeURIComponent(sessionId)}/terminals/${encodeURIComponent(shellId)}`;

/** The ids in a terminal's path; undefined for every other path. */
export function parseTerminalPath(path: string): { sessionId: string; shellId: string } | undefined {
  const match = /^\/ws\/sessions\/([\w-]{1,64})\/terminals\/([\w-]{1,64})$/.exec(path);
  return match?.[1] && match[2] ? { sessionId: match[1], shellId: match[2] } : undefined;
}

function parseObject(text: string): Parsed<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(1007, 'A control frame is a JSON object.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(1002, 'A control frame is a JSON object.');
  return { ok: true, message: value as Record<string, unknown> };
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most;
}
