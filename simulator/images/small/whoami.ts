import { nativeExecutable } from '../../files/volume-tree';
import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { parseFlags } from '../agnhost/flags';
import { bodyOf, type Exchange, serveHttp, untilTerminated } from '../http/serve';
import { defaultPath, type Image } from '../image';
import { goLogTime } from './go-log';

/** traefik/whoami: tells a client about the server and about itself. */
const whoami: Program = async (process) => {
  const flags = parseFlags(process.argv.slice(1), ['port', 'name', 'cert', 'key', 'ca'], ['verbose']);
  const say = async (text: string, code: number) => {
    await process.write(2, `${text}\n`);
    return code;
  };
  if (typeof flags === 'string') return say(flags, 2);
  if (flags.has('cert'))
    return say('The embedded cluster does not simulate TLS servers; use a kind cluster for that.', 1);
  const port = Number(flags.text('port', process.env.get('WHOAMI_PORT_NUMBER') ?? '80'));
  const name = flags.text('name', process.env.get('WHOAMI_NAME') ?? '');
  let health = 200;
  const starting = () => process.write(2, `${goLogTime(process)} Starting up on port ${port}\n`);
  try {
    serveHttp(process, port, async (exchange) => {
      const { message, response, url } = exchange;
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      if (url.pathname === '/bench') response.end('1');
      else if (url.pathname === '/health') {
        if (message.method === 'POST') {
          health = Number(await bodyOf(message)) || 200;
        }
        response.statusCode = health;
        response.end();
      } else if (url.pathname === '/api') {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(apiAnswer(process, exchange, name)));
      } else response.end(text(process, exchange, name));
    });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await starting();
    return say(`${goLogTime(process)} listen tcp :${port}: bind: ${error.message.toLowerCase()}`, 1);
  }
  // Told once it listens: who waits for the line finds it there.
  await starting();
  return untilTerminated(process, () => 2);
};

function headersOf({ message }: Exchange): [string, string][] {
  return Object.entries(message.headersDistinct)
    .filter(([name]) => name !== 'host')
    .map(([name, values]): [string, string] => [
      name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
      (values ?? []).join(', '),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function text(process: Process, exchange: Exchange, name: string): string {
  const { message, client } = exchange;
  return [
    ...(name === '' ? [] : [`Name: ${name}`]),
    `Hostname: ${process.system.hostname}`,
    ...process.network.interfaces().map(({ address }) => `IP: ${address}`),
    `RemoteAddr: ${client.address}:${client.port}`,
    `${message.method} ${message.url} HTTP/${message.httpVersion}`,
    `Host: ${message.headers.host ?? ''}`,
    ...headersOf(exchange).map(([header, value]) => `${header}: ${value}`),
    '',
    '',
  ].join('\n');
}

function apiAnswer(process: Process, exchange: Exchange, name: string): Record<string, unknown> {
  const { message, client } = exchange;
  return {
    hostname: process.system.hostname,
    ip: process.network.interfaces().map(({ address }) => address),
    headers: Object.fromEntries(headersOf(exchange).map(([header, value]) => [header, [value]])),
    url: message.url,
    host: message.headers.host,
    method: message.method,
    ...(name === '' ? {} : { name }),
    remoteAddr: `${client.address}:${client.port}`,
  };
}

export function whoamiImage(): Image {
  return {
    name: 'whoami',
    repositories: ['traefik/whoami', 'containous/whoami'],
    hasTag: (tag) => /^(latest|v1\.(\d|1[01])(\.\d+)?)$/.test(tag),
    sizeBytes: 2_760_000,
    config: () => ({
      entrypoint: ['/whoami'],
      cmd: [],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write('/whoami', nativeExecutable('whoami-server'), { mode: 0o755 });
    },
    programs: { 'whoami-server': whoami },
  };
}
