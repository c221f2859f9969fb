import { type Call, type Commands, int } from '../command';
import { globExpression } from '../glob';
import type { Keyspace, Value } from '../keyspace';
import { array, bulk, bulks, CommandError, integer, nil, ok, type Reply, status, syntaxError } from '../resp';

export const keys: Commands = {
  del: { arity: -2, write: true, run: remove },
  unlink: { arity: -2, write: true, run: remove },
  exists: {
    arity: -2,
    run: ({ db, args }) => integer(args.filter((key) => db.get(key)).length),
  },
  touch: { arity: -2, run: ({ db, args }) => integer(args.filter((key) => db.get(key)).length) },
  type: { arity: 2, run: ({ db, args: [key = ''] }) => status(db.get(key)?.value.type ?? 'none') },
  keys: {
    arity: 2,
    run: ({ db, args: [pattern = ''] }) => {
      const expression = globExpression(pattern);
      return bulks(db.keys().filter((key) => expression.test(key)));
    },
  },
  scan: { arity: -2, run: scan },
  randomkey: {
    arity: 1,
    run: ({ db }) => {
      const all = db.keys();
      return all.length === 0 ? nil : bulk(all[Math.floor(Math.random() * all.length)] ?? '');
    },
  },
  dbsize: { arity: 1, run: ({ db }) => integer(db.keys().length) },
  rename: { arity: 3, write: true, run: rename },
  renamenx: {
    arity: 3,
    write: true,
    run: (call) => {
      if (call.db.get(call.args[0] ?? '') && call.db.get(call.args[1] ?? '')) return integer(0);
      rename(call);
      return integer(1);
    },
  },
  copy: {
    arity: -3,
    write: true,
    grows: true,
    run: ({ db, args: [from = '', to = '', ...options] }) => {
      const replace = options.some((word) => word.toUpperCase() === 'REPLACE');
      if (options.some((word) => word.toUpperCase() !== 'REPLACE')) throw syntaxError();
      const entry = db.get(from);
      if (!entry || (db.get(to) && !replace)) return integer(0);
      db.set(to, copyOf(entry.value), entry.expiresAtMs);
      return integer(1);
    },
  },
  move: {
    arity: 3,
    write: true,
    run: ({ server, client, db, args: [key = '', number] }) => {
      const target = server.database(int(number));
      if (!target) throw new CommandError('ERR value is out of range');
      if (int(number) === client.database)
        throw new CommandError('ERR source and destination objects are the same');
      const entry = db.get(key);
      if (!entry || target.get(key)) return integer(0);
      target.set(key, entry.value, entry.expiresAtMs);
      db.delete(key);
      return integer(1);
    },
  },
  expire: { arity: -3, write: true, run: (call) => expire(call, 1_000, true) },
  pexpire: { arity: -3, write: true, run: (call) => expire(call, 1, true) },
  expireat: { arity: -3, write: true, run: (call) => expire(call, 1_000, false) },
  pexpireat: { arity: -3, write: true, run: (call) => expire(call, 1, false) },
  ttl: { arity: 2, run: (call) => timeLeft(call, (ms) => Math.round(ms / 1_000)) },
  pttl: { arity: 2, run: (call) => timeLeft(call, (ms) => ms) },
  expiretime: { arity: 2, run: (call) => expiryOf(call, 1_000) },
  pexpiretime: { arity: 2, run: (call) => expiryOf(call, 1) },
  persist: {
    arity: 2,
    write: true,
    run: ({ db, args: [key = ''] }) => {
      const entry = db.get(key);
      if (entry?.expiresAtMs === undefined) return integer(0);
      delete entry.expiresAtMs;
      db.touch(key);
      return integer(1);
    },
  },
  object: {
    arity: -2,
    run: ({ db, server, args: [what = '', key = ''] }) => {
      const entry = db.get(key);
      if (what.toUpperCase() === 'ENCODING') return entry ? bulk(encodingOf(entry.value)) : nil;
      if (what.toUpperCase() === 'REFCOUNT') return entry ? integer(1) : nil;
      if (what.toUpperCase() === 'IDLETIME')
        return entry ? integer(Math.floor((server.now() - entry.usedAtMs) / 1_000)) : nil;
      throw new CommandError(
        `ERR The embedded cluster does not simulate OBJECT ${what}; use a kind cluster for that.`,
      );
    },
  },
  flushdb: { arity: -1, write: true, run: ({ db }) => flush([db]) },
  flushall: {
    arity: -1,
    write: true,
    run: ({ server }) => flush(server.databases),
  },
};

