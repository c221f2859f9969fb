import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import { type Account, type Group, lines, writeAccounts } from './accounts';
import { makeFolders } from './folders';

/** Applets that Alpine keeps in /bin; those of `inSbin` are in /sbin, all others in /usr/bin. */
const inBin = new Set(
  'arch ash base64 bbconfig busybox cat chgrp chmod chown cp date dd df dmesg dnsdomainname echo ed egrep false fgrep fsync grep gunzip gzip hostname ionice iostat kill link linux32 linux64 ln login ls lzop makemime mkdir mknod mktemp more mount mountpoint mpstat mv netstat nice pidof ping ping6 pipe_progress printenv ps pwd rev rm rmdir sed setpriv setserial sh sleep stat stty su sync tar touch true umount uname usleep watch zcat'.split(
    ' ',
  ),
);
const inSbin = new Set(
  'acpid adjtimex arp blkid blockdev depmod fbsplash fdisk findfs fsck fstrim getty halt hwclock ifconfig ifdown ifenslave ifup init insmod ip ipaddr iplink ipneigh iproute iprule iptunnel klogd loadkmap logread losetup lsmod mdev mkdosfs mkfs.vfat mkswap modinfo modprobe nameif nologin pivot_root poweroff raidautorun reboot rmmod route setconsole slattach swapoff swapon switch_root sysctl syslogd tunctl udhcpc vconfig watchdog zcip'.split(
    ' ',
  ),
);

/** An Alpine root file system: BusyBox behind symlinks, and apk. `version` such as 3.22.2. */
export function buildAlpine(
  root: VolumeTree,
  applets: readonly string[],
  version: string,
  more: { accounts?: Account[]; groups?: Group[] } = {},
): void {
  makeFolders(
    root,
    '/bin /home /lib /media/cdrom /media/usb /mnt /opt /run /run/lock /sbin /srv /usr/bin /usr/lib /usr/local/bin /usr/local/lib /usr/sbin /usr/share /var/cache/apk /var/empty /var/lib/apk /var/log /var/spool/mail'.split(
      ' ',
    ),
  );
  root.symlink('/run', '/var/run');
  root.mkdir('/var/tmp', { mode: 0o1777 });
  root.write('/bin/busybox', nativeExecutable('busybox'), { mode: 0o755 });
  for (const applet of applets) {
    const folder = inBin.has(applet) ? '/bin' : inSbin.has(applet) ? '/sbin' : '/usr/bin';
    if (applet !== 'busybox') root.symlink('/bin/busybox', `${folder}/${applet}`);
  }
  root.write('/sbin/apk', nativeExecutable('apk'), { mode: 0o755 });
  root.write('/usr/bin/getent', nativeExecutable('getent'), { mode: 0o755 });
  root.write('/etc/alpine-release', `${version}\n`);
  root.write('/etc/hostname', 'localhost\n');
  root.write(
    '/etc/issue',
    `Welcome to Alpine Linux ${version.replace(/\.\d+$/, '')}\nKernel \\r on \\m (\\l)\n\n`,
  );
  root.write(
    '/etc/os-release',
    lines([
      'NAME="Alpine Linux"',
      'ID=alpine',
      `VERSION_ID=${version}`,
      `PRETTY_NAME="Alpine Linux v${version.replace(/\.\d+$/, '')}"`,
      'HOME_URL="https://alpinelinux.org/"',
    ]),
  );
  root.write('/etc/shells', lines(['/bin/sh', '/bin/ash']));
  writeAccounts(
    root,
    [
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh' },
      { name: 'bin', uid: 1, gid: 1, home: '/bin' },
      { name: 'daemon', uid: 2, gid: 2, home: '/sbin' },
      { name: 'lp', uid: 4, gid: 7, home: '/var/spool/lpd' },
      { name: 'sync', uid: 5, gid: 0, home: '/sbin', shell: '/bin/sync' },
      { name: 'mail', uid: 8, gid: 12, home: '/var/mail' },
      { name: 'guest', uid: 405, gid: 100, home: '/dev/null' },
      { name: 'nobody', uid: 65_534, gid: 65_534, home: '/' },
      ...(more.accounts ?? []),
    ],
    [
      { name: 'root', gid: 0, members: ['root'] },
      { name: 'bin', gid: 1, members: ['root', 'bin', 'daemon'] },
      { name: 'daemon', gid: 2, members: ['root', 'bin', 'daemon'] },
      { name: 'sys', gid: 3, members: ['root', 'bin'] },
      { name: 'adm', gid: 4, members: ['root', 'daemon'] },
      { name: 'tty', gid: 5 },
      { name: 'disk', gid: 6, members: ['root'] },
      { name: 'lp', gid: 7, members: ['lp'] },
      { name: 'kmem', gid: 9 },
      { name: 'wheel', gid: 10, members: ['root'] },
      { name: 'floppy', gid: 11, members: ['root'] },
      { name: 'mail', gid: 12, members: ['mail'] },
      { name: 'dialout', gid: 20, members: ['root'] },
      { name: 'tape', gid: 26, members: ['root'] },
      { name: 'video', gid: 27, members: ['root'] },
      { name: 'users', gid: 100 },
      { name: 'nogroup', gid: 65_533 },
      { name: 'nobody', gid: 65_534 },
      ...(more.groups ?? []),
    ],
  );
}
