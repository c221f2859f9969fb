import { nativeExecutable } from '../../files/volume-tree';
import type { Program } from '../../runtime/process';
import { parseQuantity, type Quantity, quantityValue } from '../../schema/quantity';
import { durationMs, parseFlags } from '../agnhost/flags';
import { klog } from '../agnhost/klog';
import { defaultPath, type Image } from '../image';
import { chargeProcessor } from './processor-use';

/** vish/stress: allocates memory in chunks, and keeps processors busy, for ever. */
const memoryStress: Program = async (process) => {
  const flags = parseFlags(
    process.argv.slice(1),
    ['mem-total', 'mem-alloc-size', 'mem-alloc-sleep', 'cpus'],
    ['logtostderr'],
  );
  if (typeof flags === 'string') {
    await process.write(2, `${flags}\n`);
    return 2;
  }
  const total = flags.text('mem-total', '0');
  const chunk = flags.text('mem-alloc-size', '4Ki');
  const pauseMs = durationMs(flags.text('mem-alloc-sleep', '1ms'));
  const quantities: Quantity[] = [];
  for (const text of [total, chunk]) {
    try {
      quantities.push(parseQuantity(text));
    } catch {
      await klog(process, `failed to parse resource quantity "${text}"`, 'main.go:20');
      return 255;
    }
  }
  // Go's runtime ends a process that does not handle this signal, even the first of a container.
  process.setAction('TERM', () => process.end({ code: 2 }));
  const [wanted = 0, step = 0] = quantities.map(quantityValue);
  await klog(
    process,
    `Allocating "${total}" memory, in "${chunk}" chunks, with a ${flags.text('mem-alloc-sleep', '1ms')} sleep between allocations`,
    'main.go:26',
  );
  for (let cpu = 0; cpu < flags.number('cpus', 0); cpu++) {
    await klog(process, 'Spawning a thread to consume CPU', 'main.go:39');
    process.spawn({
      argv: process.argv,
      program: async (thread) => {
        await chargeProcessor(thread, 1);
        return 0;
      },
    });
  }
  for (let held = step; step > 0 && held <= wanted; held += step) {
    process.setMemory(held);
    await process.sleep(Math.max(1, pauseMs || 0));
  }
  await klog(process, `Allocated "${total}" memory`, 'main.go:29');
  for (;;) await process.sleep(1 << 30);
};

/** vish/stress, which is not what other registries call stress. */
export function memoryStressImage(): Image {
  return {
    name: 'vish-stress',
    repositories: ['vish/stress'],
    hasTag: (tag) => tag === 'latest',
    sizeBytes: 1_560_000,
    config: () => ({
      entrypoint: ['/stress', '-logtostderr'],
      cmd: [],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      for (const folder of ['/dev', '/etc', '/proc', '/sys', '/tmp']) root.mkdir(folder);
      root.write('/stress', nativeExecutable('memory-stress'), { mode: 0o755 });
    },
    programs: { 'memory-stress': memoryStress },
  };
}
