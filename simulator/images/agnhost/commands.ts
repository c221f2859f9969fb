import { decode, encode, toBytes } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { type Exchange, inBackground, serveHttp, untilTerminated } from '../http/serve';
import { certificateIn } from './certificate';
import { durationMs, type Flags } from './flags';
import { klog } from './klog';
import { redirect } from './redirect';

/** Seconds for which `liveness` is well. */
const healthySeconds = 10;

/** `agnhost pause` */
export async function pauseCommand(process: Process): Promise<number> {
  await process.write(1, 'Paused\n');
  return untilTerminated(process, () => 0);
}

/** `agnhost liveness`: answers /healthz with 200 for ten seconds, and with 500 from then on. */
export function liveness(process: Process): Promise<number> {
  const startedAt = process.clock.now();
  serveHttp(process, 8080, ({ response, url }) => {
    const seconds = (process.clock.now() - startedAt) / 1_000;
    if (url.pathname === '/started') response.end(`${seconds}s`);
    else if (url.pathname === '/redirect') redirect(response, url.searchParams.get('loc') ?? '', 302);
    else if (url.pathname !== '/healthz') {
      response.statusCode = 404;
      response.end('404 page not found\n');
    } else if (seconds > healthySeconds) {
      response.statusCode = 500;
      response.end(`error: ${seconds}`);
    } else response.end('ok');
  });
  return untilTerminated(process, () => 2);
}

/** `agnhost serve-hostname`: over HTTP, or with --http=false over TCP, UDP or both. */
export async function serveHostname(process: Process, flags: Flags): Promise<number> {
  const port = flags.number('port', 9376);
  const http = flags.text('http', 'true') !== 'false';
  if (http && (flags.has('tcp') || flags.has('udp'))) {
    await klog(process, "Can't server TCP/UDP mode and HTTP mode at the same time");
    return 1;
  }
  await klog(process, `Serving on port ${port}.`);
  if (flags.has('tcp')) inBackground(process, tellOverTcp(process, port));
  if (flags.has('udp')) inBackground(process, tellOverUdp(process, port));
  if (http)
    serveHttp(process, port, async ({ response, client }) => {
      await klog(process, `HTTP request from ${client.address}:${client.port}`);
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      if (flags.has('close')) response.setHeader('Connection', 'close');
      response.end(process.system.hostname);
    });
  return untilTerminated(process, async () => {
    await klog(process, 'Received SIGTERM.');
    return 0;
  });
}

async function tellOverTcp(process: Process, port: number): Promise<void> {
  const listener = process.network.listen(port);
  for (let next = await listener.accept(); next; next = await listener.accept()) {
    await klog(process, `TCP request from ${next.remote.address}:${next.remote.port}`);
    try {
      await next.writable.write(encode(process.system.hostname));
    } catch (error) {
      // Who has left already misses nothing, and keeps nobody else waiting.
      if (!(error instanceof NetworkError)) throw error;
    }
    next.close();
  }
}

async function tellOverUdp(process: Process, port: number): Promise<void> {
  const socket = process.network.bindDatagram(port);
  for (let next = await socket.receive(); next; next = await socket.receive()) {
    const { address, port: from } = next.from;
    await klog(process, `UDP request from ${address}:${from}`);
    socket.send(encode(process.system.hostname), address, from);
  }
}

/**
 * `agnhost porter`: a server on each port N of SERVE_PORT_N, SERVE_TCP_PORT_N and SERVE_TLS_PORT_N, answering with that variable;
 * with --json-response also with the request's method.
 */
export async function porter(process: Process, flags: Flags): Promise<number> {
  for (const [name, value] of process.env) {
    if (/^SERVE_(SCTP|UDP)_PORT_/.test(name)) {
      await process.write(
        2,
        `The embedded cluster does not simulate ${name} of agnhost porter; use a kind cluster for that.\n`,
      );
      return 1;
    }
    const [, kind, port] = /^SERVE_(TLS_|TCP_)?PORT_(\d+)$/.exec(name) ?? [];
    if (port === undefined) continue;
    const certificate =
      kind === 'TLS_' ? await certificateIn(process, ...certificateFiles(process)) : undefined;
    if (certificate === 'unreadable') return 1;
    const answer = ({ message, response }: Exchange) => {
      if (!flags.has('json-response')) {
        // As Go's server finds out what it writes (DetectContentType).
        const kind = MARKUP.test(value) ? 'html' : 'plain';
        response.setHeader('Content-Type', `text/${kind}; charset=utf-8`);
        return void response.end(value);
      }
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ Method: message.method, Body: value }));
    };
    serveHttp(process, Number(port), answer, '0.0.0.0', certificate);
  }
  return untilTerminated(process, () => 2);
}

const MARKUP =
  /^\s*<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/i;

function certificateFiles({ env }: Process): [cert: string, key: string] {
  return [env.get('CERT_FILE') || 'localhost.crt', env.get('KEY_FILE') || 'localhost.key'];
}

/** `agnhost test-webserver`: the container's own files over HTTP. */
export function testWebserver(process: Process, flags: Flags): Promise<number> {
  serveHttp(process, flags.number('port', 80), ({ response, url }) => {
    const path = toBytes(decodeURIComponent(url.pathname));
    try {
      if (process.files.stat(path).type !== 'directory') response.end(process.files.readFile(path));
      else {
        const rows = process.files.list(path).map((name) => `<a href="${name}">${name}</a>\n`);
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(`<pre>\n${rows.join('')}</pre>\n`, 'latin1');
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      response.statusCode = error.code === 'EACCES' ? 403 : 404;
      response.end(error.code === 'EACCES' ? '403 Forbidden\n' : '404 page not found\n');
    }
  });
  return untilTerminated(process, () => 2);
}

/** `agnhost logs-generator` */
export async function logsGenerator(process: Process, flags: Flags): Promise<number> {
  const total = flags.number('log-lines-total', flags.number('t', 0));
  const duration = durationMs(flags.text('run-duration', flags.text('d', '0s')));
  if (!(total > 0)) {
    await process.write(2, 'Invalid total number of lines: 0\n');
    return 255;
  }
  const methods = ['GET', 'POST', 'PUT'];
  const namespaces = ['kube-system', 'default', 'ns'];
  for (let line = 0; line < total; line++) {
    const pick = (list: string[]) => list[Math.floor(Math.random() * list.length)];
    const pod = Math.random().toString(36).slice(2, 5).padEnd(3, 'x');
    const status = 200 + Math.floor(Math.random() * 400);
    await klog(
      process,
      `${line} ${pick(methods)} /api/v1/namespaces/${pick(namespaces)}/pods/${pod} ${status}`,
      'logs_generator.go:76',
    );
    if (duration > 0) await process.sleep(duration / total);
  }
  return 0;
}

/** `agnhost dns-suffix`, `dns-server-list`, `etc-hosts`: what the resolver's files say. */
export async function resolverCommand(process: Process, name: string): Promise<number> {
  const read = (path: string) => (process.files.exists(path) ? decode(process.files.readFile(path)) : '');
  const rows = read('/etc/resolv.conf')
    .split('\n')
    .map((line) => line.split(/\s+/));
  if (name === 'etc-hosts') await process.write(1, read('/etc/hosts'));
  else {
    const key = name === 'dns-suffix' ? 'search' : 'nameserver';
    const found = rows.filter(([first]) => first === key).flatMap(([, ...rest]) => rest);
    await process.write(1, `${found.join(',')}\n`);
  }
  return 0;
}
