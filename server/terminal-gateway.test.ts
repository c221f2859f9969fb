import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { PodlabError } from '../core/errors';
import { createLog } from '../core/log';
import { createShellHost } from '../core/shells/create-shell-host';
import type { ShellHost } from '../core/shells/lab-shell';
import { type ServerMessage, terminalPath, terminalProtocol } from '../core/shells/terminal-protocol';
import { createWebServer, type WebServer } from './create-web-server';
import { createGuard } from './guard-requests';
import { sendError } from './send-error';
import { createTerminalGateway, type TerminalAccess, type TerminalGateway } from './terminal-gateway';

const log = createLog(() => {});
const cookie = 'podlab_learner=ann';
let root: string;
let host: ShellHost;
let web: WebServer;
let gateway: TerminalGateway;
let origin: string;

/** Accounts and sessions as the gateway sees them; the shells are real. */
const access: TerminalAccess = {
  async shellOrThrow(given, sessionId, shellId) {
    if (given !== cookie)
      throw new PodlabError('not-signed-in', 'Unknown browser.', 'Open the home page.', 401);
    if (sessionId === 'theirs')
      throw new PodlabError('session-not-found', 'No such session.', 'Open the lab.', 404);
    if (sessionId === 'over') throw new PodlabError('session-ended', 'It has ended.', 'Open the lab.', 410);
    const shell = host.find(sessionId, shellId);
    if (!shell) throw new PodlabError('terminal-not-found', 'It is gone.', 'Open a new one.', 404);
    return shell;
  },
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'podlab-gateway-'));
  host = await createShellHost({
    folder: join(root, 'shells'),
    sandbox: 'auto',
    perSession: 50,
    idleMs: 3_600_000,
    abandonedMs: 3_600_000,
    log,
  });
  const workingFolder = join(root, 'lab');
  await mkdir(workingFolder);
  await host.openSession({
    sessionId: 'mine',
    workingFolder,
    kubeconfig: () => '',
    endpoint: { host: '127.0.0.1', port: 9 },
    labTitle: '',
    namespace: 'default',
  });
  const guard = createGuard({ host: '127.0.0.1', loopback: true, publicUrl: undefined });
  gateway = createTerminalGateway({ access, guard, log });
  web = createWebServer({
    guard,
    log,
    development: false,
    answering: Promise.resolve({
      gateway,
      health: async () => ({ status: 200, body: {} }),
      pages: async (_, response) => sendError(response, new PodlabError('no-page', 'No page.', '', 404)),
    }),
  });
  await new Promise<void>((resolve) => web.server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(web.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await host.shutdown();
  await web.close(0);
  await rm(root, { recursive: true, force: true });
});

interface Opened {
  ws: WebSocket;
  messages: ServerMessage[];
  text(): string;
  bytes(): number;
  closed: Promise<{ code: number; reason: string }>;
  /** Acknowledges what comes, as a browser does. */
  acknowledge: boolean;
}

async function connect(
  shellId: string,
  options: Partial<{ origin: string; cookie: string; host: string; protocol: string; path: string }> = {},
): Promise<Opened> {
  const ws = new WebSocket(
    origin.replace('http', 'ws') + (options.path ?? terminalPath('mine', shellId)),
    options.protocol ?? terminalProtocol,
    {
      headers: {
        origin: options.origin ?? origin,
        cookie: options.cookie ?? cookie,
        ...(options.host && { host: options.host }),
      },
    },
  );
  const messages: ServerMessage[] = [];
  const chunks: Buffer[] = [];
  let bytes = 0;
  const opened: Opened = {
    ws,
    messages,
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => bytes,
    acknowledge: true,
    closed: new Promise((resolve) =>
      ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    ),
  };
  ws.on('message', (data, isBinary) => {
    if (!isBinary) {
      messages.push(JSON.parse(data.toString()));
      return;
    }
    bytes += (data as Buffer).length;
    if (bytes < 5_000_000) chunks.push(data as Buffer);
    if (opened.acknowledge && (data as Buffer).length > 0)
      ws.send(JSON.stringify({ type: 'ack', bytes: (data as Buffer).length }));
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('unexpected-response', async (_, response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      reject(Object.assign(new Error('refused'), { status: response.statusCode, body: JSON.parse(body) }));
    });
    ws.once('error', reject);
  });
  return opened;
}

const until = (condition: () => boolean, timeout = 60_000) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout, interval: 10 });
const newShell = async () => (await host.createShell('mine')).id;