function flush(databases: readonly Keyspace[]): Reply {
  for (const db of databases) db.clear();
  return ok;
}

function remove({ db, args }: Call): Reply {
  return integer(args.filter((key) => db.get(key) && db.delete(key)).length);
}

function rename({ db, args: [from = '', to = ''] }: Call): Reply {
  const entry = db.get(from);
  if (!entry) throw new CommandError('ERR no such key');
  db.delete(from);
  db.set(to, entry.value, entry.expiresAtMs);
  return ok;
}

function expire(call: Call, unitMs: number, relative: boolean): Reply {
  const { db, server, args } = call;
  const [key = '', time, ...conditions] = args;
  const at = int(time) * unitMs + (relative ? server.now() : 0);
  const entry = db.get(key);
  if (!entry) return integer(0);
  for (const condition of conditions) {
    const before = entry.expiresAtMs;
    const holds: Record<string, boolean> = {
      NX: before === undefined,
      XX: before !== undefined,
      GT: before !== undefined && at > before,
      LT: before === undefined || at < before,
    };
    const held = holds[condition.toUpperCase()];
    if (held === undefined) throw new CommandError(`ERR Unsupported option ${condition}`);
    if (!held) return integer(0);
  }
  if (at <= server.now()) db.delete(key);
  else {
    entry.expiresAtMs = at;
    db.touch(key);
  }
  call.keep = [['PEXPIREAT', key, String(at)]];
  return integer(1);
}

function timeLeft({ db, server, args: [key = ''] }: Call, unit: (ms: number) => number): Reply {
  const entry = db.get(key);
  if (!entry) return integer(-2);
  return integer(entry.expiresAtMs === undefined ? -1 : unit(entry.expiresAtMs - server.now()));
}

function expiryOf({ db, args: [key = ''] }: Call, unitMs: number): Reply {
  const entry = db.get(key);
  if (!entry) return integer(-2);
  return integer(entry.expiresAtMs === undefined ? -1 : Math.floor(entry.expiresAtMs / unitMs));
}

/** The cursor counts keys in the order in which they were made: with no deletion meanwhile, each is seen once. */
function scan({ db, args }: Call): Reply {
  const { count, match, type } = scanOptions(args.slice(1), true);
  return page(int(args[0]), count, db.keys(), (key) => {
    if (match && !match.test(key)) return [];
    return type === undefined || db.get(key)?.value.type === type ? [bulk(key)] : [];
  });
}

export function scanOptions(
  options: string[],
  types = false,
): { count: number; match?: RegExp; type?: string } {
  const found: { count: number; match?: RegExp; type?: string } = { count: 10 };
  for (let i = 0; i < options.length; i += 2) {
    const value = options[i + 1];
    const name = (options[i] ?? '').toUpperCase();
    if (value === undefined) throw syntaxError();
    if (name === 'COUNT') found.count = int(value);
    else if (name === 'MATCH') found.match = globExpression(value);
    else if (name === 'TYPE' && types) found.type = value.toLowerCase();
    else throw syntaxError();
    if (found.count < 1) throw syntaxError();
  }
  return found;
}

/** One answer of SCAN and its kin: the next cursor, then what `show` makes of the entries. */
export function page<T>(cursor: number, count: number, all: T[], show: (each: T) => Reply[]): Reply {
  const next = cursor + count;
  return array([bulk(next >= all.length ? '0' : String(next)), array(all.slice(cursor, next).flatMap(show))]);
}

function copyOf(value: Value): Value {
  return structuredClone(value);
}

/** How Redis would hold a value of that size. */
function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string':
      if (/^(0|-?[1-9]\d{0,18})$/.test(value.text)) return 'int';
      return value.text.length <= 44 ? 'embstr' : 'raw';
    case 'list':
      return value.items.length <= 128 && value.items.every(short) ? 'listpack' : 'quicklist';
    case 'hash':
      return value.fields.size <= 128 && [...value.fields].flat().every(short) ? 'listpack' : 'hashtable';
    case 'zset':
      return value.scores.size <= 128 && [...value.scores.keys()].every(short) ? 'listpack' : 'skiplist';
    case 'set':
      if (value.members.size <= 512 && [...value.members].every((each) => /^-?\d{1,18}$/.test(each)))
        return 'intset';
      return value.members.size <= 128 && [...value.members].every(short) ? 'listpack' : 'hashtable';
  }
}

function short(text: string): boolean {
  return text.length <= 64;
}
