import { buildAlpine } from './base/alpine-root';
import { defaultPath, type Image } from './image';
import { packageRefusal } from './package-refusal';

/** The alpine image. */
export function alpineImage(applets: readonly string[]): Image {
  return {
    name: 'alpine',
    repositories: ['library/alpine'],
    hasTag: (tag) => /^(latest|edge|3|3\.(1?\d|2[0-3])(\.\d+)?|\d{8})$/.test(tag),
    sizeBytes: 3_805_449,
    config: () => ({
      entrypoint: [],
      cmd: ['/bin/sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root, tag) => buildAlpine(root, applets, alpineVersion(tag)),
    programs: { apk: packageRefusal('apk') },
  };
}

function alpineVersion(tag: string): string {
  if (/^3\.\d+\.\d+$/.test(tag)) return tag;
  return /^3\.\d+$/.test(tag) ? `${tag}.0` : '3.22.2';
}
