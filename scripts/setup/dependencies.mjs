import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demandWritable, root, run, SetupError, step } from './say.mjs';

const stamp = join(root, 'node_modules', '.podlab-lockfile');

/** `npm ci` when node_modules is missing or was made from another lockfile. */
export async function installDependencies() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return;
  demandWritable(root);
  await step('Installing the dependencies (once, about a minute)', async () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    try {
      // npm_config_… of an outer `npm start` would be inherited; development packages are needed to build.
      await run(npm, ['ci', '--include=dev', '--no-audit', '--no-fund'], {
        env: { NODE_ENV: 'development' },
      });
    } catch {
      throw new SetupError(
        'the dependencies could not be installed; check the network, the npm registry and the room on the disk, then try again.',
      );
    }
    writeFileSync(stamp, lockfile);
  });
}
