import { expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import type { Pod } from '../../schema/types';
import type { PayloadContext } from './payload';
import { PodVolumes } from './pod-volumes';
import type { TreeFactory } from './trees';

it.each([
  ['on disk', '', undefined, 0o777],
  ['on disk, of an fsGroup', '', 2000, 0o2777],
  ['in memory, as a tmpfs is', 'Memory', undefined, 0o1777],
  ['in memory, of an fsGroup', 'Memory', 2000, 0o3777],
])('an emptyDir %s is for everyone', (_, medium, fsGroup, mode) => {
  const trees = { create: () => new VolumeTree({ now: () => 0 }) } as unknown as TreeFactory;
  const volumes = new PodVolumes(trees, new VolumeTree({ now: () => 0 }));
  const pod = { metadata: {}, spec: { volumes: [{ name: 'v', emptyDir: { medium } }] } } as unknown as Pod;
  expect([...volumes.mount(pod, { fsGroup } as PayloadContext, 0)]).toEqual([]);
  const root = volumes.get('v')?.tree.stat('/');
  expect((root?.mode ?? 0) & 0o7777).toBe(mode);
  expect(root?.gid).toBe(fsGroup ?? 0);
});
