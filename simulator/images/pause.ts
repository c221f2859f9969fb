import { nativeExecutable } from '../files/volume-tree';
import type { Program } from '../runtime/process';
import { untilTerminated } from './http/serve';
import { defaultPath, type Image } from './image';

/** The process that does nothing until it is asked to end. */
const pause: Program = (process) =>
  untilTerminated(process, async () => {
    await process.write(2, 'Shutting down, got signal: Terminated\n');
    return 0;
  });

/** The pause image: one program and nothing else, no shell. */
export function pauseImage(): Image {
  return {
    name: 'pause',
    repositories: ['kubernetes/pause', 'rancher/mirrored-pause'],
    hasTag: (tag) => /^(latest|go|0\.8\.0|[12]\.0|3\.([0-9]|10|10\.[12]))$/.test(tag),
    sizeBytes: 320_368,
    config: () => ({
      entrypoint: ['/pause'],
      cmd: [],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '65535:65535',
    }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys']) root.mkdir(folder);
      root.write('/pause', nativeExecutable('pause'), { mode: 0o755 });
    },
    programs: { pause },
  };
}
