import { nativeExecutable } from '../../files/volume-tree';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian, type Release } from '../base/debian-root';
import { earlyBusybox } from '../early-nslookup';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';

/** What distributions put into their base image beside a slim Debian's utilities. */
const procps = ['ps', 'free', 'pgrep', 'pidof', 'pkill', 'top', 'uptime', 'watch', 'w'];

const ubuntus: Record<string, Release> = {
  '20.04': { id: 'ubuntu', name: 'Ubuntu', version: '20.04', codename: 'focal' },
  '22.04': { id: 'ubuntu', name: 'Ubuntu', version: '22.04', codename: 'jammy' },
  '24.04': { id: 'ubuntu', name: 'Ubuntu', version: '24.04', codename: 'noble' },
};
const debians: Record<string, Release> = {
  '11': { id: 'debian', name: 'Debian GNU/Linux', version: '11', codename: 'bullseye' },
  '12': { id: 'debian', name: 'Debian GNU/Linux', version: '12', codename: 'bookworm' },
  '13': { id: 'debian', name: 'Debian GNU/Linux', version: '13', codename: 'trixie' },
};

/** The release that a tag names: by its number, its codename, or as the newest. */
function releaseOf(releases: Record<string, Release>, tag: string): Release | undefined {
  const [, number = tag] = /^(\d+(?:\.\d\d)?)(?:[.-]|$)/.exec(tag) ?? [];
  const known = releases[number] ?? Object.values(releases).find(({ codename }) => tag.startsWith(codename));
  const newest = /^(latest|stable|testing|unstable|sid|rolling)(-slim)?$/.test(tag);
  return known ?? (newest ? Object.values(releases).at(-1) : undefined);
}

/** A distribution: a shell, the utilities, and a package manager that refuses. */
function distribution(
  name: string,
  releases: Record<string, Release>,
  extra: readonly string[],
  applets: readonly string[],
): Image {
  return {
    name,
    repositories: [`library/${name}`],
    hasTag: (tag) => releaseOf(releases, tag) !== undefined,
    sizeBytes: 29_700_000,
    config: () => ({
      entrypoint: [],
      cmd: [name === 'debian' ? 'bash' : '/bin/bash'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => buildDebian(root, applets, { extra, release: releaseOf(releases, tag) }),
    programs: { apt: packageRefusal('apt') },
  };
}

export function debianImage(applets: readonly string[]): Image {
  return distribution('debian', debians, [], applets);
}

export function ubuntuImage(applets: readonly string[]): Image {
  return distribution('ubuntu', ubuntus, procps, applets);
}

/** The bash image: Alpine with bash in /usr/local. */
export function bashImage(applets: readonly string[]): Image {
  return {
    name: 'bash',
    repositories: ['library/bash'],
    hasTag: (tag) => /^(latest|devel|5|5\.[0-3](\.\d+)?|4\.\d)(-alpine(3\.\d+)?)?$/.test(tag),
    sizeBytes: 6_600_000,
    config: () => ({
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['bash'],
      env: { PATH: defaultPath, _BASH_VERSION: '5.2.15' },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.22.2');
      root.write('/usr/local/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
      root.write('/usr/local/bin/docker-entrypoint.sh', bashEntrypoint, { mode: 0o755 });
    },
    programs: { apk: packageRefusal('apk') },
  };
}

/** Arguments that begin with a dash, or none, are bash's. */
const bashEntrypoint = `#!/usr/local/bin/bash
if [ -z "$1" ] || [ "\${1#-}" != "$1" ]; then
  set -- bash "$@"
fi
exec "$@"
`;

/** BusyBox with curl. */
export function busyboxPlusImage(applets: readonly string[]): Image {
  return {
    name: 'busyboxplus',
    repositories: ['radial/busyboxplus'],
    hasTag: (tag) => /^(latest|curl|git|base)$/.test(tag),
    sizeBytes: 4_230_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/bin/sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.4.6');
      root.write('/bin/busybox', nativeExecutable('busybox-early'), { mode: 0o755 });
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
    },
    programs: { apk: packageRefusal('apk'), 'busybox-early': earlyBusybox },
  };
}
