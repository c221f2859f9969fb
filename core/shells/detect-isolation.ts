import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../commands/run-command';
import { PodlabError } from '../errors';
import { chooseRelay, type Relay } from './api-relay';
import { findProgram } from './find-program';
import { sandboxPrograms, startSandbox } from './lab-sandbox';
import type { Isolation } from './lab-shell';
import { giveFolder, labUser } from './lab-user';
import { inside, readHostLayout, type SandboxPlan } from './sandbox-arguments';
import { writeShellFiles } from './shell-files';
import { userName } from './user-name';

/** What was found out about this host, and why. */
export interface FoundIsolation {
  isolation: Isolation;
  relay: Relay | undefined;
  /** Each lab's programs run as a user of their own, so that the kernel counts them: where the server is root, and may. */
  ownUsers: boolean;
  /** Why there is no sandbox; undefined when there is one, or none was wanted. */
  reason: string | undefined;
}

/**
 * Finds out, by trying, whether shells can be shut in. `wanted` as PODLAB_SANDBOX. Throws PodlabError
 * `sandbox-unavailable` when bubblewrap is demanded and does not work.
 */
export async function detectIsolation(wanted: 'auto' | 'bubblewrap' | 'none'): Promise<FoundIsolation> {
  const none = { relay: undefined, ownUsers: false };
  if (wanted === 'none') return { ...none, isolation: withoutSandbox(), reason: undefined };
  const relay = chooseRelay();
  const missing = whatIsMissing(relay);
  // Where root is not allowed to, it is not the real root, whose processes alone are not counted.
  const ownUsers = !missing && process.getuid?.() === 0 && (await tryOut(labUser('trial'))) === undefined;
  const reason = missing ?? (ownUsers ? undefined : await tryOut(undefined));
  if (!reason) return { isolation: bubblewrap, relay, ownUsers, reason };
  if (wanted === 'bubblewrap')
    throw new PodlabError(
      'sandbox-unavailable',
      `PODLAB_SANDBOX is "bubblewrap", but ${reason}.`,
      'Mend that, or unset PODLAB_SANDBOX to let shells run as this user where bubblewrap does not work.',
    );
  return { ...none, isolation: withoutSandbox(reason), reason };
}

const bubblewrap: Isolation = {
  kind: 'bubblewrap',
  sentence:
    'Terminals are shut in with bubblewrap: they see this lab’s folder and cluster, and nothing else of the machine.',
};

function withoutSandbox(reason?: string): Isolation {
  const why = reason ? ` No sandbox: ${reason}.` : '';
  return {
    kind: 'none',
    sentence: `Terminals run as the user ${userName()} of this machine, and can read and change what that user can.${why}`,
  };
}

function whatIsMissing(relay: Relay | undefined): string | undefined {
  if (process.platform !== 'linux') return 'bubblewrap runs on Linux only';
  const missing = sandboxPrograms.filter((name) => !findProgram(name));
  if (missing.includes('bwrap')) return 'bubblewrap is not installed (package bubblewrap)';
  if (missing.length > 0) return `${missing.join(', ')} is not installed (package util-linux)`;
  if (!relay) return 'none of socat, perl, python3 and node is installed in /usr/bin';
  return undefined;
}

/** The whole way once: start a sandbox, join it, run something. undefined when it works, else why not. */
async function tryOut(user: number | undefined): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'podlab-trial-'));
  try {
    const { share, etc } = await writeShellFiles(folder, undefined, user !== undefined);
    if (user !== undefined) await giveFolder(folder, user);
    const plan: SandboxPlan = {
      home: folder,
      share,
      run: folder,
      etc,
      kubectl: undefined,
      user,
      layout: readHostLayout(),
      hidden: [],
    };
    const sandbox = await startSandbox(plan, 'sleep 60');
    try {
      const trial = sandbox.wrap({ program: 'true', args: [], folder: inside.home, env: {} });
      const { exitCode, stderr } = await runCommand(trial.program, trial.args, {
        env: { PATH: inside.path },
        timeoutMs: 5000,
      });
      if (exitCode === 0) return undefined;
      return `joining a sandbox fails here (${firstLine(stderr) || `exit code ${exitCode}`})`;
    } finally {
      await sandbox.close();
    }
  } catch (error) {
    return `bubblewrap does not work here (${firstLine(error instanceof Error ? error.message : String(error))})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const firstLine = (text: string) => text.trim().split('\n')[0] ?? '';
