import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { inside } from './sandbox-arguments';

/**
 * Programs that pass connections on from a sandbox's loopback to the unix socket in it, cheapest first. A sandbox has no
 * network of its own: this is its one way out, and it ends at its API server.
 */
const relays: { program: string; command: string; file?: { name: string; text: string } }[] = [
  {
    program: '/usr/bin/socat',
    command: `socat TCP-LISTEN:${inside.apiPort},bind=127.0.0.1,fork,reuseaddr,backlog=128 UNIX-CONNECT:${inside.run}/api.sock`,
  },
  {
    program: '/usr/bin/perl',
    command: `perl ${inside.share}/relay.pl`,
    file: {
      name: 'relay.pl',
      text: `use strict; use IO::Socket::INET; use IO::Socket::UNIX; use IO::Select;
$SIG{CHLD} = 'IGNORE';
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => ${inside.apiPort}, Listen => 128, ReuseAddr => 1) or die $!;
while (my $client = $listener->accept) {
  if (fork) { close $client; next }
  my $server = IO::Socket::UNIX->new(Peer => '${inside.run}/api.sock') or exit 1;
  my %other = ($client => $server, $server => $client);
  my $select = IO::Select->new($client, $server);
  while ($select->count) {
    for my $from ($select->can_read) {
      my $to = $other{$from};
      my $count = sysread $from, my $bytes, 65536;
      if (!$count) { $select->remove($from); shutdown $to, 1; next }
      for (my $at = 0; $at < $count;) { my $n = syswrite $to, $bytes, $count - $at, $at; defined $n or exit; $at += $n }
    }
  }
  exit;
}
`,
    },
  },
  {
    program: '/usr/bin/python3',
    command: `python3 -I ${inside.share}/relay.py`,
    file: {
      name: 'relay.py',
      text: `import socket, threading
def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close(); target.close()
listener = socket.create_server(('127.0.0.1', ${inside.apiPort}), backlog=128)
while True:
    client, _ = listener.accept()
    server = socket.socket(socket.AF_UNIX)
    try:
        server.connect('${inside.run}/api.sock')
    except OSError:
        client.close(); continue
    for pair in ((client, server), (server, client)):
        threading.Thread(target=copy, args=pair, daemon=True).start()
`,
    },
  },
  {
    program: '/usr/bin/node',
    command: `node ${inside.share}/relay.cjs`,
    file: {
      name: 'relay.cjs',
      text: `const { connect, createServer } = require('node:net');
createServer({ allowHalfOpen: true }, (client) => {
  const server = connect({ path: '${inside.run}/api.sock', allowHalfOpen: true });
  client.on('error', () => server.destroy()).pipe(server);
  server.on('error', () => client.destroy()).pipe(client);
}).listen(${inside.apiPort}, '127.0.0.1');
`,
    },
  },
];

export interface Relay {
  /** What the sandbox runs. Holds no single quote. */
  command: string;
  /** Program text to lay into the shared folder. */
  file?: { name: string; text: string };
}

/** The cheapest relay that this host can run; undefined when it has none of the programs. */
export function chooseRelay(exists: (path: string) => boolean = existsSync): Relay | undefined {
  return relays.find(({ program }) => exists(program));
}

/** More connections than any lab needs, fewer than would hurt the server. */
const mostConnections = 256;

export interface ApiSocket {
  close(): Promise<void>;
}

/** Listens on a unix socket and passes each connection on to `endpoint()`, asked anew each time: clusters come back. */
export async function listenForApi(
  path: string,
  endpoint: () => { host: string; port: number },
): Promise<ApiSocket> {
  const open = new Set<Socket>();
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  };
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    const { host, port } = endpoint();
    const api = connect({ host, port, allowHalfOpen: true, noDelay: true });
    track(client);
    track(api);
    // A refused connection is for kubectl to report; here it only must not go unheard.
    client.on('error', () => api.destroy()).on('close', () => api.destroy());
    api.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(api).pipe(client);
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => {});
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
