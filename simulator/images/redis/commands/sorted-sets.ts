import { type Call, type Commands, float, int, slice } from '../command';
import { array, bulk, CommandError, doubleText, integer, nil, type Reply, syntaxError } from '../resp';
import { page, scanOptions } from './keys';

type Scored = [member: string, score: number];

export const sortedSets: Commands = {
  zadd: { arity: -4, write: true, grows: true, run: add },
  zincrby: {
    arity: 4,
    write: true,
    grows: true,
    run: (call) => {
      const { db, args } = call;
      const [key = '', step, member = ''] = args;
      const sum = (db.scores(key)?.get(member) ?? 0) + float(step);
      if (Number.isNaN(sum)) throw new CommandError('ERR resulting score is not a number (NaN)');
      db.scoresFor(key).set(member, sum);
      db.touch(key);
      call.keep = [['ZADD', key, doubleText(sum), member]];
      return { type: 'double', value: sum };
    },
  },
  zrem: {
    arity: -3,
    write: true,
    run: ({ db, args: [key = '', ...members] }) => {
      const scores = db.scores(key);
      const gone = members.filter((member) => scores?.delete(member)).length;
      if (gone > 0) db.touch(key);
      return integer(gone);
    },
  },
  zscore: {
    arity: 3,
    run: ({ db, args: [key = '', member = ''] }) => {
      const value = db.scores(key)?.get(member);
      return value === undefined ? nil : { type: 'double', value };
    },
  },
  zcard: { arity: 2, run: ({ db, args: [key = ''] }) => integer(db.scores(key)?.size ?? 0) },
  zcount: {
    arity: 4,
    run: (call) => integer(sorted(call).filter(within(call.args[1], call.args[2])).length),
  },
  zrank: { arity: 3, run: (call) => rank(call, false) },
  zrevrank: { arity: 3, run: (call) => rank(call, true) },
  zrange: { arity: -4, run: range },
  zrevrange: {
    arity: -4,
    run: (call) => range({ ...call, args: [...call.args.slice(0, 3), 'REV', ...call.args.slice(3)] }),
  },
  zrangebyscore: {
    arity: -4,
    run: (call) => range({ ...call, args: [...call.args.slice(0, 3), 'BYSCORE', ...call.args.slice(3)] }),
  },
  zrevrangebyscore: {
    arity: -4,
    run: (call) =>
      range({ ...call, args: [...call.args.slice(0, 3), 'BYSCORE', 'REV', ...call.args.slice(3)] }),
  },
  zpopmin: { arity: -2, write: true, run: (call) => pop(call, false) },
  zpopmax: { arity: -2, write: true, run: (call) => pop(call, true) },
  zremrangebyrank: {
    arity: 4,
    write: true,
    run: (call) => {
      const all = sorted(call);
      return removeAll(call, all.slice(...slice(int(call.args[1]), int(call.args[2]), all.length)));
    },
  },
  zremrangebyscore: {
    arity: 4,
    write: true,
    run: (call) => removeAll(call, sorted(call).filter(within(call.args[1], call.args[2]))),
  },
  zscan: {
    arity: -3,
    run: ({ db, args: [key = '', cursor, ...options] }) => {
      const { count, match } = scanOptions(options);
      return page(int(cursor), count, [...(db.scores(key) ?? [])], ([member, score]) =>
        !match || match.test(member) ? [bulk(member), bulk(doubleText(score))] : [],
      );
    },
  },
};

/** By score, then by the bytes of the member. */
function sorted({ db, args: [key = ''] }: Call): Scored[] {
  return [...(db.scores(key) ?? [])].sort(([a, first], [b, second]) => first - second || (a < b ? -1 : 1));
}

