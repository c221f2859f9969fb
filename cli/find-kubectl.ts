import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../core/commands/run-command';
import { project } from './project';

interface FoundKubectl {
  program: string;
  /** Such as `1.32.1`. */
  version: string;
}

/**
 * The kubectl that learners get: the one that is named, else the first that is recent enough of that on the PATH and those
 * that `npm start` has fetched. `problem` is a clause that says why there is none.
 */
export async function findKubectl(named: string | undefined): Promise<FoundKubectl | { problem: string }> {
  const first = named ?? 'kubectl';
  const found = await look(first);
  if (named || 'version' in found) return found;
  for (const program of await fetched()) {
    const other = await look(program);
    if ('version' in other) return other;
  }
  return found;
}

async function look(program: string): Promise<FoundKubectl | { problem: string }> {
  const { exitCode, stdout, failure, stderr } = await runCommand(
    program,
    ['version', '--client', '-o', 'json'],
    { timeoutMs: 20_000 },
  );
  if (exitCode !== 0) return { problem: `${program} does not run: ${failure ?? stderr.trim()}` };
  const version = /"gitVersion":\s*"v?([^"]+)"/.exec(stdout)?.[1] ?? 'unknown';
  const minor = Number(/^1\.(\d+)/.exec(version)?.[1] ?? 0);
  return minor >= 30 ? { program, version } : { problem: `v${version} is too old` };
}

/** Paths, newest first. */
async function fetched(): Promise<string[]> {
  const folder = join(project, '.podlab', 'tools');
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^kubectl-v[\d.]+$/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(folder, name, 'kubectl'));
}
