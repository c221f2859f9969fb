import { describe, expect, it } from 'vitest';
import { ImageStore } from '../../images/image-store';
import { clock, exec, images, pod, run, statuses } from '../../runtime/pod-for-tests';
import type { Container, Pod } from '../../schema/types';
import { StartError } from '../kubelet-context';
import type { PodRun } from '../pod-run';
import { provideImageVolumes } from './image-volumes';
import type { MountedVolume } from './trees';

const container: Container = {
  name: 'c',
  volumeMounts: [
    { name: 'tools', mountPath: '/tools' },
    { name: 'other', mountPath: '/other' },
  ],
};

/** A Pod with a volume of that image, on a node that has busybox alone. */
function runOf(reference: string) {
  const store = new ImageStore(images, clock, statuses('busybox:1.36'));
  const provided = new Map<string, MountedVolume>();
  const wanted: unknown[] = [];
  const podRun = {
    uid: 'u',
    pod: {
      spec: { volumes: [{ name: 'tools', image: { reference, pullPolicy: 'Never' } }] },
    } as unknown as Pod,
    volumes: {
      get: (name: string) => provided.get(name),
      provide: (name: string, volume: MountedVolume) => provided.set(name, volume),
    },
    context: {
      runtime: { images: store },
      images: {
        ensure: async (_uid: string, asked: Container) => {
          wanted.push(asked);
          if (!store.status(asked.image ?? '')) throw new StartError('ErrImageNeverPull', 'not present');
        },
      },
    },
  } as unknown as PodRun;
  return { podRun, provided, wanted };
}

describe('a volume of type image', () => {
  it('holds the files of the image, for reading', async () => {
    const { podRun, provided, wanted } = runOf('busybox:1.36');
    await provideImageVolumes(podRun, container, () => undefined);
    await provideImageVolumes(podRun, container, () => undefined);
    expect(wanted).toEqual([{ name: 'tools', image: 'busybox:1.36', imagePullPolicy: 'Never' }]);
    const volume = provided.get('tools') as MountedVolume;
    const mount = { containerPath: '/tools', tree: volume.tree, subPath: '', readOnly: volume.readOnly };
    const inside = run(pod(), { command: ['sleep', '1000'], mounts: [mount] });
    expect(await exec(inside, 'sh', '-c', 'head -1 /tools/etc/passwd; touch /tools/x')).toBe(
      'root:x:0:0:root:/root:/bin/sh\ntouch: /tools/x: Read-only file system\n[1]',
    );
  });

  it('keeps the container waiting while its image cannot be had', async () => {
    const { podRun, provided } = runOf('nginx:1.27-alpine');
    await expect(provideImageVolumes(podRun, container, () => undefined)).rejects.toMatchObject({
      reason: 'ErrImageNeverPull',
    });
    expect(provided.size).toBe(0);
  });
});
