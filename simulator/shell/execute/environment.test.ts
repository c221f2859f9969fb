import { describe, expect, it } from 'vitest';
import { exec, pod, run } from '../../runtime/pod-for-tests';

// The busybox of the corpus is older than the image's, and drops such names.
describe('a name that no variable of the shell can bear', () => {
  it.each([
    ['env', 'data-1=value-1\n'],
    ['sh -c env', 'data-1=value-1\n'],
    ['(env)', 'data-1=value-1\n'],
    ['env -i env', ''],
  ])('goes on to children as it came: %s', async (script, expected) => {
    const env = [{ name: 'data-1', value: 'value-1' }];
    const container = run(pod(), { command: ['sleep', '1000'], env });
    expect(await exec(container, 'sh', '-c', `${script} | grep data; true`)).toBe(expected);
  });
});
