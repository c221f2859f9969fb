import { agnhostImage } from '../agnhost/image';
import { defaultPath, type Image } from '../image';

/** registry.k8s.io/e2e-test-images/kitten and nautilus: agnhost with a picture's name to serve, which tests also mount as a volume. */
export function pictureImages(applets: readonly string[]): Image[] {
  return ['kitten', 'nautilus'].map((name): Image => {
    const base = agnhostImage(applets);
    return {
      ...base,
      name,
      hasTag: (tag) => /^(latest|1\.[0-9])$/.test(tag),
      config: (tag) => ({ ...base.config(tag), cmd: ['test-webserver'] }),
      build: (root, tag) => {
        base.build(root, tag);
        root.write('/data.json', `{\n"image": "${name}.jpg"\n}\n`);
        root.write(`/${name}.jpg`, '');
      },
    };
  });
}

/** quay.io/crio/artifact: two files and no program, as Kubernetes' documentation mounts them. */
export function artifactImage(): Image {
  return {
    name: 'artifact',
    repositories: [],
    hasTag: (tag) => /^v[12]$/.test(tag),
    sizeBytes: 1_023,
    config: () => ({ entrypoint: [], cmd: [], env: { PATH: defaultPath }, workingDir: '/', user: '' }),
    build: (root) => {
      root.write('/dir/file', '1\n');
      root.write('/file', '2\n');
    },
    programs: {},
  };
}
