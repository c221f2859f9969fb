import { spawn } from 'node:child_process';

export interface CommandResult {
  /** null when a signal ended it or it could not be started. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Why it could not be started: ENOENT, EACCES; `timeout` or `aborted` when it was ended. */
  failure?: string;
}

export interface CommandOptions {
  stdin?: string;
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Called with each line of output, of both streams, as it comes. */
  onLine?: (line: string) => void;
}

/** Runs a program without a shell: arguments are arguments. Never rejects. Output is kept to 8 MiB a stream. */
export type RunCommand = (
  program: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<CommandResult>;

const keptBytes = 8 * 1024 * 1024;
/** Output of a program that was ended is waited for so long. */
const afterEndMs = 500;

export const runCommand: RunCommand = (program, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      env: options.env as NodeJS.ProcessEnv | undefined,
      cwd: options.cwd,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let failure: string | undefined;
    let exited = false;
    const stop = (why: string) => {
      failure ??= why;
      if (exited) return abandonOutput();
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 2000).unref();
    };
    const onAbort = () => stop('aborted');
    const timer = options.timeoutMs ? setTimeout(() => stop('timeout'), options.timeoutMs) : undefined;
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });

    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    // A program that exits without reading its input must not bring the server down.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin);

    let settled = false;
    const finish = (exitCode: number | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      resolve({ exitCode, stdout: stdout(), stderr: stderr(), ...(failure && { failure }) });
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error.code ?? error.message;
      finish(null);
    });
    child.on('close', finish);
    child.on('exit', () => {
      exited = true;
      if (failure) abandonOutput();
    });
    // What it started may hold its output open for as long as it likes: kind leaves a `docker pull` behind.
    const abandonOutput = () => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        finish(child.exitCode);
      }, afterEndMs).unref();
    };
  });

function collect(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): () => string {
  let text = '';
  let partial = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    if (text.length < keptBytes) text += chunk;
    if (!onLine) return;
    // kind and docker redraw a line with carriage returns: each redraw is a line to us.
    const lines = (partial + chunk).split(/[\r\n]+/);
    partial = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) onLine(line);
  });
  stream?.on('end', () => {
    if (onLine && partial.trim()) onLine(partial);
  });
  return () => text;
}
