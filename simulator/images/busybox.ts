import { nativeExecutable, type VolumeTree } from '../files/volume-tree';
import { lines, writeAccounts } from './base/accounts';
import { makeFolders } from './base/folders';
import { earlyBusybox, hasEarlyNslookup } from './early-nslookup';
import { defaultPath, type Image } from './image';

/** The busybox image: one program under the names of all its applets in /bin. */
export function busyboxImage(applets: readonly string[]): Image {
  return {
    name: 'busybox',
    repositories: ['library/busybox'],
    hasTag: (tag) =>
      /^(latest|stable|unstable|musl|glibc|uclibc|1|1\.(2\d|3[0-7])(\.\d+)?)(-(musl|glibc|uclibc))?$/.test(
        tag,
      ),
    sizeBytes: 2_223_686,
    config: () => ({
      entrypoint: [],
      cmd: ['sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => buildBusybox(root, applets, hasEarlyNslookup(tag) ? 'busybox-early' : 'busybox'),
    programs: { 'busybox-early': earlyBusybox },
  };
}

function buildBusybox(root: VolumeTree, applets: readonly string[], program: string): void {
  makeFolders(root, ['/bin', '/home', '/lib', '/usr/bin', '/usr/sbin', '/var/spool/mail', '/var/www']);
  root.symlink('lib', '/lib64');
  root.write('/bin/busybox', nativeExecutable(program), { mode: 0o755 });
  for (const applet of applets) if (applet !== 'busybox') root.link('/bin/busybox', `/bin/${applet}`);
  root.symlink('../../bin/env', '/usr/bin/env');
  root.chown('/home', 65_534, 65_534);
  writeAccounts(
    root,
    [
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh' },
      { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/bin/false' },
      { name: 'bin', uid: 2, gid: 2, home: '/bin', shell: '/bin/false' },
      { name: 'sys', uid: 3, gid: 3, home: '/dev', shell: '/bin/false' },
      { name: 'sync', uid: 4, gid: 100, home: '/bin', shell: '/bin/sync' },
      { name: 'mail', uid: 8, gid: 8, home: '/var/spool/mail', shell: '/bin/false' },
      { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/bin/false' },
      { name: 'operator', uid: 37, gid: 37, comment: 'Operator', home: '/var', shell: '/bin/false' },
      { name: 'nobody', uid: 65_534, gid: 65_534, home: '/home', shell: '/bin/false' },
    ],
    [
      { name: 'root', gid: 0 },
      { name: 'daemon', gid: 1 },
      { name: 'bin', gid: 2 },
      { name: 'sys', gid: 3 },
      { name: 'adm', gid: 4 },
      { name: 'tty', gid: 5 },
      { name: 'disk', gid: 6 },
      { name: 'lp', gid: 7 },
      { name: 'mail', gid: 8 },
      { name: 'kmem', gid: 9 },
      { name: 'wheel', gid: 10, members: ['root'] },
      { name: 'cdrom', gid: 11 },
      { name: 'dialout', gid: 18 },
      { name: 'floppy', gid: 19 },
      { name: 'video', gid: 28 },
      { name: 'audio', gid: 29 },
      { name: 'tape', gid: 32 },
      { name: 'www-data', gid: 33 },
      { name: 'operator', gid: 37 },
      { name: 'utmp', gid: 43 },
      { name: 'plugdev', gid: 46 },
      { name: 'staff', gid: 50 },
      { name: 'lock', gid: 54 },
      { name: 'netdev', gid: 82 },
      { name: 'users', gid: 100 },
      { name: 'nobody', gid: 65_534 },
    ],
  );
  root.write('/etc/nsswitch.conf', lines(['passwd: files', 'group: files', 'hosts: files dns']));
}