describe('before a terminal is opened', () => {
  it.each([
    ['another site asks', { origin: 'http://evil.example' }, 403, 'foreign-origin'],
    ['another port of this machine asks', { origin: 'http://127.0.0.1:1' }, 403, 'foreign-origin'],
    ['the server is called by another name', { host: 'rebound.example' }, 421, 'foreign-host'],
    ['the browser is not known', { cookie: 'podlab_learner=eve' }, 401, 'not-signed-in'],
    ['the session is someone else’s', { path: terminalPath('theirs', 'a') }, 404, 'session-not-found'],
    ['the session has ended', { path: terminalPath('over', 'a') }, 410, 'session-ended'],
    ['the terminal is not there', { path: terminalPath('mine', 'nothing') }, 404, 'terminal-not-found'],
    ['the page is of another version', { protocol: 'podlab.terminal.v0' }, 400, 'terminal-protocol'],
  ])('it is refused when %s', async (_, options, status, code) => {
    const shell = host.shells('mine')[0]?.id ?? (await newShell());
    await expect(connect(shell, options)).rejects.toMatchObject({
      status,
      body: { error: { code, message: expect.stringMatching(/\.$/), remedy: expect.stringMatching(/\.$/) } },
    });
  });

  it('a plain request tells a browser why', async () => {
    const ask = async (path: string) => {
      const response = await fetch(origin + path, { headers: { cookie } });
      return [response.status, (await response.json())?.error?.code];
    };
    expect(await ask(terminalPath('over', 'a'))).toEqual([410, 'session-ended']);
    expect(await ask(terminalPath('mine', await newShell()))).toEqual([200, undefined]);
  });

  it.each([
    '/elsewhere',
    '//',
    '//[',
    '/ws/sessions/mine/terminals/%00',
    '/ws/sessions/../sessions/mine/terminals/a',
    'http://[',
  ])('any other upgrade is cut off: %s', async (path) => {
    const ended = new Promise<string>((resolve) => {
      const { hostname, port } = new URL(origin);
      const asked = request({
        hostname,
        port,
        path,
        headers: { connection: 'Upgrade', upgrade: 'websocket' },
      });
      asked.on('error', () => resolve('cut off'));
      asked.on('response', () => resolve('answered'));
      asked.end();
    });
    expect(await ended).toBe('cut off');
  });

  it.each(['TRACE', 'PROPFIND', 'SUBSCRIBE'])('a request to %s is answered with 405', async (method) => {
    const { hostname, port } = new URL(origin);
    const status = await new Promise((resolve) => {
      request({ hostname, port, method }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(405);
  });

  it('a path that is none is nobody’s terminal', async () => {
    const { hostname, port } = new URL(origin);
    const status = await new Promise((resolve) => {
      request({ hostname, port, path: '//[' }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(404);
  });
});

describe('an open terminal', () => {
  it('shows the screen first, then takes keys', async () => {
    const terminal = await connect(await newShell());
    await until(() => terminal.text().includes('$ '));
    expect(terminal.messages[0]).toMatchObject({ type: 'screen', columns: 80, rows: 24 });
    terminal.ws.send(Buffer.from('echo $((6*7))\r'));
    await until(() => terminal.text().includes('42'));
    terminal.ws.send('{"type":"ping"}');
    await until(() => terminal.messages.some(({ type }) => type === 'pong'));
    terminal.ws.send('{"type":"resize","columns":123,"rows":45}');
    terminal.ws.send(Buffer.from('stty size\r'));
    await until(() => terminal.text().includes('45 123'));
    terminal.ws.send(Buffer.from('exit 4\r'));
    expect(await terminal.closed).toMatchObject({ code: 4000 });
    expect(terminal.messages.at(-1)).toMatchObject({ type: 'exited', exitCode: 4 });
  });

  it.each<[string, string | Buffer, number]>([
    ['text that is no JSON', 'ls -la', 1007],
    ['JSON that is no object', '[1]', 1002],
    ['an unknown type', '{"type":"format-disk"}', 1003],
    ['an impossible size', '{"type":"resize","columns":-1,"rows":0}', 1008],
    ['an acknowledgement of more than was sent', '{"type":"ack","bytes":99999999}', 1008],
    ['a frame that is too big', Buffer.alloc(200_000), 1009],
  ])('closes on %s, with a reason, and its shell lives on', async (_, frame, code) => {
    const shell = await newShell();
    const terminal = await connect(shell);
    await until(() => terminal.bytes() > 0);
    terminal.ws.send(frame);
    const closed = await terminal.closed;
    expect(closed.code).toBe(code);
    if (code !== 1009) {
      expect(closed.reason).toMatch(/\.$/);
      expect(terminal.messages.at(-1)).toMatchObject({ type: 'error', message: closed.reason });
    }
    expect(host.find('mine', shell)?.state.kind).toBe('running');
  });

  it('takes no keys any more from who has broken the protocol', async () => {
    const shell = await newShell();
    const terminal = await connect(shell);
    await until(() => terminal.text().includes('$ '));
    terminal.ws.send('{"type":"format-disk"}');
    terminal.ws.send(Buffer.from('echo $((6*7))\r'));
    await terminal.closed;
    const again = await connect(shell);
    await until(() => again.text().includes('$ '));
    again.ws.send(Buffer.from('echo $((3*5))\r'));
    await until(() => again.text().includes('15'));
    expect(again.text()).not.toContain('6*7');
  });

  it('closes on invalid UTF-8', async () => {
    const terminal = await connect(await newShell());
    terminal.ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await terminal.closed).code).toBe(1007);
  });

  it('closes when more input comes than it had room for', async () => {
    const terminal = await connect(await newShell());
    terminal.ws.send(Buffer.from('stty raw -echo; sleep 100\r'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let i = 0; i < 6; i++) terminal.ws.send(Buffer.alloc(65_536, 'x'));
    expect(await terminal.closed).toMatchObject({
      code: 1008,
      reason: 'More input was sent than had been accepted.',
    });
  });

  it('carries a paste of ten megabytes whole, while another terminal answers', async () => {
    const pasting = await connect(await newShell());
    const other = await connect(await newShell());
    await until(() => other.text().includes('$ ') && pasting.text().includes('$ '));
    pasting.ws.send(
      Buffer.from('stty raw -echo; echo rea""dy; head -c 10485760 > pasted; stty sane; echo do""ne\r'),
    );
    await until(() => pasting.text().includes('ready'));
    const paste = Buffer.alloc(10 * 1024 * 1024, 'Paste me whole, please.\n');
    const accepted = () =>
      pasting.messages.reduce((sum, message) => sum + (message.type === 'accepted' ? message.bytes : 0), 0);
    const before = accepted();
    let sent = 0;
    while (sent < paste.length) {
      if (sent - (accepted() - before) > 128 * 1024) await new Promise((resolve) => setTimeout(resolve, 1));
      else {
        pasting.ws.send(paste.subarray(sent, sent + 32_768));
        sent += 32_768;
      }
    }
    other.ws.send(Buffer.from('echo $((3*5))\r'));
    await until(() => other.text().includes('15'));
    await until(() => pasting.text().includes('done'));
    expect((await readFile(join(root, 'lab', 'pasted'))).equals(paste)).toBe(true);
  });

  it('pauses its program when nobody acknowledges, and goes on when somebody does', async () => {
    const terminal = await connect(await newShell());
    await until(() => terminal.text().includes('$ '));
    terminal.acknowledge = false;
    terminal.ws.send(Buffer.from('yes\r'));
    await until(() => terminal.bytes() > 2_000_000);
    // What is under way still comes; a program that is not paused never stops.
    let paused = 0;
    while (terminal.bytes() !== paused && paused < 4_000_000) {
      paused = terminal.bytes();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(paused).toBeLessThan(4_000_000);
    terminal.acknowledge = true;
    terminal.ws.send(JSON.stringify({ type: 'ack', bytes: 1_900_000 }));
    await until(() => terminal.bytes() > paused + 4_000_000);
    terminal.ws.send(Buffer.from('\x03'));
  });

  it('keeps nothing of a flood, and other terminals answer meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const flooded = await connect(await newShell());
    const other = await connect(await newShell());
    await until(() => flooded.text().includes('$ ') && other.text().includes('$ '));
    const before = held();
    flooded.ws.send(Buffer.from('yes\r'));
    for (let round = 1; round <= 10; round++) {
      await until(() => flooded.bytes() > round * 10_000_000, 120_000);
      other.ws.send(Buffer.from(`echo "round"-${round}\r`));
      await until(() => other.text().includes(`round-${round}\r\n`));
    }
    expect(held() - before).toBeLessThan(50_000_000);
    flooded.ws.send(Buffer.from('\x03'));
    flooded.ws.close();
  }, 300_000);

  it('is taken over by the window that opens it last', async () => {
    const shell = await newShell();
    const first = await connect(shell);
    const second = await connect(shell);
    expect(await first.closed).toMatchObject({ code: 4001 });
    await until(() => second.bytes() > 0);
  });

  it('is told when the server stops', async () => {
    const terminal = await connect(await newShell());
    gateway.close();
    expect(await terminal.closed).toMatchObject({ code: 1001 });
    expect(terminal.messages.at(-1)).toMatchObject({ type: 'error', code: 'shutting-down' });
    await expect(connect(await newShell())).rejects.toMatchObject({ status: 503 });
  });
});
