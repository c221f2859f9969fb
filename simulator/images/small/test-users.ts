import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { defaultPath, type Image } from '../image';

/** Tells whom its setuid bit makes it, unless no_new_privs keeps that from counting (prctl(2)). */
const effectiveUser: Program = async (process) => {
  const { mode, uid } = process.files.stat(process.executable);
  const raised = (mode & 0o4000) !== 0 && !process.system.noNewPrivileges;
  await process.write(1, `Effective uid: ${raised ? uid : process.uid}\n`);
  return 0;
};

/** registry.k8s.io/e2e-test-images/nonewprivs: a program that is setuid root. */
export function noNewPrivilegesImage(applets: readonly string[]): Image {
  return {
    name: 'nonewprivs',
    repositories: [],
    hasTag: (tag) => /^1\.[0-4]$/.test(tag),
    sizeBytes: 6_700_000,
    config: () => ({ entrypoint: ['/nnp'], cmd: [], env: { PATH: defaultPath }, workingDir: '/', user: '' }),
    build: (root) => {
      buildAlpine(root, applets, '3.6.5');
      root.write('/nnp', nativeExecutable('nnp'), { mode: 0o4755 });
    },
    programs: { nnp: effectiveUser },
  };
}

/** registry.k8s.io/e2e-test-images/nonroot: an image whose user is a number that is not 0. */
export function nonRootImage(applets: readonly string[]): Image {
  return {
    name: 'nonroot',
    repositories: [],
    hasTag: (tag) => /^1\.[0-5]$/.test(tag),
    sizeBytes: 17_700_000,
    config: () => ({
      entrypoint: [],
      cmd: ['/bin/sh'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '1234',
    }),
    build: (root) => buildAlpine(root, applets, '3.19.1'),
    programs: {},
  };
}
