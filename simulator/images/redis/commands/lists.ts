import { type Call, type Commands, float, int, slice } from '../command';
import {
  array,
  bulk,
  bulkOrNil,
  bulks,
  CommandError,
  integer,
  nil,
  nilArray,
  ok,
  type Reply,
  syntaxError,
} from '../resp';

export const lists: Commands = {
  lpush: { arity: -3, write: true, grows: true, run: (call) => push(call, 'left', false) },
  rpush: { arity: -3, write: true, grows: true, run: (call) => push(call, 'right', false) },
  lpushx: { arity: -3, write: true, grows: true, run: (call) => push(call, 'left', true) },
  rpushx: { arity: -3, write: true, grows: true, run: (call) => push(call, 'right', true) },
  lpop: { arity: -2, write: true, run: (call) => pop(call, 'left') },
  rpop: { arity: -2, write: true, run: (call) => pop(call, 'right') },
  llen: { arity: 2, run: ({ db, args: [key = ''] }) => integer(db.list(key)?.length ?? 0) },
  lrange: {
    arity: 4,
    run: ({ db, args: [key = '', start, end] }) => {
      const items = db.list(key) ?? [];
      return bulks(items.slice(...slice(int(start), int(end), items.length)));
    },
  },
  lindex: {
    arity: 3,
    run: ({ db, args: [key = '', at] }) => bulkOrNil((db.list(key) ?? []).at(int(at))),
  },
  lset: {
    arity: 4,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', at, text = ''] }) => {
      const items = db.list(key);
      if (!items) throw new CommandError('ERR no such key');
      const index = int(at) < 0 ? items.length + int(at) : int(at);
      if (index < 0 || index >= items.length) throw new CommandError('ERR index out of range');
      items[index] = text;
      db.touch(key);
      return ok;
    },
  },
  linsert: {
    arity: 5,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', where = '', pivot = '', text = ''] }) => {
      if (!/^(before|after)$/i.test(where)) throw syntaxError();
      const items = db.list(key);
      if (!items) return integer(0);
      const at = items.indexOf(pivot);
      if (at < 0) return integer(-1);
      items.splice(where.toLowerCase() === 'before' ? at : at + 1, 0, text);
      db.touch(key);
      return integer(items.length);
    },
  },
  lrem: {
    arity: 4,
    write: true,
    run: ({ db, args: [key = '', count, text = ''] }) => {
      const items = db.list(key);
      if (!items) return integer(0);
      const wanted = int(count);
      let left = wanted === 0 ? Number.POSITIVE_INFINITY : Math.abs(wanted);
      const before = items.length;
      const order = wanted < 0 ? [...items].reverse() : [...items];
      const kept = order.filter((item) => item !== text || left-- <= 0);
      replaceAll(items, wanted < 0 ? kept.reverse() : kept);
      if (items.length < before) db.touch(key);
      return integer(before - items.length);
    },
  },
  ltrim: {
    arity: 4,
    write: true,
    run: ({ db, args: [key = '', start, end] }) => {
      const items = db.list(key);
      if (!items) return ok;
      const kept = items.slice(...slice(int(start), int(end), items.length));
      if (kept.length < items.length) {
        replaceAll(items, kept);
        db.touch(key);
      }
      return ok;
    },
  },
  lpos: {
    arity: 3,
    run: ({ db, args: [key = '', text = ''] }) => {
      const at = db.list(key)?.indexOf(text) ?? -1;
      return at < 0 ? nil : integer(at);
    },
  },
  rpoplpush: { arity: 3, write: true, run: (call) => move(call, 'right', 'left') ?? nil },
  lmove: {
    arity: 5,
    write: true,
    run: (call) => move(call, end(call.args[2]), end(call.args[3])) ?? nil,
  },
  blpop: { arity: -3, write: true, run: (call) => popWaiting(call, 'left') },
  brpop: { arity: -3, write: true, run: (call) => popWaiting(call, 'right') },
  brpoplpush: {
    arity: 4,
    write: true,
    run: (call) => moveWaiting(call, 'right', 'left', call.args[2]),
  },
  blmove: {
    arity: 6,
    write: true,
    run: (call) => moveWaiting(call, end(call.args[2]), end(call.args[3]), call.args[4]),
  },
};

