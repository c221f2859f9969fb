import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../files/volume-tree';
import { exec, pod, run } from '../runtime/pod-for-tests';
import type { Container, Pod } from '../schema/types';
import { profileRefusal, securityOf } from './security-context';

const image = { name: 'i', id: 'i', sizeBytes: 0, user: '' };
const filter = (shared: object, own: object) =>
  securityOf(
    { metadata: {}, spec: { securityContext: shared } } as unknown as Pod,
    { name: 'c', securityContext: own } as Container,
    image,
  ).seccomp;
const profile = (type: string) => ({ seccompProfile: { type } });

describe('the seccomp profile', () => {
  it.each([
    ['is none unless asked for', {}, {}, false],
    ["is the Pod's", profile('RuntimeDefault'), {}, true],
    ["is the container's first", profile('Unconfined'), profile('RuntimeDefault'), true],
    ["can be taken off by the container's", profile('RuntimeDefault'), profile('Unconfined'), false],
    ['is none for a privileged container', profile('RuntimeDefault'), { privileged: true }, false],
  ])('%s', (_title, shared, own, filtered) => {
    expect(filter(shared, own)).toBe(filtered);
  });

  it.each([
    ['missing', {}, 'a.json', 'cannot load seccomp profile "/var/lib/kubelet/seccomp/a.json": open /var/'],
    ['there', {}, 'there.json', 'does not simulate seccomp profiles of type Localhost'],
    ['missing, and the container is privileged', { privileged: true }, 'a.json', undefined],
  ])('of the node is %s', (_title, more, localhostProfile, refusal) => {
    const disk = new VolumeTree({ now: () => 0 });
    disk.mkdir('/var/lib/kubelet/seccomp');
    disk.write('/var/lib/kubelet/seccomp/there.json', '{}');
    const securityContext = { ...more, seccompProfile: { type: 'Localhost', localhostProfile } };
    const container = { name: 'c', securityContext } as Container;
    const refused = profileRefusal({ metadata: {}, spec: {} } as unknown as Pod, container, disk);
    if (refusal === undefined) expect(refused).toBeUndefined();
    else expect(refused).toContain(refusal);
  });
});

describe('the groups of a user that the image knows', () => {
  const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
  it.each([
    ['are added (Merge)', {}, '1000 50000 60000'],
    ['are left out (Strict)', { strict: true }, '1000 60000'],
  ])('%s', async (_title, policy, groups) => {
    const user = { uid: 1000, supplementalGroups: [60_000], ...policy };
    const container = run(pod(), { image: agnhost, command: ['sleep', '1000'], user });
    expect(await exec(container, 'id', '-G')).toBe(`${groups}\n`);
    expect(container.user).toEqual({ uid: 1000, gid: 1000, groups: groups.split(' ').map(Number) });
  });
});

describe('a setuid program', () => {
  const nonewprivs = 'registry.k8s.io/e2e-test-images/nonewprivs:1.3';
  it.each([
    ['makes its user root', true, 0],
    ['does not with allowPrivilegeEscalation: false', false, 1000],
  ])('%s', async (_title, allowPrivilegeEscalation, uid) => {
    const user = { uid: 1000, supplementalGroups: [] };
    const container = run(pod(), {
      image: nonewprivs,
      command: ['sleep', '1000'],
      user,
      allowPrivilegeEscalation,
    });
    expect(await exec(container, '/nnp')).toBe(`Effective uid: ${uid}\n`);
  });
});
