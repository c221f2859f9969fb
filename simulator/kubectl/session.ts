import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../index';
import type { Simulator, SimulatorOptions } from '../simulator';
import { send } from './send';

export interface Ran {
  stdout: string;
  stderr: string;
  exit: number;
}

/** A cluster and the real kubectl on it, for tests. */
export interface Session {
  simulator: Simulator;
  /** Arguments as a shell would split them at single spaces; `input` goes to stdin. */
  kubectl(args: string | string[], input?: string): Promise<Ran>;
  /** A request as `user` with the API's own path. */
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  body?: unknown;
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  /** '' for none. */
  token?: string;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of all kinds, looked into by tests.
  json: any;
}

const KUBECTL = process.env['PODLAB_KUBECTL'] ?? 'kubectl';

export async function startSession(options: SimulatorOptions = {}): Promise<Session> {
  const simulator = await startSimulator(options);
  const folder = mkdtempSync(join(tmpdir(), 'podlab-kubectl-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const user = Object.keys(options.users ?? { admin: {} })[0] ?? 'admin';
  writeFileSync(kubeconfig, simulator.kubeconfig(user));
  const env: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: folder,
    KUBECONFIG: kubeconfig,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
  };
  return {
    simulator,
    kubectl: (args, input) =>
      new Promise((resolve, reject) => {
        const words = typeof args === 'string' ? args.split(' ') : args;
        const child = spawn(KUBECTL, words, { cwd: folder, env: env as NodeJS.ProcessEnv });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => {
          stdout += chunk;
        });
        child.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk;
        });
        child.on('error', reject);
        child.on('close', (exit) => resolve({ stdout, stderr, exit: exit ?? -1 }));
        child.stdin.end(input ?? '');
      }),
    request: (method, path, request = {}) => send(simulator, user, method, path, request),
    stop: async () => {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
