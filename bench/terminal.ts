import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { terminalPath, terminalProtocol } from '../core/shells/terminal-protocol';
import { createTerminalGateway } from '../server/terminal-gateway';
import { percentile, printRows, type Row, times } from './report';

// Terminal throughput and echo through Podlab's gateway, against the barest loop that can be written (node-pty → ws, no
// screen, no back-pressure) and against ttyd where that is installed. Each server runs in a process of its own.
const self = fileURLToPath(import.meta.url);
const megabytes = 50;
const rounds = 5;
const keys = 400;
const role = process.argv[2];
let marks = 0;

if (role === 'podlab') await servePodlab();
else if (role === 'bare') await serveBare();
else await measure();

async function servePodlab(): Promise<void> {
  const { createShellHost } = await import('../core/shells/create-shell-host');
  const root = await mkdtemp(join(tmpdir(), 'podlab-bench-'));
  const quiet = { info() {}, warn() {}, error() {} };
  const host = await createShellHost({
    folder: join(root, 'shells'),
    sandbox: 'auto',
    perSession: 20,
    idleMs: 3_600_000,
    abandonedMs: 3_600_000,
    log: quiet,
  });
  const workingFolder = join(root, 'lab');
  await mkdir(workingFolder);
  writeFileSync(join(workingFolder, 'big'), bigText());
  await host.openSession({
    sessionId: 'bench',
    workingFolder,
    kubeconfig: () => '',
    endpoint: { host: '127.0.0.1', port: 9 },
    labTitle: '',
    namespace: 'default',
  });
  const shell = await host.createShell('bench');
  const open = { checkHost() {}, checkWrite() {}, checkUpgrade() {} };
  const gateway = createTerminalGateway({
    access: { shellOrThrow: async () => shell },
    guard: open,
    log: quiet,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ port: (server.address() as AddressInfo).port, path: terminalPath('bench', shell.id) }),
  );
  process.on('message', async () => {
    await host.shutdown();
    await rm(root, { recursive: true, force: true });
    process.exit(0);
  });
}

async function serveBare(): Promise<void> {
  const { spawn: spawnPty } = await import('@lydell/node-pty');
  const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'));
  writeFileSync(join(folder, 'big'), bigText());
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (ws) => {
    const pty = spawnPty('bash', ['--norc'], { cols: 80, rows: 24, cwd: folder, encoding: null });
    pty.onData((data) => ws.send(data));
    ws.on('message', (data) => pty.write(data.toString()));
    ws.on('close', () => pty.kill());
  });
  server.on('listening', () => process.send?.({ port: (server.address() as AddressInfo).port, path: '/' }));
  process.on('message', () => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
}

function bigText(): string {
  const line = 'The quick brown fox jumps over the lazy dog, 0123456789 times and again.';
  return `${line}\n`.repeat(Math.ceil((megabytes * 1e6) / (line.length + 2)));
}

interface Candidate {
  url: string;
  protocol: string | undefined;
  /** Wraps what is typed as the server wants it. */
  frame(text: string): Buffer;
  /** After the connection is open. */
  greet?(ws: WebSocket): void;
  acknowledge: boolean;
  stop(): void;
  memory(): number;
}

async function started(name: 'podlab' | 'bare'): Promise<Candidate> {
  const child = fork(self, [name], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { port, path } = await new Promise<{ port: number; path: string }>((resolve) =>
    child.once('message', (message) => resolve(message as { port: number; path: string })),
  );
  return {
    url: `ws://127.0.0.1:${port}${path}`,
    protocol: name === 'podlab' ? terminalProtocol : undefined,
    frame: (text) => Buffer.from(text),
    acknowledge: name === 'podlab',
    stop: () => child.send('stop'),
    memory: () => residentMiB(child.pid),
  };
}

async function startedTtyd(): Promise<Candidate | undefined> {
  if (spawnSync('ttyd', ['--version']).error) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'));
  writeFileSync(join(folder, 'big'), bigText());
  const child = spawn('ttyd', ['-i', '127.0.0.1', '-p', String(port), '-W', '-w', folder, 'bash', '--norc']);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    protocol: 'tty',
    frame: (text) => Buffer.from(`0${text}`),
    greet: (ws) => ws.send(JSON.stringify({ columns: 80, rows: 24 })),
    acknowledge: false,
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
    memory: () => residentMiB(child.pid),
  };
}

function freePort(): Promise<number> {
  const server = createTcpServer();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    }),
  );
}

