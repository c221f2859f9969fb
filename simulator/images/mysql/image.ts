import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';

/** Newest release of each line. */
const releases: Record<string, string> = {
  '5.6': '5.6.51',
  '5.7': '5.7.44',
  '5': '5.7.44',
  '8.0': '8.0.44',
  '8.4': '8.4.7',
  '8': '8.4.7',
  lts: '8.4.7',
};

function version(tag: string): string {
  const [number = ''] = tag.split('-');
  return releases[number] ?? (/^\d+\.\d+\.\d+$/.test(number) ? number : '9.5.0');
}

const oracle = { id: 'ol', name: 'Oracle Linux Server', version: '9.6', codename: '' };

/** The mysql image. */
export function mysqlImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = {};
  return {
    name: 'mysql',
    repositories: ['library/mysql'],
    hasTag: (tag) =>
      /^(latest|lts|innovation|5(\.[67](\.\d+)?)?|8(\.[04](\.\d+)?)?|9(\.\d(\.\d)?)?)(-(debian|oracle|oraclelinux\d))?$/.test(
        tag,
      ),
    sizeBytes: 240_000_000,
    config: (tag) => ({
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['mysqld'],
      env: {
        PATH: defaultPath,
        MYSQL_MAJOR: version(tag).replace(/\.\d+$/, ''),
        MYSQL_VERSION: `${version(tag)}-1.el9`,
      },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => {
      const release = version(tag);
      buildDebian(root, applets, {
        accounts: [
          { name: 'mysql', uid: 999, gid: 999, comment: '', home: '/var/lib/mysql', shell: '/bin/false' },
        ],
        groups: [{ name: 'mysql', gid: 999, members: [] }],
        release: oracle,
      });
      for (const name of ['apt', 'apt-get']) root.remove(`/usr/bin/${name}`);
      for (const [path, program] of [
        ['/usr/local/bin/docker-entrypoint.sh', 'mysql-entrypoint'],
        ['/usr/sbin/mysqld', 'mysqld'],
        ['/usr/bin/mysql', 'mysql'],
        ['/usr/bin/mysqladmin', 'mysqladmin'],
      ] as const)
        root.write(path, nativeExecutable(`${program}-${release}`), { mode: 0o755 });
      root.mkdir('/docker-entrypoint-initdb.d');
      root.mkdir('/var/lib/mysql', { uid: 999, gid: 999, mode: 0o1777 });
      root.mkdir('/run/mysqld', { uid: 999, gid: 999, mode: 0o1777 });
      // Their code is loaded when they run.
      programs[`mysql-entrypoint-${release}`] ??= async (process) =>
        (await import('./entrypoint')).runEntrypoint(process, release);
      programs[`mysqld-${release}`] ??= async (process) =>
        (await import('./mysqld')).mysqld(process, release);
      programs[`mysql-${release}`] ??= async (process) =>
        (await import('./mysql-client')).mysql(process, release);
      programs[`mysqladmin-${release}`] ??= async (process) =>
        (await import('./mysql-client')).mysqladmin(process);
    },
    programs,
  };
}
