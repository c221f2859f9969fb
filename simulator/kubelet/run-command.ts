import type { Clock } from '../clock/clock';
import type { RuntimeContainer } from '../runtime/container-runtime';

export interface CommandResult {
  exitCode: number;
  /** Standard output and error, together. */
  output: string;
}

/** More output is thrown away (exec maxReadLength). */
const OUTPUT_LIMIT = 10_240;

/** Runs a command in a container, as probes and hooks do. Undefined when it took longer than `timeoutMs`. */
export async function runCommand(
  clock: Clock,
  container: RuntimeContainer,
  command: string[],
  timeoutMs: number,
): Promise<CommandResult | undefined> {
  const execution = container.exec({ command, stdin: false, tty: false });
  let output = '';
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      if (output.length < OUTPUT_LIMIT) output += Buffer.from(chunk).toString('utf8');
    }
  };
  const done = Promise.all([execution.exited, collect(execution.stdout), collect(execution.stderr)]);
  const settled = await withTimeout(clock, done, timeoutMs);
  if (!settled) {
    execution.close();
    done.catch(() => undefined);
    return undefined;
  }
  return { exitCode: settled[0], output: output.slice(0, OUTPUT_LIMIT) };
}

/** What `promise` gives, or undefined after `timeoutMs`. The timer does not outlive the promise. */
export async function withTimeout<T>(
  clock: Clock,
  promise: Promise<T>,
  timeoutMs: number,
): Promise<T | undefined> {
  let expire: () => void = () => undefined;
  const expired = new Promise<undefined>((resolve) => {
    expire = () => resolve(undefined);
  });
  const timer = clock.after(timeoutMs, expire);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    timer.cancel();
  }
}
