import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const startWithinMs = 180_000;

/** The real server, as `npm start` runs it, on a port and in a data folder of its own. */
export class PodlabServer {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly port: number,
    readonly dataFolder: string,
  ) {}

  static async start(): Promise<PodlabServer> {
    const server = new PodlabServer(await freePort(), mkdtempSync(join(tmpdir(), 'podlab-e2e-')));
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Of the process that is running. */
  get pid(): number {
    return this.process?.pid ?? 0;
  }

  async up(): Promise<void> {
    this.output = '';
    const child = spawn(process.execPath, [resolve('dist/server.js')], {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PODLAB_PORT: String(this.port),
        PODLAB_DATA: this.dataFolder,
        PODLAB_CLUSTER: 'embedded',
        // Opens nothing: where the inspector would listen if a test asked for it.
        NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --inspect-port=127.0.0.1:0`.trim(),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        this.output = (this.output + chunk).slice(-20_000);
      });
    const deadline = Date.now() + startWithinMs;
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      const reply = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (reply?.ok) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`The server did not come up:\n${this.output}`);
  }

  /** As an operator stops it: SIGTERM, and wait. */
  async down(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    await this.down();
    await this.up();
  }

  async dispose(): Promise<void> {
    await this.down();
    rmSync(this.dataFolder, { recursive: true, force: true });
  }

  /** What it printed since it was started. */
  get log(): string {
    return this.output;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}
