import { type Call, type Commands, int } from '../command';
import { array, bulk, CommandError, integer, nil, none, ok, type Reply, status, syntaxError } from '../resp';

export const connection: Commands = {
  ping: {
    arity: -1,
    run: ({ client, args: [text] }) => {
      if (client.subscriptions > 0 && client.protocol === 2) return array([bulk('pong'), bulk(text ?? '')]);
      return text === undefined ? status('PONG') : bulk(text);
    },
  },
  echo: { arity: 2, run: ({ args: [text = ''] }) => bulk(text) },
  quit: {
    arity: -1,
    run: ({ client }) => {
      client.closing = true;
      return ok;
    },
  },
  select: {
    arity: 2,
    run: ({ client, server, args: [number] }) => {
      if (!server.database(int(number))) throw new CommandError('ERR DB index is out of range');
      client.database = int(number);
      return ok;
    },
  },
  auth: {
    arity: -2,
    run: ({ client, server, args }) => {
      const wanted = server.settings.get('requirepass');
      const [user, password] = args.length > 1 ? args : ['default', args[0]];
      if (args.length > 2) throw syntaxError();
      if (wanted === '' && args.length === 1)
        throw new CommandError(
          'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
        );
      if (user !== 'default' || (wanted !== '' && password !== wanted)) throw wrongPassword();
      client.authenticated = true;
      return ok;
    },
  },
  hello: { arity: -1, run: hello },
  reset: {
    arity: 1,
    run: (call) => {
      const { client, server } = call;
      client.protocol = 2;
      client.database = 0;
      client.queue = undefined;
      client.endWatch();
      client.monitoring = false;
      server.channels.leaveAll(client);
      client.authenticated = server.settings.get('requirepass') === '';
      return status('RESET');
    },
  },
  client: { arity: -2, run: clientCommand },
  subscribe: { arity: -2, run: (call) => subscribe(call, 'channels') },
  psubscribe: { arity: -2, run: (call) => subscribe(call, 'patterns') },
  unsubscribe: { arity: -1, run: (call) => unsubscribe(call, 'channels') },
  punsubscribe: { arity: -1, run: (call) => unsubscribe(call, 'patterns') },
  publish: {
    arity: 3,
    run: ({ server, args: [channel = '', text = ''] }) => integer(server.channels.publish(channel, text)),
  },
  pubsub: {
    arity: -2,
    run: ({ server, args: [what = '', ...rest] }) => {
      switch (what.toUpperCase()) {
        case 'CHANNELS':
          return array(server.channels.names(rest[0]).map(bulk));
        case 'NUMSUB':
          return array(
            rest.flatMap((name): Reply[] => [bulk(name), integer(server.channels.listeners(name))]),
          );
        case 'NUMPAT':
          return integer(server.channels.patternCount());
        default:
          throw new CommandError(`ERR unknown subcommand '${what}'. Try PUBSUB HELP.`);
      }
    },
  },
};

function wrongPassword(): CommandError {
  return new CommandError('WRONGPASS invalid username-password pair or user is disabled.');
}

function hello(call: Call): Reply {
  const { client, server, args } = call;
  const [wanted, ...options] = args;
  if (wanted !== undefined && wanted !== '2' && wanted !== '3')
    throw new CommandError(
      /^\d+$/.test(wanted)
        ? 'NOPROTO unsupported protocol version'
        : 'ERR Protocol version is not an integer or out of range',
    );
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] ?? '').toUpperCase();
    if (option === 'AUTH' && i + 2 < options.length) {
      const [user, password] = [options[++i], options[++i]];
      const secret = server.settings.get('requirepass');
      if (user !== 'default' || (secret !== '' && password !== secret)) throw wrongPassword();
      client.authenticated = true;
    } else if (option === 'SETNAME' && i + 1 < options.length) client.name = options[++i] ?? '';
    else throw new CommandError(`ERR Syntax error in HELLO option '${options[i]}'`);
  }
  if (!client.authenticated)
    throw new CommandError(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  if (wanted !== undefined) client.protocol = wanted === '3' ? 3 : 2;
  return {
    type: 'map',
    entries: [
      [bulk('server'), bulk('redis')],
      [bulk('version'), bulk(server.release)],
      [bulk('proto'), integer(client.protocol)],
      [bulk('id'), integer(client.id)],
      [bulk('mode'), bulk('standalone')],
      [bulk('role'), bulk('master')],
      [bulk('modules'), array([])],
    ],
  };
}

function clientCommand({ client, server, args: [what = '', ...rest] }: Call): Reply {
  switch (what.toUpperCase()) {
    case 'ID':
      return integer(client.id);
    case 'GETNAME':
      return client.name === '' ? nil : bulk(client.name);
    case 'SETNAME':
      client.name = rest[0] ?? '';
      return ok;
    case 'SETINFO':
      return ok;
    case 'INFO':
      return bulk(`${server.describe(client)}\n`);
    case 'LIST':
      return bulk([...server.clients].map((each) => `${server.describe(each)}\n`).join(''));
    case 'KILL': {
      const wanted = rest.length === 1 ? rest[0] : rest[1];
      const found = [...server.clients].filter(
        (each) => each.address === wanted || (/^id$/i.test(rest[0] ?? '') && String(each.id) === wanted),
      );
      for (const each of found) each.connection?.close();
      if (rest.length > 1) return integer(found.length);
      if (found.length === 0) throw new CommandError('ERR No such client');
      return ok;
    }
    default:
      throw new CommandError(
        `ERR The embedded cluster does not simulate CLIENT ${what.toUpperCase()}; use a kind cluster for that.`,
      );
  }
}

function subscribe({ client, server, args }: Call, kind: 'channels' | 'patterns'): Reply {
  for (const name of args) {
    server.channels.join(client, kind, name);
    tell(client, kind === 'channels' ? 'subscribe' : 'psubscribe', name);
  }
  return none;
}

function unsubscribe({ client, server, args }: Call, kind: 'channels' | 'patterns'): Reply {
  const names = args.length > 0 ? args : [...client[kind]];
  const verb = kind === 'channels' ? 'unsubscribe' : 'punsubscribe';
  if (names.length === 0) tell(client, verb, undefined);
  for (const name of names) {
    server.channels.leave(client, kind, name);
    tell(client, verb, name);
  }
  return none;
}

function tell(client: Call['client'], verb: string, name: string | undefined): void {
  client.send({
    type: 'push',
    items: [bulk(verb), name === undefined ? nil : bulk(name), integer(client.subscriptions)],
  });
}