function residentMiB(pid: number | undefined): number {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout.toString()) / 1024;
}

/** One connection to a shell: types, and waits for bytes. */
async function connect(candidate: Candidate) {
  const ws = new WebSocket(candidate.url, candidate.protocol, { perMessageDeflate: false });
  let bytes = 0;
  let tail = '';
  let check = () => {};
  ws.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary && candidate.acknowledge) return;
    const chunk = data as Buffer;
    bytes += chunk.length;
    tail = (tail + chunk.subarray(-200).toString('latin1')).slice(-400);
    if (candidate.acknowledge && chunk.length > 0)
      ws.send(JSON.stringify({ type: 'ack', bytes: chunk.length }));
    check();
  });
  await new Promise((resolve) => ws.once('open', resolve));
  candidate.greet?.(ws);
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (condition()) resolve();
      };
      check();
    });
  return {
    bytes: () => bytes,
    tail: () => tail,
    type: (text: string) => ws.send(candidate.frame(text), { binary: true }),
    until,
    close: () => ws.close(),
  };
}

async function throughput(candidate: Candidate): Promise<number> {
  const terminal = await connect(candidate);
  await terminal.until(() => /[$#] /.test(terminal.tail()));
  const from = terminal.bytes();
  const start = performance.now();
  // The screen that is shown first still holds the end of the round before.
  const mark = `finished-${++marks}`;
  terminal.type(`cat big; echo "${mark.slice(0, 4)}"${mark.slice(4)}\r`);
  await terminal.until(() => terminal.tail().includes(`${mark}\r\n`));
  const rate = (terminal.bytes() - from) / 1000 / (performance.now() - start);
  terminal.close();
  return rate;
}

async function echo(candidate: Candidate): Promise<number[]> {
  const terminal = await connect(candidate);
  await terminal.until(() => /[$#] /.test(terminal.tail()));
  terminal.type('cat > /dev/null\r');
  await new Promise((resolve) => setTimeout(resolve, 200));
  const took: number[] = [];
  for (let i = 0; i < keys; i++) {
    const from = terminal.bytes();
    const start = performance.now();
    terminal.type('x');
    await terminal.until(() => terminal.bytes() > from);
    took.push(performance.now() - start);
    if (i % 70 === 69) {
      terminal.type('\r');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  terminal.type('\x03');
  await new Promise((resolve) => setTimeout(resolve, 50));
  terminal.close();
  return took;
}

async function measure(): Promise<void> {
  const candidates: Record<string, Candidate | undefined> = {
    podlab: await started('podlab'),
    bare: await started('bare'),
    ttyd: await startedTtyd(),
  };
  const present = Object.entries(candidates).filter(
    (entry): entry is [string, Candidate] => entry[1] !== undefined,
  );
  const rates: Record<string, number[]> = {};
  // In turns, so that whatever else the machine does hits all alike.
  for (let round = 0; round < rounds; round++)
    for (const [name, candidate] of present) {
      rates[name] ??= [];
      rates[name].push(await throughput(candidate));
    }
  const echoes: Record<string, number[]> = {};
  for (const [name, candidate] of present) echoes[name] = await echo(candidate);
  const rate = (name: string) => percentile(rates[name] ?? [], 0.5);
  const key = (name: string, p: number) => percentile(echoes[name] ?? [], p);
  for (const [name, candidate] of present.slice(1)) {
    const others = name === 'bare' ? 'a bare node-pty → ws loop' : name;
    const row = (what: string, ours: number, theirs: number, unit: string, digits: number): Row => ({
      what,
      ours: `${ours.toFixed(digits)} ${unit}`,
      alternative: others,
      theirs: `${theirs.toFixed(digits)} ${unit}`,
      ratio: times(ours, theirs),
    });
    printRows(`Terminal, against ${others}`, [
      {
        ...row('throughput', rate('podlab'), rate(name), 'MB/s', 0),
        ...(name === 'bare' && { goal: { text: '≥ 0.9 ×', reached: rate('podlab') >= 0.9 * rate(name) } }),
      },
      row('echo p50', key('podlab', 0.5), key(name, 0.5), 'ms', 2),
      row('echo p99', key('podlab', 0.99), key(name, 0.99), 'ms', 2),
      row('memory afterwards', candidates['podlab']?.memory() ?? 0, candidate.memory(), 'MiB', 0),
    ]);
  }
  for (const [, candidate] of present) candidate.stop();
  setTimeout(() => process.exit(0), 500).unref();
}
