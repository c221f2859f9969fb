import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, SetupError, step } from './say.mjs';

const stamp = join(root, 'node_modules', '.podlab-lockfile');

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `this is Node.js ${process.versions.node}; install version 20.19 or later (24 is recommended) from https://nodejs.org and try again.`,
  );
}

/** `npm ci` when node_modules is missing or was made from another lockfile. */
export async function installDependencies() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return;
  await step('Installing the dependencies (once, about a minute)', async () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    try {
      // npm_config_… of an outer `npm start` would be inherited; development packages are needed to build.
      await run(npm, ['ci', '--include=dev', '--no-audit', '--no-fund'], {
        env: { NODE_ENV: 'development' },
      });
    } catch {
      throw new SetupError(
        'the dependencies could not be installed; check the network and the npm registry, then try again.',
      );
    }
    writeFileSync(stamp, lockfile);
  });
}
