import type { ImageStatus } from '../runtime/container-runtime';

/**
 * Images that are on every node from the start, as if loaded by `kind load docker-image`. What nodes tell of them stands here, so
 * that the images themselves need not be loaded before the first Pod.
 */
export const preloadedImages: readonly ImageStatus[] = [
  {
    name: 'docker.io/library/busybox:1.36',
    id: 'docker.io/library/busybox@sha256:ab512471e34f10e894cfa69eec441e1412a1c418f681cdb04b15c219c8b1dd67',
    sizeBytes: 2_223_686,
    user: '',
  },
  {
    name: 'docker.io/library/nginx:1.27-alpine',
    id: 'docker.io/library/nginx@sha256:bd59573624a6dac5c681b33040e36e440782131c5b3e3871d49857f1980b5ca9',
    sizeBytes: 22_460_032,
    user: '',
  },
];
