import { decode, encode } from '../../files/byte-string';
import { type DatagramSocket, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { type Exchange, inBackground, serveHttp, untilTerminated } from '../http/serve';
import { readCertificate } from './certificate';
import { durationMs, type Flags } from './flags';
import { goJson } from './go-json';
import { klog } from './klog';
import { dial } from './netexec-dial';
import { runShell } from './netexec-shell';
import { upload } from './netexec-upload';
import { redirect } from './redirect';

interface Server {
  process: Process;
  httpPort: number;
  /** The UDP server listens: what /healthz asks. */
  ready: boolean;
  stopListening(): void;
}

/** `agnhost netexec`: HTTP(S) and UDP endpoints for tests of the network. */
export async function netexec(process: Process, flags: Flags): Promise<number> {
  const httpPort = flags.number('http-port', 8080);
  const udpPort = flags.number('udp-port', 8081);
  if (flags.number('sctp-port', -1) >= 0) {
    await process.write(
      2,
      'The embedded cluster does not simulate SCTP servers; use a kind cluster for that.\n',
    );
    return 1;
  }
  const certificate = await readCertificate(process, flags);
  if (certificate === 'unreadable') return 1;
  const override = flags.text('http-override');
  const server: Server = { process, httpPort, ready: false, stopListening: () => undefined };
  let refused: NetworkError | undefined;
  try {
    if (udpPort >= 0) {
      inBackground(process, answerDatagrams(process, process.network.bindDatagram(udpPort)));
      server.ready = true;
      await klog(process, `Started UDP server on port  ${udpPort}`);
    }
    const handle = (exchange: Exchange) =>
      answer(server, override === '' ? exchange : { ...exchange, url: new URL(override, 'http://in.pod') });
    server.stopListening = serveHttp(process, httpPort, handle, '0.0.0.0', certificate);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    refused = error;
  }
  await klog(process, `Started HTTP server on port ${httpPort}`);
  if (refused) {
    await klog(process, `listen tcp :${httpPort}: bind: ${refused.message.toLowerCase()}`);
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

/** Answers as the endpoint of that path does; each writes a line of its own to the log. */
async function answer(server: Server, { message, response, url, client }: Exchange): Promise<void> {
  const { process } = server;
  const text = (name: string) => url.searchParams.get(name) ?? '';
  const log = (line: string) => klog(process, line);
  // Not `writeHead`: so that the length of what follows is told, as Go does.
  const end = (status: number, body = '') => {
    response.statusCode = status;
    response.end(body);
  };
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  switch (url.pathname) {
    case '/clientip':
      await log('GET /clientip');
      response.end(`${client.address}:${client.port}`);
      return;
    case '/dial': {
      const [host, protocol, port, wanted, tries] = ['host', 'protocol', 'port', 'request', 'tries'].map(
        text,
      );
      await log(`GET /dial?host=${host}&protocol=${protocol}&port=${port}&request=${wanted}&tries=${tries}`);
      const { status, body } = await dial(process, url.searchParams);
      end(status, body);
      return;
    }
    case '/echo':
      await log(`GET /echo?msg=${text('msg')}&code=${text('code')}`);
      if (!isInteger(text('code'))) response.end(notInteger(text('code')));
      else end(Number(text('code') || 200), text('msg'));
      return;
    case '/exit':
      await exit(server, text, (line) => void response.end(line));
      return;
    case '/header': {
      const key = text('key');
      await log(key === '' ? 'GET /header' : `GET /header?key=${key}`);
      const value = message.headers[key.toLowerCase()];
      response.end(key === '' ? goJson(message.headers) : Array.isArray(value) ? value[0] : (value ?? ''));
      return;
    }
    case '/healthz':
    case '/readyz':
      await log(`GET ${url.pathname}`);
      end(server.ready ? 200 : 412);
      return;
    case '/hostname':
    case '/hostName':
      await log(`GET ${url.pathname}`);
      response.end(process.system.hostname);
      return;
    case '/redirect': {
      const location = text('location');
      await log(`${message.method} /redirect?msg=${location}&code=${text('code')}`);
      if (!isInteger(text('code'))) response.end(notInteger(text('code')));
      else redirect(response, location, Number(text('code') || 302));
      return;
    }
    case '/serverport':
      await log('GET /serverport');
      response.end(String(server.httpPort));
      return;
    case '/shell': {
      const command = text('shellCommand') || text('cmd');
      await log(`GET /shell?cmd=${command}`);
      response.end(await runShell(process, command));
      return;
    }
    case '/shutdown':
      await log('GET /shutdown');
      process.end({ code: 0 });
      return;
    case '/upload': {
      await log('GET /upload');
      const done = await upload(process, message);
      await log(done.log);
      end(done.status, done.body);
      return;
    }
    default:
      // Go's ServeMux gives every other path to the handler of `/`.
      await log('GET /');
      response.end(`NOW: ${goTime(process.clock.now())}`);
  }
}

/** `/exit`: waits, then ends at once, or after its connections have closed when there is a `timeout`. */
async function exit(
  { process, stopListening }: Server,
  text: (name: string) => string,
  reply: (line?: string) => void,
): Promise<void> {
  const log = (line: string) => klog(process, line);
  await log(`GET /exit?code=${text('code')}&timeout=${text('timeout')}&wait=${text('wait')}`);
  const [timeout = 0, wait = 0] = ['timeout', 'wait'].map((name) => durationMs(text(name) || '0'));
  for (const [name, value] of Object.entries({ timeout, wait }))
    if (Number.isNaN(value))
      return reply(
        `argument '${name}' must be a valid golang duration or empty, got ${JSON.stringify(text(name))}\n`,
      );
  if (!isInteger(text('code')))
    return reply(
      `argument 'code' must be an integer [0-127] or empty, got ${JSON.stringify(text('code'))}\n`,
    );
  const code = Number(text('code') || 0);
  await log(
    `Will begin shutdown in ${wait / 1000}s, allowing ${timeout / 1000}s for connections to close, then will exit with ${code}`,
  );
  process.clock.after(wait, () => {
    stopListening();
    // The connection that asked is answered first when the server shuts down in order, and cut when it does not.
    if (timeout > 0) reply();
    process.clock.after(timeout > 0 ? 1 : 0, () => process.end({ code: code & 255 }));
  });
}

const isInteger = (text: string) => /^[+-]?\d*$/.test(text);
const notInteger = (text: string) =>
  `argument 'code' must be an integer or empty, got ${JSON.stringify(text)}\n`;

function goTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC');
}

async function answerDatagrams(process: Process, socket: DatagramSocket): Promise<void> {
  for (let next = await socket.receive(); next; next = await socket.receive()) {
    const { data, from } = next;
    const client = `${from.address}:${from.port}`;
    const said = decode(data).trim().toLowerCase();
    const reply = (text: string) => socket.send(encode(text), from.address, from.port);
    if (said === 'hostname') {
      await klog(process, 'Sending udp hostName response');
      reply(process.system.hostname);
    } else if (said.startsWith('echo ')) {
      await klog(process, `Echoing ${said.slice(5)} to UDP client ${client}`);
      reply(said.slice(5));
    } else if (said === 'clientip') {
      await klog(process, `Sending clientip back to UDP client ${client}`);
      reply(client);
    } else if (said !== '') {
      await klog(process, `Unknown UDP command received from ${client}: ${said}`);
    }
  }
}
