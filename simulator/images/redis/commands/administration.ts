import type { Call, Commands } from '../command';
import { globExpression } from '../glob';
import { infoText } from '../info';
import {
  array,
  bulk,
  bulks,
  CommandError,
  integer,
  nil,
  none,
  ok,
  type Reply,
  status,
  syntaxError,
} from '../resp';

export const administration: Commands = {
  info: { arity: -1, run: ({ server, args }) => bulk(infoText(server, args)) },
  config: { arity: -2, run: config },
  time: {
    arity: 1,
    run: ({ server }) =>
      bulks([String(Math.floor(server.now() / 1_000)), String((server.now() % 1_000) * 1_000)]),
  },
  role: { arity: 1, run: () => array([bulk('master'), integer(0), array([])]) },
  lastsave: {
    arity: 1,
    run: ({ server }) => integer(Math.floor((server.persistence?.lastSaveMs ?? 0) / 1_000)),
  },
  save: {
    arity: 1,
    run: ({ server }) => {
      if (server.persistence?.save() !== undefined) throw new CommandError('ERR');
      return ok;
    },
  },
  bgsave: {
    arity: -1,
    run: ({ server }) => {
      server.persistence?.saveInBackground();
      return status('Background saving started');
    },
  },
  shutdown: {
    arity: -1,
    run: ({ server, client, args: [how] }) => {
      if (how !== undefined && !/^(no)?save$/i.test(how)) throw syntaxError();
      client.closing = true;
      server.stop(how === undefined ? undefined : how.toLowerCase() === 'save');
      return none;
    },
  },
  monitor: {
    arity: 1,
    run: ({ client }) => {
      client.monitoring = true;
      return ok;
    },
  },
  memory: {
    arity: -2,
    run: ({ db, args: [what = '', key = ''] }) => {
      if (what.toUpperCase() !== 'USAGE')
        throw new CommandError(
          `ERR The embedded cluster does not simulate MEMORY ${what.toUpperCase()}; use a kind cluster for that.`,
        );
      return db.get(key) ? integer(db.bytesOf(key)) : nil;
    },
  },
  command: {
    arity: -1,
    run: ({ server, args: [what] }) => {
      if (what?.toUpperCase() === 'COUNT') return integer(server.commandCount);
      // Clients ask for this to learn what they can complete and where the keys are: they do without it.
      if (what === undefined || what.toUpperCase() === 'DOCS') return array([]);
      throw new CommandError(
        `ERR The embedded cluster does not simulate COMMAND ${what.toUpperCase()}; use a kind cluster for that.`,
      );
    },
  },
};

function config({ server, args: [what = '', ...rest] }: Call): Reply {
  const { settings } = server;
  switch (what.toUpperCase()) {
    case 'GET': {
      if (rest.length === 0) throw wrongNumber('get');
      const patterns = rest.map((pattern) => globExpression(pattern.toLowerCase()));
      const names = settings.names().filter((name) => patterns.some((pattern) => pattern.test(name)));
      return {
        type: 'map',
        entries: names.map((name): [Reply, Reply] => [bulk(name), bulk(settings.get(name))]),
      };
    }
    case 'SET': {
      if (rest.length < 2 || rest.length % 2 === 1) throw wrongNumber('set');
      for (let i = 0; i < rest.length; i += 2)
        setOne(server, (rest[i] ?? '').toLowerCase(), rest[i + 1] ?? '');
      return ok;
    }
    case 'RESETSTAT':
      Object.assign(server.counts, { connections: 0, commands: 0, expired: 0, evicted: 0 });
      return ok;
    case 'REWRITE':
      throw new CommandError(
        settings.file === ''
          ? 'ERR The server is running without a config file'
          : 'ERR The embedded cluster does not simulate CONFIG REWRITE; use a kind cluster for that.',
      );
    default:
      throw new CommandError(`ERR unknown subcommand '${what}'. Try CONFIG HELP.`);
  }
}

function wrongNumber(name: string): CommandError {
  return new CommandError(`ERR wrong number of arguments for 'config|${name}' command`);
}

const atStartOnly =
  /^(port|bind|databases|dir|logfile|appendfilename|appenddirname|daemonize|supervised|pidfile)$/;

function setOne(server: Call['server'], name: string, value: string): void {
  const failed = (why: string) =>
    new CommandError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);
  if (!server.settings.has(name))
    throw new CommandError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
  if (name === 'dir') {
    if (server.process.files.tryStat(value)?.type !== 'directory') throw failed('No such file or directory');
  } else if (atStartOnly.test(name)) throw failed("can't set immutable config");
  const problem = server.settings.set(name, value);
  if (problem !== undefined) throw failed(problem);
  if (name === 'appendonly') server.persistence?.setLogging(value.toLowerCase() === 'yes');
}