type End = 'left' | 'right';

/** More than these do not go through one call of a function. */
const mostArguments = 10_000;

function end(word: string | undefined): End {
  if (!/^(left|right)$/i.test(word ?? '')) throw syntaxError();
  return (word ?? '').toLowerCase() as End;
}

function push({ db, args: [key = '', ...texts] }: Call, where: End, onlyExisting: boolean): Reply {
  if (onlyExisting && !db.list(key)) return integer(0);
  const items = db.listFor(key);
  if (where === 'right') for (const text of texts) items.push(text);
  else if (texts.length < mostArguments) items.unshift(...texts.reverse());
  else replaceAll(items, [...texts.reverse(), ...items]);
  db.touch(key);
  return integer(items.length);
}

function pop({ db, args: [key = '', count] }: Call, where: End): Reply {
  const items = db.list(key);
  if (count === undefined) {
    if (!items) return nil;
    const text = take(items, where);
    db.touch(key);
    return bulkOrNil(text);
  }
  const wanted = int(count);
  if (wanted < 0) throw new CommandError('ERR value is out of range, must be positive');
  if (!items) return nilArray;
  const taken: string[] = [];
  while (taken.length < wanted && items.length > 0) taken.push(take(items, where) ?? '');
  if (taken.length > 0) db.touch(key);
  return bulks(taken);
}

/** Puts other items in place of those of a list, however many. */
function replaceAll(items: string[], others: readonly string[]): void {
  items.length = 0;
  for (const item of others) items.push(item);
}

function take(items: string[], where: End): string | undefined {
  return where === 'left' ? items.shift() : items.pop();
}

function move({ db, args: [from = '', to = ''] }: Call, out: End, into: End): Reply | undefined {
  const items = db.list(from);
  if (!items) return undefined;
  const target = from === to ? items : db.listFor(to);
  const text = take(items, out) ?? '';
  if (into === 'left') target.unshift(text);
  else target.push(text);
  db.touch(from);
  db.touch(to);
  return bulk(text);
}

function timeoutMs(text: string | undefined): number {
  const seconds = float(text, 'ERR timeout is not a float or out of range');
  if (seconds < 0) throw new CommandError('ERR timeout is negative');
  return seconds * 1_000;
}

function popWaiting(call: Call, where: End): Reply | Promise<Reply> {
  const { db, args } = call;
  const candidates = args.slice(0, -1);
  const attempt = () => {
    for (const key of candidates) {
      const items = db.list(key);
      const text = items && take(items, where);
      if (text === undefined) continue;
      db.touch(key);
      call.keep = [[where === 'left' ? 'LPOP' : 'RPOP', key]];
      return array([bulk(key), bulk(text)]);
    }
    call.keep = [];
    return undefined;
  };
  return waitFor(call, timeoutMs(args.at(-1)), attempt, nilArray);
}

function moveWaiting(call: Call, out: End, into: End, timeout: string | undefined): Reply | Promise<Reply> {
  const [from = '', to = ''] = call.args;
  const attempt = () => {
    const reply = move(call, out, into);
    call.keep = reply ? [['LMOVE', from, to, out, into]] : [];
    return reply;
  };
  return waitFor(call, timeoutMs(timeout), attempt, nil);
}

/** Tries again at each change until the time is up; 0 means for ever. */
function waitFor(
  call: Call,
  limitMs: number,
  attempt: () => Reply | undefined,
  otherwise: Reply,
): Reply | Promise<Reply> {
  const first = attempt();
  if (first || call.atOnce) return first ?? otherwise;
  return call.server.untilChange(call.client, limitMs, attempt).then((got) => got ?? otherwise);
}
