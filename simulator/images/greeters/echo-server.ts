import { nativeExecutable } from '../../files/volume-tree';
import type { Process, Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { bodyOf, type Exchange } from '../http/serve';
import { defaultPath, type Image } from '../image';
import { textServer } from './serve-text';

type Report = (process: Process, exchange: Exchange, body: string) => string[];

function headersOf({ message }: Exchange): [string, string][] {
  return Object.entries(message.headersDistinct)
    .map(([name, values]): [string, string] => [name, (values ?? []).join(', ')])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** echoserver 1.4 */
const early: Report = (_process, exchange, body) => {
  const { message, url, client, local } = exchange;
  return [
    'CLIENT VALUES:',
    `client_address=${client.address}`,
    `command=${message.method}`,
    `real path=${url.pathname}`,
    `query=${url.search === '' ? 'nil' : url.search.slice(1)}`,
    `request_version=${message.httpVersion}`,
    `request_uri=http://${(message.headers.host ?? '').replace(/:\d+$/, '')}:${local.port}${message.url}`,
    '',
    'SERVER VALUES:',
    'server_version=nginx: 1.10.0 - lua: 10001',
    '',
    'HEADERS RECEIVED:',
    ...headersOf(exchange).map(([name, value]) => `${name}=${value}`),
    'BODY:',
    body === '' ? '-no body in request-' : body,
  ];
};

/** echoserver 1.5 and later: POD_NAME and its like come from the environment. */
const late: Report = (process, exchange, body) => {
  const { message, url, client, local } = exchange;
  const known = [
    ['node name', 'NODE_NAME'],
    ['pod name', 'POD_NAME'],
    ['pod namespace', 'POD_NAMESPACE'],
    ['pod IP', 'POD_IP'],
  ].flatMap(([name, variable = '']) => {
    const value = process.env.get(variable);
    return value === undefined ? [] : [`\t${name}:\t${value}`];
  });
  return [
    '',
    '',
    `Hostname: ${process.system.hostname}`,
    '',
    'Pod Information:',
    ...(known.length === 0 ? ['\t-no pod information available-'] : known),
    '',
    'Server values:',
    '\tserver_version=nginx: 1.13.3 - lua: 10008',
    '',
    'Request Information:',
    `\tclient_address=${client.address}`,
    `\tmethod=${message.method}`,
    `\treal path=${message.url}`,
    `\tquery=${url.search.slice(1)}`,
    `\trequest_version=${message.httpVersion}`,
    '\trequest_scheme=http',
    `\trequest_uri=http://${(message.headers.host ?? '').replace(/:\d+$/, '')}:${local.port}${message.url}`,
    '',
    'Request Headers:',
    ...headersOf(exchange).map(([name, value]) => `\t${name}=${value}`),
    '',
    'Request Body:',
    body === '' ? '\t-no body in request-' : body,
    '',
    '',
  ];
};

const echo = (report: Report): Program =>
  textServer({
    port: () => 8080,
    exitCode: 0,
    started: (process) => process.write(1, 'Generating self-signed cert\nStarting nginx\n'),
    answer: async (process, exchange) => {
      const { message, response, client } = exchange;
      const body = `${report(process, exchange, await bodyOf(message)).join('\n')}`;
      response.setHeader('Server', 'echoserver');
      response.setHeader('Content-Type', 'text/plain');
      response.end(body, 'latin1');
      const [, date, month, year, time] = new Date(process.clock.now()).toUTCString().split(' ');
      await process.write(
        1,
        `${client.address} - - [${date}/${month}/${year}:${time} +0000] "${message.method} ${message.url} HTTP/${message.httpVersion}" 200 ${body.length} "-" "${message.headers['user-agent'] ?? '-'}"\n`,
      );
    },
  });

/** registry.k8s.io/echoserver: tells what it was asked. TLS on 8443 is not simulated. */
export function echoServerImage(applets: readonly string[]): Image {
  const numbers = ['1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10'];
  return {
    name: 'echoserver',
    repositories: [],
    hasTag: (tag) => numbers.includes(tag),
    sizeBytes: 46_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/usr/local/bin/run.sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => {
      buildAlpine(root, applets, '3.6.2');
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.write(
        '/usr/local/bin/run.sh',
        nativeExecutable(numbers.indexOf(tag) < 2 ? 'echo-early' : 'echo-late'),
        {
          mode: 0o755,
        },
      );
    },
    programs: { 'echo-early': echo(early), 'echo-late': echo(late) },
  };
}
