import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { dropToUser, execCommand } from '../run-as';
import { hasTag, isAlpine, version } from './version';

/** The redis image, on Alpine or Debian as the tag says. */
export function redisImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = {
    'redis-entrypoint': entrypoint,
    'redis-refused': refusal,
    apk: packageRefusal('apk'),
    apt: packageRefusal('apt'),
  };
  return {
    name: 'redis',
    repositories: ['library/redis'],
    hasTag,
    sizeBytes: 30_000_000,
    config: (tag) => ({
      entrypoint: ['docker-entrypoint.sh'],
      cmd: ['redis-server'],
      env: { PATH: defaultPath, REDIS_VERSION: version(tag) },
      workingDir: '/data',
      user: '',
    }),
    build: (root, tag) => {
      buildRedis(root, tag, applets);
      const release = version(tag);
      // The executables name their version, so that one program serves every tag. Their code is loaded when they run.
      programs[`redis-server-${release}`] ??= async (process) =>
        (await import('./program')).redisServer(process, release);
      programs[`redis-cli-${release}`] ??= async (process) =>
        (await import('./cli/program')).redisCli(process, release);
    },
    programs,
  };
}

function buildRedis(root: VolumeTree, tag: string, applets: readonly string[]): void {
  const gid = isAlpine(tag) ? 1000 : 999;
  const more = {
    accounts: [{ name: 'redis', uid: 999, gid, comment: '', home: '/home/redis', shell: '/bin/sh' }],
    groups: [{ name: 'redis', gid, members: [] }],
  };
  if (isAlpine(tag)) buildAlpine(root, applets, '3.22.2', more);
  else buildDebian(root, applets, more);
  const release = version(tag);
  const install = (name: string, program: string) =>
    root.write(`/usr/local/bin/${name}`, nativeExecutable(program), { mode: 0o755 });
  install('redis-server', `redis-server-${release}`);
  install('redis-cli', `redis-cli-${release}`);
  for (const name of ['redis-benchmark', 'redis-check-aof', 'redis-check-rdb', 'redis-sentinel'])
    install(name, 'redis-refused');
  install('docker-entrypoint.sh', 'redis-entrypoint');
  root.mkdir('/data', { uid: 999, gid });
}

/** A bare option or a configuration file means redis-server, which does not run as root. */
const entrypoint: Program = async (process) => {
  let command = process.argv.slice(1);
  if (/^-|\.conf$/.test(command[0] ?? '')) command = ['redis-server', ...command];
  if (command[0] === 'redis-server' && process.uid === 0) dropToUser(process, 'redis', ['.']);
  return await execCommand(process, command);
};

const refusal: Program = async (process) => {
  const name = process.argv[0] ?? '';
  await process.write(
    2,
    `${name}: The embedded cluster does not simulate "${name}"; use a kind cluster for that.\n`,
  );
  return 1;
};
