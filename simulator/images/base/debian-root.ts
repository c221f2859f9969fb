import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import { type Account, type Group, lines, writeAccounts } from './accounts';
import { makeFolders } from './folders';

/** Utilities that a slim Debian has; no ps, no ping, no wget. */
const utilities =
  '[ awk base64 basename cat chgrp chmod chown cksum clear comm cp cut date dd df diff dirname du echo egrep env expand expr factor false fgrep find fold getent grep groups gunzip gzip head hostname id install join kill link ln login logname ls md5sum mkdir mkfifo mknod mktemp mount mv nice nl nohup nproc od paste printenv printf pwd readlink realpath rm rmdir sed seq sha1sum sha256sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tar tee test timeout touch tr true truncate tsort tty umount uname uniq unlink wc which whoami xargs yes zcat'.split(
    ' ',
  );

/** What /etc/os-release says. */
export interface Release {
  id: string;
  name: string;
  version: string;
  codename: string;
}

const bookworm: Release = { id: 'debian', name: 'Debian GNU/Linux', version: '12', codename: 'bookworm' };

/** A slim Debian root file system, as far as its utilities are simulated (`known`). */
export function buildDebian(
  root: VolumeTree,
  known: readonly string[],
  more: {
    accounts?: Account[];
    groups?: Group[];
    extra?: readonly string[];
    release?: Release | undefined;
  } = {},
): void {
  const { id, name, version, codename } = more.release ?? bookworm;
  makeFolders(
    root,
    '/boot /home /media /mnt /opt /run /run/lock /srv /usr/bin /usr/lib /usr/lib64 /usr/local/bin /usr/local/sbin /usr/sbin /usr/share /var/backups /var/cache /var/lib /var/log /var/mail /var/spool'.split(
      ' ',
    ),
  );
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) root.symlink(`usr/${folder}`, `/${folder}`);
  root.symlink('/run', '/var/run');
  root.symlink('/run/lock', '/var/lock');
  root.mkdir('/var/tmp', { mode: 0o1777 });
  const available = new Set([...known, 'curl', 'getent']);
  for (const each of [...utilities, ...(more.extra ?? [])])
    if (available.has(each)) root.write(`/usr/bin/${each}`, nativeExecutable(each), { mode: 0o755 });
  for (const shell of ['bash', 'dash'])
    root.write(`/usr/bin/${shell}`, nativeExecutable(shell), { mode: 0o755 });
  root.symlink('dash', '/usr/bin/sh');
  root.write('/etc/bash.bashrc', "PS1='\\u@\\h:\\w\\$ '\n");
  root.write('/etc/shells', lines(['/bin/sh', '/bin/bash', '/bin/dash']));
  for (const manager of ['apt', 'apt-get'])
    root.write(`/usr/bin/${manager}`, nativeExecutable('apt'), { mode: 0o755 });
  root.write('/etc/debian_version', id === 'debian' ? `${version}.0\n` : `${codename}/sid\n`);
  root.write('/etc/issue', `${name} ${version} \\n \\l\n\n`);
  root.write(
    '/etc/os-release',
    lines([
      `PRETTY_NAME="${name} ${version}${id === 'debian' ? ` (${codename})` : ''}"`,
      `NAME="${name}"`,
      `VERSION_ID="${version}"`,
      `VERSION="${version} (${codename})"`,
      `VERSION_CODENAME=${codename}`,
      `ID=${id}`,
      `HOME_URL="https://www.${id}.${id === 'debian' ? 'org' : 'com'}/"`,
    ]),
  );
  const nologin = '/usr/sbin/nologin';
  writeAccounts(
    root,
    [
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
      { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: nologin },
      { name: 'bin', uid: 2, gid: 2, home: '/bin', shell: nologin },
      { name: 'sys', uid: 3, gid: 3, home: '/dev', shell: nologin },
      { name: 'sync', uid: 4, gid: 65_534, home: '/bin', shell: '/bin/sync' },
      { name: 'mail', uid: 8, gid: 8, home: '/var/mail', shell: nologin },
      { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: nologin },
      { name: 'nobody', uid: 65_534, gid: 65_534, home: '/nonexistent', shell: nologin },
      ...(more.accounts ?? []),
    ],
    [
      { name: 'root', gid: 0 },
      { name: 'daemon', gid: 1 },
      { name: 'bin', gid: 2 },
      { name: 'sys', gid: 3 },
      { name: 'adm', gid: 4 },
      { name: 'tty', gid: 5 },
      { name: 'disk', gid: 6 },
      { name: 'mail', gid: 8 },
      { name: 'www-data', gid: 33 },
      { name: 'users', gid: 100 },
      { name: 'nogroup', gid: 65_534 },
      ...(more.groups ?? []),
    ],
  );
}
