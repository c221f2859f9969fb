import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bundle = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'server.js');

export interface RunningServer {
  origin: string;
  child: ChildProcess;
  /** Everything written to stderr so far. */
  log(): string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface EndedServer {
  exitCode: number | null;
  stderr: string;
}

/** Starts the bundled server as `npm start` does. Resolves when it is ready, or with how it ended. */
export function startServer(env: Record<string, string>): Promise<RunningServer | EndedServer> {
  const child = spawn(process.execPath, [bundle], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      PODLAB_PORT: '0',
      PODLAB_CLUSTER: 'embedded',
      ...env,
    } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return new Promise((resolve) => {
    void ended.then((exitCode) => resolve({ exitCode, stderr }));
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      const origin = /Podlab is ready: (\S+)/.exec(stdout)?.[1];
      if (!origin) return;
      resolve({
        origin,
        child,
        log: () => stderr,
        stop(signal = 'SIGTERM') {
          child.kill(signal);
          return ended;
        },
      });
    });
  });
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'podlab-server-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
