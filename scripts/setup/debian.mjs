import { existsSync } from 'node:fs';
import { run, SetupError, tryRun } from './say.mjs';

/** Whether missing programs may simply be installed: Debian or a descendant of it, and we are root. */
export const isDebianRoot = () => process.getuid?.() === 0 && existsSync('/etc/debian_version');

let updated = false;

async function update() {
  if (updated) return;
  updated = true;
  await tryRun('apt-get', ['update', '-qq']);
}

/** The version that would be installed; undefined when there is no such package. */
export async function aptCandidate(name) {
  await update();
  return /Candidate: (?!\(none\))(?:\d+:)?(\S+)/.exec(
    (await tryRun('apt-cache', ['policy', name])) ?? '',
  )?.[1];
}

export async function aptInstall(packages) {
  await update();
  try {
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    throw new SetupError(
      `apt-get could not install ${packages.join(', ')}; install them by hand and try again.`,
    );
  }
}
