import type { Container } from '../../schema/types';
import type { Tell } from '../image-puller';
import { StartError } from '../kubelet-context';
import type { PodRun } from '../pod-run';

/** Brings the images that a container mounts onto the node, and makes them volumes of its Pod (kubelet getImageVolumes). Throws StartError. */
export async function provideImageVolumes(run: PodRun, container: Container, tell: Tell): Promise<void> {
  const { images, runtime } = run.context;
  for (const { name } of container.volumeMounts ?? []) {
    const image = run.pod.spec?.volumes?.find((volume) => volume.name === name)?.image;
    if (!image || run.volumes.get(name)) continue;
    const { reference = '', pullPolicy } = image;
    await images.ensure(
      run.uid,
      { name, image: reference, ...(pullPolicy ? { imagePullPolicy: pullPolicy } : {}) },
      tell,
    );
    const tree = runtime.images.files(reference);
    if (!tree) throw new StartError('ImageInspectError', `image ${JSON.stringify(reference)} has gone`);
    run.volumes.provide(name, { tree, path: '', readOnly: true, complete: true });
  }
}
