import { nativeExecutable } from '../../files/volume-tree';
import { buildAlpine } from '../base/alpine-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';

/** Arguments that begin with a dash, or name no command, are curl's. */
const entrypoint = `#!/bin/sh
case "$1" in
  -*) exec curl "$@" ;;
esac
if command -v "$1" >/dev/null 2>&1; then
  exec "$@"
fi
exec curl "$@"
`;

/** curlimages/curl */
export function curlImage(applets: readonly string[]): Image {
  return {
    name: 'curl',
    repositories: ['curlimages/curl'],
    hasTag: (tag) => /^(latest|7\.\d{2}\.\d|8\.([0-9]|1[0-7])\.\d)$/.test(tag),
    sizeBytes: 9_400_000,
    config: () => ({
      entrypoint: ['/entrypoint.sh'],
      cmd: ['curl'],
      env: { PATH: defaultPath, CURL_CA_BUNDLE: '/cacert.pem' },
      workingDir: '/home/curl_user',
      user: 'curl_user',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.22.2', {
        accounts: [
          {
            name: 'curl_user',
            uid: 100,
            gid: 101,
            comment: 'Linux User,,,',
            home: '/home/curl_user',
            shell: '/bin/sh',
          },
        ],
        groups: [{ name: 'curl_group', gid: 101, members: ['curl_user'] }],
      });
      root.mkdir('/home/curl_user', { uid: 100, gid: 101 });
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.write('/entrypoint.sh', entrypoint, { mode: 0o755 });
    },
    programs: { apk: packageRefusal('apk') },
  };
}

/** alpine/curl: curl as root, on an Alpine that is nobody's in particular. */
export function alpineCurlImage(applets: readonly string[]): Image {
  return {
    ...curlImage(applets),
    name: 'alpine-curl',
    repositories: ['alpine/curl'],
    hasTag: (tag) => /^(latest|3\.14|8\.([5-9]|1[0-7])\.\d)$/.test(tag),
    config: () => ({
      entrypoint: ['/entrypoint.sh'],
      cmd: ['curl'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.22.2');
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.write('/entrypoint.sh', entrypoint, { mode: 0o755 });
    },
  };
}
