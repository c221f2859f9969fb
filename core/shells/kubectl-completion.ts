import { chmod, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../commands/run-command';

/**
 * Lays `kubectl-completion.bash` into `share`, unless the one there was made by this very program. Making it takes
 * kubectl some 50 ms, so it happens once, beside the start. Rejects with a sentence when kubectl fails.
 */
export async function prepareCompletion(kubectl: string, share: string): Promise<void> {
  const program = await realpath(kubectl);
  const { size, mtimeMs } = await stat(program);
  const mark = `# ${program} ${size} ${mtimeMs}\n`;
  const file = join(share, 'kubectl-completion.bash');
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present.startsWith(mark)) return;
  const { exitCode, stdout, stderr, failure } = await runCommand(kubectl, ['completion', 'bash'], {
    timeoutMs: 20_000,
  });
  if (exitCode !== 0) throw new Error(`${kubectl} completion bash failed: ${failure ?? stderr.trim()}`);
  await writeFile(`${file}.new`, mark + stdout);
  // Whatever the server's umask is: learners may be other users.
  await chmod(`${file}.new`, 0o644);
  await rename(`${file}.new`, file);
}
