import { type Call, type Commands, float, inRange, int, int64, slice } from '../command';
import {
  array,
  bulk,
  bulkOrNil,
  CommandError,
  doubleText,
  integer,
  nil,
  ok,
  type Reply,
  syntaxError,
} from '../resp';

export const strings: Commands = {
  get: { arity: 2, run: ({ db, args: [key = ''] }) => bulkOrNil(db.string(key)) },
  set: { arity: -3, write: true, grows: true, run: set },
  setnx: {
    arity: 3,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', text = ''] }) => {
      if (db.get(key)) return integer(0);
      db.set(key, { type: 'string', text });
      return integer(1);
    },
  },
  setex: { arity: 4, write: true, grows: true, run: (call) => setWithTime(call, 'setex', 1_000) },
  psetex: { arity: 4, write: true, grows: true, run: (call) => setWithTime(call, 'psetex', 1) },
  getset: {
    arity: 3,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', text = ''] }) => {
      const before = db.string(key);
      db.set(key, { type: 'string', text });
      return bulkOrNil(before);
    },
  },
  getdel: {
    arity: 2,
    write: true,
    run: ({ db, args: [key = ''] }) => {
      const before = db.string(key);
      db.delete(key);
      return bulkOrNil(before);
    },
  },
  mget: {
    arity: -2,
    run: ({ db, args }) =>
      array(
        args.map((key) => {
          const value = db.get(key)?.value;
          return value?.type === 'string' ? bulk(value.text) : nil;
        }),
      ),
  },
  mset: {
    arity: -3,
    write: true,
    grows: true,
    run: (call) => {
      setMany(call, 'mset');
      return ok;
    },
  },
  msetnx: {
    arity: -3,
    write: true,
    grows: true,
    run: (call) => {
      for (let i = 0; i < call.args.length; i += 2) if (call.db.get(call.args[i] ?? '')) return integer(0);
      setMany(call, 'msetnx');
      return integer(1);
    },
  },
  append: {
    arity: 3,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', text = ''] }) => {
      const joined = (db.string(key) ?? '') + text;
      db.set(key, { type: 'string', text: joined }, db.get(key)?.expiresAtMs);
      return integer(joined.length);
    },
  },
  strlen: { arity: 2, run: ({ db, args: [key = ''] }) => integer(db.string(key)?.length ?? 0) },
  getrange: {
    arity: 4,
    run: ({ db, args: [key = '', start, end] }) => {
      const text = db.string(key) ?? '';
      return bulk(text.slice(...slice(int(start), int(end), text.length)));
    },
  },
  setrange: {
    arity: 4,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', at, text = ''] }) => {
      const offset = int(at);
      if (offset < 0) throw new CommandError('ERR offset is out of range');
      const before = db.string(key) ?? '';
      if (text === '') return integer(before.length);
      if (offset + text.length > 512 * 1024 * 1024)
        throw new CommandError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
      const after = before.slice(0, offset).padEnd(offset, '\0') + text + before.slice(offset + text.length);
      db.set(key, { type: 'string', text: after }, db.get(key)?.expiresAtMs);
      return integer(after.length);
    },
  },
  incr: { arity: 2, write: true, grows: true, run: (call) => add(call, 1n) },
  decr: { arity: 2, write: true, grows: true, run: (call) => add(call, -1n) },
  incrby: { arity: 3, write: true, grows: true, run: (call) => add(call, int64(call.args[1])) },
  decrby: { arity: 3, write: true, grows: true, run: (call) => add(call, -int64(call.args[1])) },
  incrbyfloat: {
    arity: 3,
    write: true,
    grows: true,
    run: (call) => {
      const { db, args } = call;
      const [key = ''] = args;
      const sum = float(db.string(key) ?? '0') + float(args[1]);
      if (!Number.isFinite(sum)) throw new CommandError('ERR increment would produce NaN or Infinity');
      const text = doubleText(Number(sum.toPrecision(15)));
      db.set(key, { type: 'string', text }, db.get(key)?.expiresAtMs);
      call.keep = [['SET', key, text, 'KEEPTTL']];
      return bulk(text);
    },
  },
};

function add({ db, args: [key = ''] }: Call, step: bigint): Reply {
  const sum = int64(db.string(key) ?? '0') + step;
  if (!inRange(sum)) throw new CommandError('ERR increment or decrement would overflow');
  db.set(key, { type: 'string', text: String(sum) }, db.get(key)?.expiresAtMs);
  return integer(sum);
}

function setMany({ db, args }: Call, name: string): void {
  if (args.length % 2 === 1) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  for (let i = 0; i < args.length; i += 2) db.set(args[i] ?? '', { type: 'string', text: args[i + 1] ?? '' });
}

function setWithTime(call: Call, name: string, unitMs: number): Reply {
  const [key = '', time, text = ''] = call.args;
  const expiresAtMs = expiry(call, name, time, unitMs, true);
  call.db.set(key, { type: 'string', text }, expiresAtMs);
  call.keep = [['SET', key, text, 'PXAT', String(expiresAtMs)]];
  return ok;
}

/** The moment that a time-to-live means. */
function expiry(
  { server }: Call,
  name: string,
  time: string | undefined,
  unitMs: number,
  relative: boolean,
): number {
  const amount = int(time);
  if (amount <= 0) throw new CommandError(`ERR invalid expire time in '${name}' command`);
  return amount * unitMs + (relative ? server.now() : 0);
}

function set(call: Call): Reply {
  const { db, args } = call;
  const [key = '', text = '', ...options] = args;
  let expiresAtMs: number | undefined;
  let keepTime = false;
  let only: 'NX' | 'XX' | undefined;
  let wantsOld = false;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] ?? '').toUpperCase();
    if ((option === 'NX' || option === 'XX') && only === undefined) only = option;
    else if (option === 'GET') wantsOld = true;
    else if (option === 'KEEPTTL' && expiresAtMs === undefined) keepTime = true;
    else if (
      /^(EX|PX|EXAT|PXAT)$/.test(option) &&
      expiresAtMs === undefined &&
      !keepTime &&
      i + 1 < options.length
    )
      expiresAtMs = expiry(
        call,
        'set',
        options[++i],
        option.startsWith('P') ? 1 : 1_000,
        !option.endsWith('AT'),
      );
    else throw syntaxError();
  }
  const old = wantsOld ? bulkOrNil(db.string(key)) : undefined;
  const before = db.get(key);
  if ((only === 'NX' && before) || (only === 'XX' && !before)) return old ?? nil;
  db.set(key, { type: 'string', text }, keepTime ? before?.expiresAtMs : expiresAtMs);
  if (expiresAtMs !== undefined) call.keep = [['SET', key, text, 'PXAT', String(expiresAtMs)]];
  return old ?? ok;
}
