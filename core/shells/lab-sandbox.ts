import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { findProgram } from './find-program';
import { makeUserNamespace } from './lab-user';
import { asLearner, inside, type SandboxPlan, sandboxArguments, startScript } from './sandbox-arguments';

/** Programs of the host that a sandbox is made with; all but bubblewrap are of util-linux. */
export const sandboxPrograms = ['bwrap', 'nsenter', 'setpriv', 'prlimit', 'mount', 'unshare'] as const;

/** One lab's place to run programs in. Its terminals share it: processes, loopback, /tmp. */
export interface LabSandbox {
  /** The program and arguments with which to start `command` in it, environment and all. */
  wrap(command: SandboxedCommand): { program: string; args: string[] };
  /** Called once when it has ended, on its own or by `close`. */
  onEnd(run: () => void): void;
  /** Ends every process in it. */
  close(): Promise<void>;
}

export interface SandboxedCommand {
  program: string;
  args: readonly string[];
  folder: string;
  env: Readonly<Record<string, string>>;
}

/** Kept low enough that nothing a terminal does can exhaust the host; kubectl alone runs a dozen threads. */
const limits = [
  '--core=0',
  '--nproc=512:512',
  '--nofile=4096:4096',
  `--fsize=${1024 ** 3}:${1024 ** 3}`,
  `--data=${4 * 1024 ** 3}:${4 * 1024 ** 3}`,
];
const startTimeoutMs = 10_000;
const insidePath = { PATH: inside.path } as unknown as NodeJS.ProcessEnv;

/** Starts a sandbox. Rejects with the first line of what bubblewrap said. */
export async function startSandbox(plan: SandboxPlan, relay: string): Promise<LabSandbox> {
  const namespace = plan.user === undefined ? undefined : await makeUserNamespace(plan.user);
  const child: ChildProcess = spawn(
    findProgram('bwrap') ?? 'bwrap',
    ['--args', '3', '--info-fd', '4', '--', 'sh', '-c', startScript(relay, plan)],
    {
      // Not the server's environment: the sandbox could read it in /proc/1/environ.
      env: insidePath,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', ...(namespace ? [namespace.fd] : [])],
    },
  );
  namespace?.close();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    // As a file descriptor, because arguments could be read in /proc/1/cmdline.
    const args = child.stdio[3] as Writable;
    args.on('error', () => {});
    args.end(
      sandboxArguments(plan)
        .map((argument) => `${argument}\0`)
        .join(''),
    );
    const pid = await started(child);
    return {
      wrap: (command) => ({ program: 'nsenter', args: joinArguments(pid, command, plan) }),
      onEnd: (run) => void ended.then(run),
      async close() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function joinArguments(
  pid: number,
  { program, args, folder, env }: SandboxedCommand,
  plan: SandboxPlan,
): string[] {
  return [
    [
      '--target',
      String(pid),
      '--user',
      '--ipc',
      '--uts',
      '--net',
      '--pid',
      '--mount',
      '--preserve-credentials',
    ],
    ['--', ...asLearner(plan), 'prlimit', ...limits],
    ['env', '--ignore-environment', `--chdir=${folder}`],
    Object.entries(env).map(([name, value]) => `${name}=${value}`),
    [program, ...args],
  ].flat();
}

/** The process id, on the host, of the sandbox's first process, once that has done its preparations. */
function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let pid: number | undefined;
    let ready = false;
    let info = '';
    let complaint = '';
    const timer = setTimeout(() => reject(new Error('bubblewrap did not start in time')), startTimeoutMs);
    const check = () => {
      if (pid === undefined || !ready) return;
      clearTimeout(timer);
      resolve(pid);
    };
    (child.stdio[4] as Readable).on('data', (chunk) => {
      info += chunk;
      const found = /"child-pid":\s*(\d+)/.exec(info)?.[1];
      if (found) pid = Number(found);
      check();
    });
    child.stdout?.on('data', (chunk) => {
      ready ||= String(chunk).includes('ready');
      check();
    });
    child.stderr?.on('data', (chunk) => {
      if (complaint.length < 4096) complaint += chunk;
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(complaint.trim().split('\n')[0] || `bubblewrap ended with code ${code}`));
    });
  });
}
