import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { dataFolder, hasTag, isAlpine, version } from './version';

const refusedTools =
  'pg_dump pg_dumpall pg_restore pg_basebackup pgbench pg_ctl initdb createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb pg_resetwal pg_upgrade'.split(
    ' ',
  );

/** The postgres image, on Alpine or Debian as the tag says. */
export function postgresImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = {
    'postgres-refused': refusal,
    apk: packageRefusal('apk'),
    apt: packageRefusal('apt'),
  };
  return {
    name: 'postgres',
    repositories: ['library/postgres'],
    hasTag,
    sizeBytes: 110_000_000,
    config: (tag) => {
      const release = version(tag);
      const major = release.split('.')[0] ?? '';
      const path = isAlpine(tag) ? defaultPath : `${defaultPath}:/usr/lib/postgresql/${major}/bin`;
      return {
        entrypoint: ['docker-entrypoint.sh'],
        cmd: ['postgres'],
        env: {
          PATH: path,
          LANG: 'en_US.utf8',
          PG_MAJOR: major,
          PG_VERSION: release,
          PGDATA: dataFolder(release),
        },
        workingDir: '/',
        user: '',
        stopSignal: 'INT',
      };
    },
    build: (root, tag) => {
      const [release, alpine] = [version(tag), isAlpine(tag)];
      buildPostgres(root, tag, applets);
      // Their code is loaded when they run.
      const suffix = `${release}-${alpine ? 'alpine' : 'debian'}`;
      programs[`postgres-entrypoint-${suffix}`] ??= async (process) =>
        (await import('./entrypoint')).runEntrypoint(process, release, alpine);
      programs[`postgres-${suffix}`] ??= async (process) =>
        (await import('./program')).postgres(process, release, alpine);
      programs[`psql-${suffix}`] ??= async (process) =>
        (await import('./psql/program')).psql(process, release);
      programs[`pg_isready-${suffix}`] ??= async (process) =>
        (await import('./is-ready')).isReady(process, release);
    },
    programs,
  };
}

function buildPostgres(root: VolumeTree, tag: string, applets: readonly string[]): void {
  const [release, alpine] = [version(tag), isAlpine(tag)];
  const id = alpine ? 70 : 999;
  const more = {
    accounts: [
      { name: 'postgres', uid: id, gid: id, comment: '', home: '/var/lib/postgresql', shell: '/bin/bash' },
    ],
    groups: [{ name: 'postgres', gid: id, members: [] }],
  };
  if (alpine) {
    buildAlpine(root, applets, '3.22.2', more);
    root.write('/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
  } else buildDebian(root, applets, more);
  const folder = alpine ? '/usr/local/bin' : `/usr/lib/postgresql/${release.split('.')[0]}/bin`;
  const suffix = `${release}-${alpine ? 'alpine' : 'debian'}`;
  const install = (path: string, program: string) =>
    root.write(path, nativeExecutable(program), { mode: 0o755 });
  for (const name of ['postgres', 'psql', 'pg_isready']) install(`${folder}/${name}`, `${name}-${suffix}`);
  if (!alpine)
    for (const name of ['psql', 'pg_isready']) root.symlink(`${folder}/${name}`, `/usr/bin/${name}`);
  for (const name of refusedTools) install(`${folder}/${name}`, 'postgres-refused');
  install('/usr/local/bin/docker-entrypoint.sh', `postgres-entrypoint-${suffix}`);
  root.mkdir('/docker-entrypoint-initdb.d');
  root.mkdir('/var/lib/postgresql', { uid: id, gid: id });
  root.mkdir(dataFolder(release), { uid: id, gid: id, mode: 0o777 });
  root.mkdir('/var/run/postgresql', { uid: id, gid: id, mode: 0o2775 });
}

const refusal: Program = async (process) => {
  const name = (process.argv[0] ?? '').replace(/^.*\//, '');
  await process.write(
    2,
    `${name}: The embedded cluster does not simulate "${name}"; use a kind cluster for that.\n`,
  );
  return 1;
};
