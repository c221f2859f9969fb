import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { defaultPath, type Image } from '../image';
import { packageRefusal } from '../package-refusal';
import { dumbInit, ingressController } from './program';

/** registry.k8s.io/ingress-nginx/controller: a cluster has an Ingress controller once somebody installs it. */
export function ingressControllerImage(applets: readonly string[]): Image {
  const programs: Record<string, Program> = { 'dumb-init': dumbInit, apk: packageRefusal('apk') };
  return {
    name: 'ingress-nginx/controller',
    repositories: [],
    hasTag: (tag) => /^v1\.([0-9]|1[0-9])\.\d+$/.test(tag),
    sizeBytes: 105_000_000,
    config: () => ({
      entrypoint: ['/usr/bin/dumb-init', '--'],
      cmd: ['/nginx-ingress-controller'],
      env: { PATH: defaultPath },
      workingDir: '/etc/nginx',
      user: 'www-data',
    }),
    build: (root, tag) => {
      buildAlpine(root, applets, '3.20.3', {
        accounts: [{ name: 'www-data', uid: 101, gid: 82, comment: 'Linux User,,,', home: '/home/www-data' }],
        groups: [{ name: 'www-data', gid: 82 }],
      });
      root.mkdir('/etc/nginx', { uid: 101, gid: 82 });
      root.write('/usr/bin/dumb-init', nativeExecutable('dumb-init'), { mode: 0o755 });
      root.write('/usr/bin/curl', nativeExecutable('curl'), { mode: 0o755 });
      root.write('/nginx-ingress-controller', nativeExecutable(`ingress-${tag}`), { mode: 0o755 });
      programs[`ingress-${tag}`] ??= ingressController(tag);
    },
    programs,
  };
}
