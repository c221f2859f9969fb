import { request as httpRequest } from 'node:http';
import { decode, encode, toBytes, toText } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { type Exchange, inBackground, serveHttp, untilTerminated } from '../http/serve';
import type { Flags } from './flags';
import { klog } from './klog';

/** `agnhost netexec`: HTTP and UDP endpoints for tests of the network. */
export async function netexec(process: Process, flags: Flags): Promise<number> {
  const httpPort = flags.number('http-port', 8080);
  const udpPort = flags.number('udp-port', 8081);
  if (flags.text('tls-cert-file') !== '' || flags.number('sctp-port', -1) >= 0) {
    await process.write(
      2,
      'The embedded cluster does not simulate TLS or SCTP servers; use a kind cluster for that.\n',
    );
    return 1;
  }
  const exit = new Exit(process);
  try {
    if (udpPort >= 0) {
      await klog(process, `Started UDP server on port  ${udpPort}`);
      inBackground(process, answerDatagrams(process, udpPort));
    }
    if (httpPort >= 0) {
      await klog(process, `Started HTTP server on port ${httpPort}`);
      serveHttp(process, httpPort, (exchange) => answer(process, exchange, exit));
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await klog(process, `listen tcp :${httpPort}: bind: ${error.message.toLowerCase()}`);
    return 1;
  }
  const delay = flags.number('delay-shutdown', 0);
  return untilTerminated(process, async () => {
    if (delay > 0) {
      await klog(process, `Sleeping ${delay} seconds before terminating...`);
      await new Promise<void>((resolve) => process.clock.after(delay * 1_000, resolve));
    }
    return 0;
  });
}

/** Ends the program some time after it has answered. */
class Exit {
  constructor(private readonly process: Process) {}

  after(ms: number, code: number): void {
    this.process.clock.after(ms, () => this.process.end({ code: code & 255 }));
  }
}

async function answer(process: Process, exchange: Exchange, exit: Exit): Promise<void> {
  const { message, response, url, client } = exchange;
  const { hostname } = process.system;
  const query = url.searchParams;
  await klog(process, `${message.method} ${url.pathname}`);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  const json = (value: unknown) => response.end(JSON.stringify(value));
  switch (url.pathname) {
    case '/':
      response.end(`NOW: ${goTime(process.clock.now())}`);
      return;
    case '/hostname':
    case '/hostName':
      response.end(hostname);
      return;
    case '/clientip':
      response.end(`${client.address}:${client.port}`);
      return;
    case '/echo':
      response.statusCode = Number(query.get('code') ?? 200);
      response.end(query.get('msg') ?? '');
      return;
    case '/header': {
      const value = message.headers[(query.get('key') ?? '').toLowerCase()];
      response.end(Array.isArray(value) ? value[0] : (value ?? ''));
      return;
    }
    case '/healthz':
    case '/readyz':
      response.end();
      return;
    case '/redirect':
      response.writeHead(Number(query.get('code') ?? 302), { Location: query.get('location') ?? '/' });
      response.end();
      return;
    case '/exit':
      response.end();
      exit.after(durationOf(query.get('wait')), Number(query.get('code') ?? 0));
      return;
    case '/shutdown':
      response.end();
      exit.after(0, 0);
      return;
    case '/shell':
      json(await runShell(process, query.get('cmd') ?? query.get('shellCommand') ?? ''));
      return;
    case '/dial':
      json(await dial(process, query));
      return;
    case '/upload':
      response.statusCode = 501;
      response.end(
        'The embedded cluster does not simulate /upload of agnhost; use a kind cluster for that.\n',
      );
      return;
    default:
      // Go's ServeMux gives every other path to the handler of `/`.
      response.end(`NOW: ${goTime(process.clock.now())}`);
  }
}

function goTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC');
}

function durationOf(text: string | null): number {
  const seconds = /^(\d+)s$/.exec(text ?? '')?.[1];
  return seconds === undefined ? 0 : Number(seconds) * 1_000;
}

async function runShell(process: Process, command: string): Promise<{ output: string; error?: string }> {
  const { reader, writer } = process.pipe();
  const nothing = await process.open('/dev/null', 'r');
  const child = process.spawn({
    argv: ['sh', '-c', toBytes(command)],
    path: '/bin/sh',
    fds: new Map([
      [0, nothing],
      [1, writer],
      [2, writer],
    ]),
  });
  writer.release();
  nothing.release();
  const fd = process.addFd(reader);
  let output = '';
  for (let part = await process.read(fd); part.length > 0; part = await process.read(fd))
    output += decode(part);
  process.closeFd(fd);
  const { code } = await process.wait(child);
  return { output: toText(output), ...(code === 0 ? {} : { error: `exit status ${code}` }) };
}

/** Asks another netexec `tries` times, and tells what it said. */
async function dial(
  process: Process,
  query: URLSearchParams,
): Promise<{ responses?: string[]; errors?: string[] }> {
  const responses: string[] = [];
  const errors: string[] = [];
  const host = query.get('host') ?? '';
  const port = Number(query.get('port') ?? 0);
  const wanted = query.get('request') ?? 'hostname';
  const overUdp = query.get('protocol') === 'udp';
  const address = await addressOf(process, host);
  for (let left = Number(query.get('tries') ?? 1); left > 0; left--) {
    try {
      if (address === undefined) throw new NetworkError('ENOTFOUND');
      responses.push(await (overUdp ? askUdp : askHttp)(process, address, port, wanted));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      errors.push(
        `${overUdp ? 'reading from udp connection failed' : `Get "http://${host}:${port}/${wanted}"`}: ${error.message.toLowerCase()}`,
      );
    }
  }
  return { ...(responses.length > 0 ? { responses } : {}), ...(errors.length > 0 ? { errors } : {}) };
}

const patienceMs = 5_000;

async function askHttp(process: Process, address: string, port: number, path: string): Promise<string> {
  const connection = await process.network.connect(address, port, { timeoutMs: patienceMs });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        createConnection: () => streamSocket(connection),
        path: `/${path}`,
        headers: { Host: `${address}:${port}` },
      },
      (answered) => {
        let text = '';
        answered.setEncoding('utf8');
        answered.on('data', (part: string) => {
          text += part;
        });
        answered.on('end', () => resolve(text.trim()));
      },
    );
    outgoing.on('error', () => reject(new NetworkError('ECONNRESET')));
    outgoing.end();
  });
}

async function askUdp(process: Process, address: string, port: number, wanted: string): Promise<string> {
  const socket = process.network.bindDatagram(0);
  const timer = process.clock.after(patienceMs, () => socket.close());
  try {
    socket.send(encode(toBytes(wanted)), address, port);
    const reply = await socket.receive();
    if (!reply) throw new NetworkError('ETIMEDOUT');
    return toText(decode(reply.data)).trim();
  } finally {
    timer.cancel();
    socket.close();
  }
}

async function answerDatagrams(process: Process, port: number): Promise<void> {
  const socket = process.network.bindDatagram(port);
  for (let next = await socket.receive(); next; next = await socket.receive()) {
    const { data, from } = next;
    const said = decode(data);
    const [command = ''] = said.trim().split(' ');
    const replies: Record<string, () => string> = {
      echo: () => said.slice(5),
      clientip: () => `${from.address}:${from.port}`,
      hostname: () => process.system.hostname,
    };
    const reply = replies[command.toLowerCase()];
    if (reply) socket.send(encode(reply()), from.address, from.port);
    if (command !== '') await klog(process, `Received "${command}" from ${from.address}:${from.port}`);
  }
}
