import { nativeExecutable } from '../../files/volume-tree';
import type { Process, Program } from '../../runtime/process';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { dropToUser, execCommand } from '../run-as';

/** Newest release of each line. */
const releases: Record<string, string> = {
  '3.6': '3.6.23',
  '4.0': '4.0.28',
  '4.2': '4.2.24',
  '4.4': '4.4.29',
  '4': '4.4.29',
  '5.0': '5.0.31',
  '5': '5.0.31',
  '6.0': '6.0.26',
  '6': '6.0.26',
  '7.0': '7.0.25',
  '7': '7.0.25',
};

function version(tag: string): string {
  const [number = ''] = tag.split('-');
  return releases[number] ?? (/^\d+\.\d+\.\d+$/.test(number) ? number : '8.0.15');
}

const jammy = { id: 'ubuntu', name: 'Ubuntu', version: '22.04', codename: 'jammy' };

/** A bare option means mongod, which listens on all addresses unless it is told otherwise. */
async function entrypoint(process: Process): Promise<number> {
  let command = process.argv.slice(1);
  if (command[0]?.startsWith('-')) command = ['mongod', ...command];
  if (command[0] !== 'mongod') return execCommand(process, command);
  const { env } = process;
  const [user, password] = [env.get('MONGO_INITDB_ROOT_USERNAME'), env.get('MONGO_INITDB_ROOT_PASSWORD')];
  if (!user !== !password) {
    await process.write(
      2,
      "\nerror: missing 'MONGO_INITDB_ROOT_USERNAME' or 'MONGO_INITDB_ROOT_PASSWORD'\n       both must be specified for a user to be created\n\n",
    );
    return 1;
  }
  if (process.uid === 0) dropToUser(process, 'mongodb', ['/data/configdb', '/data/db']);
  const bound = command.some((arg) => arg.startsWith('--bind_ip'));
  return execCommand(process, bound ? command : [...command, '--bind_ip_all']);
}

/** The mongo image: it starts, listens and tells of itself. */
export function mongoImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = { 'mongo-entrypoint': entrypoint, apt: packageRefusal('apt') };
  return {
    name: 'mongo',
    repositories: ['library/mongo'],
    hasTag: (tag) =>
      /^(latest|3\.6(\.\d+)?|4(\.[024](\.\d+)?)?|[5-8](\.0(\.\d+)?)?)(-(focal|jammy|noble|bionic|xenial))?$/.test(
        tag,
      ),
    sizeBytes: 290_000_000,
    config: (tag) => ({
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['mongod'],
      env: {
        PATH: defaultPath,
        MONGO_MAJOR: version(tag).replace(/\.\d+$/, ''),
        MONGO_VERSION: version(tag),
        HOME: '/data/db',
      },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => {
      const release = version(tag);
      buildDebian(root, applets, {
        accounts: [{ name: 'mongodb', uid: 999, gid: 999, comment: '', home: '/data/db', shell: '/bin/sh' }],
        groups: [{ name: 'mongodb', gid: 999, members: [] }],
        release: jammy,
      });
      const major = Number(release.split('.')[0]);
      for (const shell of [...(major >= 5 ? ['mongosh'] : []), ...(major <= 5 ? ['mongo'] : [])])
        root.write(`/usr/bin/${shell}`, nativeExecutable(`mongo-shell-${release}`), { mode: 0o755 });
      root.write('/usr/bin/mongod', nativeExecutable(`mongod-${release}`), { mode: 0o755 });
      root.write('/usr/local/bin/docker-entrypoint.sh', nativeExecutable('mongo-entrypoint'), {
        mode: 0o755,
      });
      for (const folder of ['/data', '/data/db', '/data/configdb'])
        root.mkdir(folder, { uid: 999, gid: 999 });
      // Their code is loaded when they run.
      programs[`mongod-${release}`] ??= async (process) =>
        (await import('./mongod')).mongod(process, release);
      programs[`mongo-shell-${release}`] ??= async (process) =>
        (await import('./shell')).mongoShell(process, release);
    },
    programs,
  };
}
