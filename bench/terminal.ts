import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { LabShell } from '../core/shells/lab-shell';
import { acknowledgeEvery, terminalPath, terminalProtocol } from '../core/shells/terminal-protocol';
import { createTerminalGateway } from '../server/terminal-gateway';
import { percentile, printRows, type Row, times } from './report';

// Terminal throughput and echo through Podlab's gateway, against the barest loop that can be written (node-pty → ws, no
// screen, no back-pressure) and against ttyd where that is installed. Each server runs in a process of its own. Rounds
// take turns, so that whatever else the machine does hits all alike; the medians are told.
const self = fileURLToPath(import.meta.url);
const megabytes = 25;
const rounds = 31;
const keysPerRound = 35;
const floodMs = Number(process.env['PODLAB_BENCH_FLOOD_MS'] ?? 60_000);
const role = process.argv[2];
// A screen that is shown again may move over the prompt's last blank instead of writing it.
const atPrompt = /[$#](?: |\x1b\[1?C)(?:\x1b\[[\d;?]*[A-Za-z])*$/;
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
  writeBigFiles(workingFolder);
  await host.openSession({
    sessionId: 'bench',
    workingFolder,
    kubeconfig: () => '',
    endpoint: { host: '127.0.0.1', port: 9 },
    labTitle: '',
    namespace: 'default',
  });
  const shells = [await host.createShell('bench'), await host.createShell('bench')];
  const open = { checkHost() {}, checkWrite() {}, checkUpgrade() {} };
  const gateway = createTerminalGateway({
    access: { shellOrThrow: async (_, session, id) => host.find(session, id) as LabShell },
    guard: open,
    log: quiet,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1', () =>
    process.send?.({
      port: (server.address() as AddressInfo).port,
      paths: shells.map(({ id }) => terminalPath('bench', id)),
    }),
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
  writeBigFiles(folder);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (ws) => {
    const pty = spawnPty('bash', ['--norc'], { cols: 80, rows: 24, cwd: folder, encoding: null });
    pty.onData((data) => ws.send(data));
    ws.on('message', (data) => pty.write(data.toString()));
    ws.on('close', () => pty.kill());
  });
  server.on('listening', () =>
    process.send?.({ port: (server.address() as AddressInfo).port, paths: ['/', '/'] }),
  );
  process.on('message', () => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
}

/** `plain` and `coloured`: text as a log prints it, without and with colours. */
function writeBigFiles(folder: string): void {
  const plain = 'The quick brown fox jumps over the lazy dog, 0123456789 times and again.';
  const coloured =
    '\x1b[2m2026-01-01T00:00:00Z\x1b[0m \x1b[1;32mINFO\x1b[0m \x1b[36mfox\x1b[0m jumps over the \x1b[38;5;208mlazy\x1b[0m dog';
  for (const [name, line] of Object.entries({ plain, coloured }))
    writeFileSync(join(folder, name), `${line}\n`.repeat(Math.ceil((megabytes * 1e6) / (line.length + 2))));
}

interface Candidate {
  /** Of two shells. */
  urls: string[];
  protocol: string | undefined;
  /** Wraps what is typed as the server wants it. */
  frame(text: string): Buffer;
  /** After the connection is open. */
  greet?(ws: WebSocket): void;
  acknowledge: boolean;
  stop(): void;
  pid: number;
}

async function started(name: 'podlab' | 'bare'): Promise<Candidate> {
  const child = fork(self, [name], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { port, paths } = await new Promise<{ port: number; paths: string[] }>((resolve) =>
    child.once('message', (message) => resolve(message as { port: number; paths: string[] })),
  );
  return {
    urls: paths.map((path) => `ws://127.0.0.1:${port}${path}`),
    protocol: name === 'podlab' ? terminalProtocol : undefined,
    frame: (text) => Buffer.from(text),
    acknowledge: name === 'podlab',
    stop: () => child.send('stop'),
    pid: child.pid ?? 0,
  };
}

async function startedTtyd(): Promise<Candidate | undefined> {
  if (spawnSync('ttyd', ['--version']).error) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'));
  writeBigFiles(folder);
  const child = spawn('ttyd', ['-i', '127.0.0.1', '-p', String(port), '-W', '-w', folder, 'bash', '--norc']);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    urls: [`ws://127.0.0.1:${port}/ws`, `ws://127.0.0.1:${port}/ws`],
    protocol: 'tty',
    frame: (text) => Buffer.from(`0${text}`),
    greet: (ws) => ws.send(JSON.stringify({ columns: 80, rows: 24 })),
    acknowledge: false,
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
    pid: child.pid ?? 0,
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

function residentMiB(pid: number): number {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout.toString()) / 1024;
}

/** Processor time of the server alone, without the shells; fields 14 and 15 of /proc/<pid>/stat, in hundredths. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** One connection to a shell: types, and waits for bytes. */
async function connect(candidate: Candidate, shell = 0) {
  const ws = new WebSocket(candidate.urls[shell] ?? '', candidate.protocol, { perMessageDeflate: false });
  let bytes = 0;
  let unacknowledged = 0;
  let tail = '';
  let check = () => {};
  ws.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary && candidate.acknowledge) return;
    const chunk = data as Buffer;
    bytes += chunk.length;
    tail = (tail + chunk.subarray(-200).toString('latin1')).slice(-400);
    unacknowledged += chunk.length;
    if (candidate.acknowledge && unacknowledged >= acknowledgeEvery) {
      ws.send(JSON.stringify({ type: 'ack', bytes: unacknowledged }));
      unacknowledged = 0;
    }
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

/** MB/s, and the server's processor time in ms per MB. */
async function throughput(candidate: Candidate, file: string): Promise<{ rate: number; cost: number }> {
  const terminal = await connect(candidate);
  await terminal.until(() => atPrompt.test(terminal.tail()));
  const from = terminal.bytes();
  const [start, processor] = [performance.now(), processorMs(candidate.pid)];
  // The screen that is shown first still holds the end of the round before.
  const mark = `finished-${++marks}`;
  terminal.type(`cat ${file}; echo "${mark.slice(0, 4)}"${mark.slice(4)}\r`);
  await terminal.until(() => terminal.tail().includes(`${mark}\r\n`));
  const printed = (terminal.bytes() - from) / 1e6;
  const took = { wall: performance.now() - start, processor: processorMs(candidate.pid) - processor };
  await terminal.until(() => atPrompt.test(terminal.tail()));
  terminal.close();
  return { rate: (printed * 1000) / took.wall, cost: took.processor / printed };
}

/** Milliseconds from a key to its echo. */
async function echo(candidate: Candidate, shell = 0): Promise<number[]> {
  const terminal = await connect(candidate, shell);
  await terminal.until(() => atPrompt.test(terminal.tail()));
  terminal.type('cat > /dev/null\r');
  await pause(200);
  const took: number[] = [];
  for (let i = 0; i < keysPerRound; i++) {
    const from = terminal.bytes();
    const start = performance.now();
    terminal.type('x');
    await terminal.until(() => terminal.bytes() > from);
    took.push(performance.now() - start);
    await pause(4);
    if (i === keysPerRound - 1) terminal.type('\r');
  }
  terminal.type('\x03');
  await pause(50);
  terminal.close();
  return took;
}

/** `yes` in one shell, keys in another: how much the server grows meanwhile (MiB), and the echo of the keys. */
async function flood(candidate: Candidate): Promise<{ grown: number; keys: number[] }> {
  const terminal = await connect(candidate);
  await terminal.until(() => atPrompt.test(terminal.tail()));
  const before = residentMiB(candidate.pid);
  terminal.type('yes\r');
  const until = performance.now() + floodMs;
  const keys: number[] = [];
  while (performance.now() < until) keys.push(...(await echo(candidate, 1)));
  const grown = residentMiB(candidate.pid) - before;
  terminal.type('\x03');
  await pause(500);
  terminal.close();
  return { grown, keys };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
  const samples: Record<string, Record<'plain' | 'cost' | 'coloured' | 'keys', number[]>> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, candidate] of round % 2 === 0 ? present : present.toReversed()) {
      samples[name] ??= { plain: [], cost: [], coloured: [], keys: [] };
      const { rate, cost } = await throughput(candidate, 'plain');
      samples[name].plain.push(rate);
      samples[name].cost.push(cost);
      samples[name].coloured.push((await throughput(candidate, 'coloured')).rate);
      samples[name].keys.push(...(await echo(candidate)));
    }
  const floods: Record<string, { grown: number; keys: number[] }> = {};
  for (const [name, candidate] of present) floods[name] = await flood(candidate);
  const at = (name: string, what: 'plain' | 'cost' | 'coloured' | 'keys', p = 0.5) =>
    percentile(samples[name]?.[what] ?? [], p);
  const floodKey = (name: string, p: number) => percentile(floods[name]?.keys ?? [], p);
  const grown = floods['podlab']?.grown ?? Number.NaN;
  for (const [name] of present.slice(1)) {
    const others = name === 'bare' ? 'a bare node-pty → ws loop' : name;
    const row = (what: string, ours: number, theirs: number, unit: string, digits: number): Row => ({
      what,
      ours: `${ours.toFixed(digits)} ${unit}`,
      alternative: others,
      theirs: `${theirs.toFixed(digits)} ${unit}`,
      ratio: times(ours, theirs),
    });
    const throughputRow = (what: 'plain' | 'coloured'): Row => {
      const [ours, theirs] = [at('podlab', what), at(name, what)];
      return {
        ...row(`throughput of ${what} text`, ours, theirs, 'MB/s', 1),
        ...(name === 'bare' && { goal: { text: '≥ 0.9 ×', reached: ours >= 0.9 * theirs } }),
      };
    };
    printRows(`Terminal, against ${others}`, [
      throughputRow('plain'),
      throughputRow('coloured'),
      row('processor time per MB', at('podlab', 'cost'), at(name, 'cost'), 'ms', 1),
      row('echo p50', at('podlab', 'keys'), at(name, 'keys'), 'ms', 2),
      row('echo p99', at('podlab', 'keys', 0.99), at(name, 'keys', 0.99), 'ms', 2),
      {
        ...row(
          `growth of the server in ${floodMs / 1000} s of yes`,
          grown,
          floods[name]?.grown ?? 0,
          'MiB',
          0,
        ),
        goal: { text: '< 50 MiB', reached: grown < 50 },
      },
      row('echo p50 in a second terminal meanwhile', floodKey('podlab', 0.5), floodKey(name, 0.5), 'ms', 2),
      row('echo p99 in a second terminal meanwhile', floodKey('podlab', 0.99), floodKey(name, 0.99), 'ms', 2),
    ]);
  }
  for (const [, candidate] of present) candidate.stop();
  setTimeout(() => process.exit(0), 500).unref();
}
