import { expect, it } from 'vitest';
import { makeSystem } from '../../corpus/run-script';

it.each([
  ['an array that grows', 'BEGIN { for (;;) a[i++] = i }'],
  ['a text that doubles', 'BEGIN { x = "0123456789"; for (;;) x = x x }'],
])('%s is killed at the limit of memory', async (_name, program) => {
  const { system } = makeSystem({ memoryBytes: 16 << 20 });
  const process = system.processes.start({
    system,
    argv: ['awk', program],
    path: '/bin/awk',
    env: new Map(),
    cwd: '/',
    credentials: { uid: 0, gid: 0, groups: [0] },
    fds: new Map(),
  });
  expect(await process.exited).toMatchObject({ code: 137, signal: 'KILL' });
});
