import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { execCommand } from '../run-as';

const release = '1.6.39';

/** A bare option means memcached. */
const entrypoint: Program = (process) => {
  const command = process.argv.slice(1);
  return execCommand(process, command[0]?.startsWith('-') ? ['memcached', ...command] : command);
};

/** The memcached image, on Alpine or Debian as the tag says. */
export function memcachedImage(applets: readonly string[]): Image {
  return {
    name: 'memcached',
    repositories: ['library/memcached'],
    hasTag: (tag) =>
      /^(latest|1|1\.[56](\.\d+)?)?(-?alpine(3\.\d+)?|-?(trixie|bookworm))?$/.test(tag) && tag !== '',
    sizeBytes: 32_000_000,
    config: () => ({
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['memcached'],
      env: { PATH: defaultPath, MEMCACHED_VERSION: release },
      workingDir: '/',
      user: 'memcache',
    }),
    build: (root, tag) => {
      const more = {
        accounts: [{ name: 'memcache', uid: 11_211, gid: 11_211, comment: '', home: '/', shell: '/bin/sh' }],
        groups: [{ name: 'memcache', gid: 11_211, members: [] }],
      };
      if (tag.includes('alpine')) buildAlpine(root, applets, '3.22.2', more);
      else buildDebian(root, applets, more);
      for (const [name, program] of [
        ['memcached', 'memcached'],
        ['docker-entrypoint.sh', 'memcached-entrypoint'],
      ] as const)
        root.write(`/usr/local/bin/${name}`, nativeExecutable(program), { mode: 0o755 });
    },
    programs: {
      // Its code is loaded when it runs.
      memcached: async (process) => (await import('./program')).memcached(process, release),
      'memcached-entrypoint': entrypoint,
      apk: packageRefusal('apk'),
      apt: packageRefusal('apt'),
    },
  };
}
