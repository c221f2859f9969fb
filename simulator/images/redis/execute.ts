import type { RedisClient } from './client';
import type { Call, Command, Commands } from './command';
import { administration } from './commands/administration';
import { connection } from './commands/connection';
import { hashes } from './commands/hashes';
import { keys } from './commands/keys';
import { lists } from './commands/lists';
import { sets } from './commands/sets';
import { sortedSets } from './commands/sorted-sets';
import { strings } from './commands/strings';
import { makeRoom } from './eviction';
import { array, CommandError, failure, nilArray, ok, type Reply, status } from './resp';
import type { RedisServer } from './server';

const commands: Commands = {
  ...strings,
  ...keys,
  ...lists,
  ...hashes,
  ...sets,
  ...sortedSets,
  ...connection,
  ...administration,
};

/** Commands of Redis that this server knows of, and refuses. */
const refused = new Set(
  (
    'acl asking bgrewriteaof bitcount bitfield bitop bitpos blmpop bzmpop bzpopmax bzpopmin cluster debug dump ' +
    'eval eval_ro evalsha evalsha_ro failover fcall fcall_ro function geoadd geodist geohash geopos ' +
    'georadius geosearch geosearchstore getbit getex hexpire hgetdel hgetex hpexpire hpttl hsetex httl latency lcs ' +
    'lmpop lolwut migrate module pfadd pfcount pfmerge psync readonly readwrite replconf replicaof restore script ' +
    'setbit sintercard slaveof slowlog sort sort_ro spublish ssubscribe sunsubscribe swapdb sync wait waitaof xack ' +
    'xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xtrim zdiff ' +
    'zdiffstore zinter zintercard zinterstore zlexcount zmpop zmscore zrandmember zrangebylex zrangestore ' +
    'zremrangebylex zrevrangebylex zunion zunionstore'
  ).split(' '),
);

const whileSubscribed = /^(subscribe|psubscribe|unsubscribe|punsubscribe|ping|quit|reset)$/;
const neverQueued = /^(exec|discard|multi|watch|quit|reset)$/;

export const commandCount = Object.keys(commands).length + 5;

/** Carries out one command of a client, transactions included. Never throws for what the client did wrong. */
export async function execute(server: RedisServer, client: RedisClient, words: string[]): Promise<Reply> {
  server.counts.commands++;
  const name = (words[0] ?? '').toLowerCase();
  client.lastCommand = name;
  try {
    if (!client.authenticated && !/^(auth|hello|quit|reset)$/.test(name))
      throw new CommandError('NOAUTH Authentication required.');
    if (client.subscriptions > 0 && client.protocol === 2 && !whileSubscribed.test(name))
      throw new CommandError(
        `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    if (!/^(auth|hello)$/.test(name)) server.monitor(client, words);
    const transaction = transactions[name];
    if (transaction) {
      checkArity(transaction.arity, words, name);
      return await transaction.run(server, client, words.slice(1));
    }
    const command = find(server, words);
    if (client.queue && !neverQueued.test(name)) {
      client.queue.push(words);
      return status('QUEUED');
    }
    return await run(server, client, words, command, false);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (client.queue && !transactions[name]) client.queueFailed = true;
    return failure(error.message);
  }
}

/** Throws CommandError when there is no such command, or its arguments are too few or too many. */
function find(server: RedisServer, words: string[]): Command {
  const [given = '', ...args] = words;
  const name = given.toLowerCase();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    if (refused.has(name))
      throw new CommandError(
        `ERR The embedded cluster does not simulate Redis' command ${given.toUpperCase()}; use a kind cluster for that.`,
      );
    const shown = args.map((arg) => `'${arg.slice(0, 128)}' `).join('');
    throw new CommandError(
      `ERR unknown command '${given.slice(0, 128)}', with args beginning with: ${shown}`,
    );
  }
  checkArity(command.arity, words, name);
  if (command.grows) makeRoom(server);
  return command;
}

function checkArity(arity: number, words: string[], name: string): void {
  if (arity < 0 ? words.length < -arity : words.length !== arity)
    throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
}

async function run(
  server: RedisServer,
  client: RedisClient,
  words: string[],
  command: Command,
  atOnce: boolean,
): Promise<Reply> {
  const db = server.database(client.database);
  if (!db) throw new CommandError('ERR DB index is out of range');
  const call: Call = { server, client, db, args: words.slice(1), atOnce };
  if (command.write) server.mayWrite();
  const before = server.changes();
  const reply = await command.run(call);
  if (command.write && (server.changes() !== before || call.keep)) server.changed(client, words, call.keep);
  return reply;
}

interface TransactionCommand {
  arity: number;
  run(server: RedisServer, client: RedisClient, args: string[]): Promise<Reply> | Reply;
}

const transactions: Record<string, TransactionCommand> = {
  multi: {
    arity: 1,
    run: (_server, client) => {
      if (client.queue) throw new CommandError('ERR MULTI calls can not be nested');
      client.queue = [];
      client.queueFailed = false;
      return ok;
    },
  },
  discard: {
    arity: 1,
    run: (_server, client) => {
      if (!client.queue) throw new CommandError('ERR DISCARD without MULTI');
      forget(client);
      return ok;
    },
  },
  watch: {
    arity: -2,
    run: (server, client, args) => {
      if (client.queue) throw new CommandError('ERR WATCH inside MULTI is not allowed');
      const db = server.database(client.database);
      for (const key of args) if (db) client.watch(db, key);
      return ok;
    },
  },
  unwatch: {
    arity: 1,
    run: (_server, client) => {
      client.endWatch();
      return ok;
    },
  },
  exec: {
    arity: 1,
    run: async (server, client) => {
      const { queue, queueFailed } = client;
      if (!queue) throw new CommandError('ERR EXEC without MULTI');
      const stale = forget(client);
      if (queueFailed) throw new CommandError('EXECABORT Transaction discarded because of previous errors.');
      if (stale) return nilArray;
      const replies: Reply[] = [];
      for (const words of queue) {
        try {
          replies.push(await run(server, client, words, find(server, words), true));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          replies.push(failure(error.message));
        }
      }
      return array(replies);
    },
  },
};

/** Ends the transaction, and tells whether a watched key was changed. */
function forget(client: RedisClient): boolean {
  client.queue = undefined;
  client.queueFailed = false;
  return client.endWatch();
}
