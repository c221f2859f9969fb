import { type Commands, float, inRange, int, int64 } from '../command';
import {
  array,
  bulk,
  bulkOrNil,
  bulks,
  CommandError,
  doubleText,
  integer,
  nil,
  ok,
  type Reply,
} from '../resp';
import { page, scanOptions } from './keys';

export const hashes: Commands = {
  hset: {
    arity: -4,
    write: true,
    grows: true,
    run: ({ db, args }) => integer(setFields(db.hashFor.bind(db), args, 'hset', db)),
  },
  hmset: {
    arity: -4,
    write: true,
    grows: true,
    run: ({ db, args }) => {
      setFields(db.hashFor.bind(db), args, 'hmset', db);
      return ok;
    },
  },
  hsetnx: {
    arity: 4,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', field = '', text = ''] }) => {
      if (db.hash(key)?.has(field)) return integer(0);
      db.hashFor(key).set(field, text);
      db.touch(key);
      return integer(1);
    },
  },
  hget: { arity: 3, run: ({ db, args: [key = '', field = ''] }) => bulkOrNil(db.hash(key)?.get(field)) },
  hmget: {
    arity: -3,
    run: ({ db, args: [key = '', ...fields] }) => {
      const hash = db.hash(key);
      return array(fields.map((field) => bulkOrNil(hash?.get(field))));
    },
  },
  hgetall: {
    arity: 2,
    run: ({ db, args: [key = ''] }) => ({
      type: 'map',
      entries: [...(db.hash(key) ?? [])].map(([field, text]): [Reply, Reply] => [bulk(field), bulk(text)]),
    }),
  },
  hdel: {
    arity: -3,
    write: true,
    run: ({ db, args: [key = '', ...fields] }) => {
      const hash = db.hash(key);
      const gone = fields.filter((field) => hash?.delete(field)).length;
      if (gone > 0) db.touch(key);
      return integer(gone);
    },
  },
  hexists: {
    arity: 3,
    run: ({ db, args: [key = '', field = ''] }) => integer(db.hash(key)?.has(field) ? 1 : 0),
  },
  hlen: { arity: 2, run: ({ db, args: [key = ''] }) => integer(db.hash(key)?.size ?? 0) },
  hstrlen: {
    arity: 3,
    run: ({ db, args: [key = '', field = ''] }) => integer(db.hash(key)?.get(field)?.length ?? 0),
  },
  hkeys: { arity: 2, run: ({ db, args: [key = ''] }) => bulks(db.hash(key)?.keys() ?? []) },
  hvals: { arity: 2, run: ({ db, args: [key = ''] }) => bulks(db.hash(key)?.values() ?? []) },
  hincrby: {
    arity: 4,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', field = '', step] }) => {
      const before = db.hash(key)?.get(field) ?? '0';
      const by = int64(step);
      if (!/^(0|-?[1-9]\d{0,18})$/.test(before)) throw new CommandError('ERR hash value is not an integer');
      const sum = BigInt(before) + by;
      if (!inRange(sum)) throw new CommandError('ERR increment or decrement would overflow');
      db.hashFor(key).set(field, String(sum));
      db.touch(key);
      return integer(sum);
    },
  },
  hincrbyfloat: {
    arity: 4,
    write: true,
    grows: true,
    run: (call) => {
      const { db, args } = call;
      const [key = '', field = '', step] = args;
      const before = float(db.hash(key)?.get(field) ?? '0', 'ERR hash value is not a float');
      const text = doubleText(Number((before + float(step)).toPrecision(15)));
      db.hashFor(key).set(field, text);
      db.touch(key);
      call.keep = [['HSET', key, field, text]];
      return bulk(text);
    },
  },
  hrandfield: {
    arity: 2,
    run: ({ db, args: [key = ''] }) => {
      const fields = [...(db.hash(key)?.keys() ?? [])];
      return fields.length === 0 ? nil : bulk(fields[Math.floor(Math.random() * fields.length)] ?? '');
    },
  },
  hscan: {
    arity: -3,
    run: ({ db, args: [key = '', cursor, ...options] }) => {
      const { count, match } = scanOptions(options);
      return page(int(cursor), count, [...(db.hash(key) ?? [])], ([field, text]) =>
        !match || match.test(field) ? [bulk(field), bulk(text)] : [],
      );
    },
  },
};

function setFields(
  hashFor: (key: string) => Map<string, string>,
  [key = '', ...pairs]: string[],
  name: string,
  db: { touch(key: string): void },
): number {
  if (pairs.length % 2 === 1) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  const hash = hashFor(key);
  const before = hash.size;
  for (let i = 0; i < pairs.length; i += 2) hash.set(pairs[i] ?? '', pairs[i + 1] ?? '');
  db.touch(key);
  return hash.size - before;
}
