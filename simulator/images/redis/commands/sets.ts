import { type Call, type Commands, int } from '../command';
import type { Keyspace } from '../keyspace';
import { array, bulk, bulkOrNil, CommandError, integer, type Reply, syntaxError } from '../resp';
import { page, scanOptions } from './keys';

/** Members that one command may name over and over. */
const mostRandom = 100_000;

type Combine = (db: Keyspace, keys: string[]) => Set<string>;

export const sets: Commands = {
  sadd: {
    arity: -3,
    write: true,
    grows: true,
    run: ({ db, args: [key = '', ...added] }) => {
      const members = db.membersFor(key);
      const before = members.size;
      for (const member of added) members.add(member);
      db.touch(key);
      return integer(members.size - before);
    },
  },
  srem: {
    arity: -3,
    write: true,
    run: ({ db, args: [key = '', ...removed] }) => {
      const members = db.members(key);
      const gone = removed.filter((member) => members?.delete(member)).length;
      if (gone > 0) db.touch(key);
      return integer(gone);
    },
  },
  smembers: { arity: 2, run: ({ db, args: [key = ''] }) => shown(db.members(key) ?? []) },
  sismember: {
    arity: 3,
    run: ({ db, args: [key = '', member = ''] }) => integer(db.members(key)?.has(member) ? 1 : 0),
  },
  smismember: {
    arity: -3,
    run: ({ db, args: [key = '', ...asked] }) => {
      const members = db.members(key);
      return array(asked.map((member) => integer(members?.has(member) ? 1 : 0)));
    },
  },
  scard: { arity: 2, run: ({ db, args: [key = ''] }) => integer(db.members(key)?.size ?? 0) },
  spop: {
    arity: -2,
    write: true,
    run: (call) => {
      const taken = randomOf(call, false);
      const [key = '', count] = call.args;
      for (const member of taken) call.db.members(key)?.delete(member);
      if (taken.length > 0) call.db.touch(key);
      call.keep = taken.length > 0 ? [['SREM', key, ...taken]] : [];
      return count === undefined ? bulkOrNil(taken[0]) : shown(taken);
    },
  },
  srandmember: {
    arity: -2,
    run: (call) => {
      const taken = randomOf(call, true);
      return call.args[1] === undefined ? bulkOrNil(taken[0]) : array(taken.map(bulk));
    },
  },
  smove: {
    arity: 4,
    write: true,
    run: ({ db, args: [from = '', to = '', member = ''] }) => {
      db.members(to);
      if (!db.members(from)?.delete(member)) return integer(0);
      db.touch(from);
      db.membersFor(to).add(member);
      db.touch(to);
      return integer(1);
    },
  },
  sunion: { arity: -2, run: ({ db, args }) => shown(union(db, args)) },
  sinter: { arity: -2, run: ({ db, args }) => shown(intersection(db, args)) },
  sdiff: { arity: -2, run: ({ db, args }) => shown(difference(db, args)) },
  sunionstore: { arity: -3, write: true, grows: true, run: (call) => store(call, union) },
  sinterstore: { arity: -3, write: true, grows: true, run: (call) => store(call, intersection) },
  sdiffstore: { arity: -3, write: true, grows: true, run: (call) => store(call, difference) },
  sscan: {
    arity: -3,
    run: ({ db, args: [key = '', cursor, ...options] }) => {
      const { count, match } = scanOptions(options);
      return page(int(cursor), count, [...(db.members(key) ?? [])], (member) =>
        !match || match.test(member) ? [bulk(member)] : [],
      );
    },
  },
};

function shown(members: Iterable<string>): Reply {
  return { type: 'set', items: [...members].map(bulk) };
}

/** A negative count may name a member more than once. */
function randomOf({ db, args: [key = '', count, more] }: Call, mayRepeat: boolean): string[] {
  if (more !== undefined) throw syntaxError();
  const members = [...(db.members(key) ?? [])];
  const wanted = count === undefined ? 1 : int(count);
  const any = () => Math.floor(Math.random() * members.length);
  if (wanted < 0) {
    if (!mayRepeat) throw new CommandError('ERR value is out of range, must be positive');
    if (wanted < -mostRandom)
      throw new CommandError(
        `ERR The embedded cluster does not simulate SRANDMEMBER of more than ${mostRandom} members; use a kind cluster for that.`,
      );
    return members.length === 0 ? [] : Array.from({ length: -wanted }, () => members[any()] ?? '');
  }
  const taken: string[] = [];
  while (taken.length < wanted && members.length > 0) taken.push(...members.splice(any(), 1));
  return taken;
}

const union: Combine = (db, keys) => new Set(keys.flatMap((key) => [...(db.members(key) ?? [])]));

const intersection: Combine = (db, keys) => {
  const [first = new Set<string>(), ...others] = keys.map((key) => db.members(key) ?? new Set<string>());
  return new Set([...first].filter((member) => others.every((other) => other.has(member))));
};

const difference: Combine = (db, keys) => {
  const [first = new Set<string>(), ...others] = keys.map((key) => db.members(key) ?? new Set<string>());
  return new Set([...first].filter((member) => !others.some((other) => other.has(member))));
};

function store({ db, args: [target = '', ...keys] }: Call, combine: Combine): Reply {
  const members = combine(db, keys);
  if (members.size === 0) db.delete(target);
  else db.set(target, { type: 'set', members });
  return integer(members.size);
}
