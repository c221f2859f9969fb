import { nativeExecutable } from '../../files/volume-tree';
import { buildAlpine } from '../base/alpine-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';

/** The podinfo image. */
export function podinfoImage(applets: readonly string[]): Image {
  const programs: Image['programs'] = { apk: packageRefusal('apk') };
  return {
    name: 'podinfo',
    repositories: ['stefanprodan/podinfo'],
    hasTag: (tag) => /^(latest|[56]\.\d+\.\d+)$/.test(tag),
    sizeBytes: 24_000_000,
    config: () => ({
      entrypoint: [],
      cmd: ['./podinfo'],
      env: { PATH: defaultPath },
      workingDir: '/home/app',
      user: 'app',
    }),
    build: (root, tag) => {
      const version = tag === 'latest' ? '6.9.2' : tag;
      buildAlpine(root, applets, '3.22.2', {
        accounts: [{ name: 'app', uid: 100, gid: 101, comment: 'app', home: '/home/app' }],
        groups: [{ name: 'app', gid: 101 }],
      });
      root.mkdir('/home/app', { uid: 100, gid: 101 });
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.write('/home/app/podinfo', nativeExecutable(`podinfo-${version}`), { mode: 0o755 });
      // Its code is loaded when it runs.
      programs[`podinfo-${version}`] ??= async (process) =>
        (await import('./podinfo')).podinfo(process, version);
    },
    programs,
  };
}
