import { nativeExecutable, type VolumeTree } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { buildDebian } from '../base/debian-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { defaultServer, errorPage, mainConfig, mimeTypes, welcomePage } from './default-files';
import { entrypoint, steps } from './entrypoint';
import { nginxProgram } from './program';
import { hasTag, isAlpine, version } from './version';

/** The nginx image, on Alpine or Debian as the tag says. */
export function nginxImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = {
    'nginx-entrypoint': entrypoint,
    apk: packageRefusal('apk'),
    apt: packageRefusal('apt'),
  };
  return {
    name: 'nginx',
    repositories: ['library/nginx'],
    hasTag,
    sizeBytes: 22_460_032,
    config: (tag) => ({
      entrypoint: ['/docker-entrypoint.sh'],
      cmd: ['nginx', '-g', 'daemon off;'],
      env: { PATH: defaultPath, NGINX_VERSION: version(tag), PKG_RELEASE: '1' },
      workingDir: '/',
      user: '',
      stopSignal: 'QUIT',
    }),
    build: (root, tag) => {
      buildNginx(root, tag, applets);
      // The executable names its version, so that one program serves every tag.
      programs[`nginx-${version(tag)}`] ??= nginxProgram(version(tag));
    },
    programs,
  };
}

function buildNginx(root: VolumeTree, tag: string, applets: readonly string[]): void {
  const more = {
    accounts: [{ name: 'nginx', uid: 101, gid: 101, comment: 'nginx', home: '/var/cache/nginx' }],
    groups: [{ name: 'nginx', gid: 101, members: ['nginx'] }],
  };
  if (isAlpine(tag)) buildAlpine(root, applets, '3.21.3', more);
  else buildDebian(root, applets, { ...more, extra: ['curl'] });
  if (isAlpine(tag)) root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
  root.write('/usr/sbin/nginx', nativeExecutable(`nginx-${version(tag)}`), { mode: 0o755 });
  root.write('/docker-entrypoint.sh', nativeExecutable('nginx-entrypoint'), { mode: 0o755 });
  for (const step of steps)
    root.write(`/docker-entrypoint.d/${step}`, nativeExecutable('nginx-entrypoint'), { mode: 0o755 });
  root.write('/etc/nginx/nginx.conf', mainConfig);
  root.write('/etc/nginx/mime.types', mimeTypes);
  root.write('/etc/nginx/conf.d/default.conf', defaultServer);
  root.write('/usr/share/nginx/html/index.html', welcomePage);
  root.write('/usr/share/nginx/html/50x.html', errorPage);
  root.mkdir('/var/cache/nginx');
  root.mkdir('/var/log/nginx');
  root.symlink('/dev/stdout', '/var/log/nginx/access.log');
  root.symlink('/dev/stderr', '/var/log/nginx/error.log');
}