function add(call: Call): Reply {
  const { db, args } = call;
  const [key = '', ...rest] = args;
  const flags = new Set<string>();
  while (/^(nx|xx|gt|lt|ch|incr)$/i.test(rest[0] ?? '')) flags.add((rest.shift() ?? '').toUpperCase());
  if (rest.length === 0 || rest.length % 2 === 1) throw syntaxError();
  if (flags.has('NX') && flags.has('XX'))
    throw new CommandError('ERR XX and NX options at the same time are not compatible');
  if (flags.has('INCR'))
    throw new CommandError(
      'ERR The embedded cluster does not simulate ZADD INCR; use ZINCRBY, or a kind cluster.',
    );
  const pairs: Scored[] = [];
  for (let i = 0; i < rest.length; i += 2) pairs.push([rest[i + 1] ?? '', float(rest[i])]);
  const scores = db.scoresFor(key);
  let added = 0;
  let changed = 0;
  for (const [member, score] of pairs) {
    const before = scores.get(member);
    if (before === undefined ? flags.has('XX') : flags.has('NX')) continue;
    if (before !== undefined && flags.has('GT') && score <= before) continue;
    if (before !== undefined && flags.has('LT') && score >= before) continue;
    if (before === undefined) added++;
    else if (before !== score) changed++;
    scores.set(member, score);
  }
  db.touch(key);
  return integer(flags.has('CH') ? added + changed : added);
}

function rank(call: Call, reverse: boolean): Reply {
  const all = sorted(call);
  const at = (reverse ? all.reverse() : all).findIndex(([member]) => member === call.args[1]);
  return at < 0 ? nil : integer(at);
}

function range(call: Call): Reply {
  const [, start, end, ...options] = call.args;
  let reverse = false;
  let byScore = false;
  let withScores = false;
  let limit: [number, number] | undefined;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] ?? '').toUpperCase();
    if (option === 'REV') reverse = true;
    else if (option === 'BYSCORE') byScore = true;
    else if (option === 'WITHSCORES') withScores = true;
    else if (option === 'LIMIT' && i + 2 < options.length) limit = [int(options[++i]), int(options[++i])];
    else if (option === 'BYLEX')
      throw new CommandError(
        'ERR The embedded cluster does not simulate BYLEX; use a kind cluster for that.',
      );
    else throw syntaxError();
  }
  if (limit && !byScore)
    throw new CommandError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  let all = sorted(call);
  if (reverse) all.reverse();
  if (byScore) all = all.filter(reverse ? within(end, start) : within(start, end));
  else all = all.slice(...slice(int(start), int(end), all.length));
  if (limit) all = all.slice(limit[0], limit[1] < 0 ? undefined : limit[0] + limit[1]);
  return scoredReply(call, all, withScores);
}

/** Version 3 of the protocol pairs each member with its score. */
function scoredReply({ client }: Call, all: Scored[], withScores: boolean): Reply {
  if (!withScores) return array(all.map(([member]) => bulk(member)));
  const pairs = all.map(([member, value]): Reply[] => [bulk(member), { type: 'double', value }]);
  return array(client.protocol === 3 ? pairs.map(array) : pairs.flat());
}

/** `5`, `(5`, `-inf`, `+inf` */
function within(low: string | undefined, high: string | undefined): (scored: Scored) => boolean {
  const bound = (text = '') => ({
    open: text.startsWith('('),
    value: float(text.replace(/^\(/, ''), 'ERR min or max is not a float'),
  });
  const from = bound(low);
  const to = bound(high);
  return ([, score]) =>
    (from.open ? score > from.value : score >= from.value) &&
    (to.open ? score < to.value : score <= to.value);
}

function pop(call: Call, highest: boolean): Reply {
  const wanted = call.args[1] === undefined ? 1 : int(call.args[1]);
  if (wanted < 0) throw new CommandError('ERR value is out of range, must be positive');
  const all = sorted(call);
  const taken = (highest ? all.reverse() : all).slice(0, wanted);
  removeAll(call, taken);
  const [key = ''] = call.args;
  call.keep = taken.length > 0 ? [['ZREM', key, ...taken.map(([member]) => member)]] : [];
  if (call.client.protocol === 3 && call.args[1] === undefined)
    return array(taken.flatMap(([member, value]): Reply[] => [bulk(member), { type: 'double', value }]));
  return scoredReply(call, taken, true);
}

function removeAll({ db, args: [key = ''] }: Call, gone: Scored[]): Reply {
  const scores = db.scores(key);
  for (const [member] of gone) scores?.delete(member);
  if (gone.length > 0) db.touch(key);
  return integer(gone.length);
}
