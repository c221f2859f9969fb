import { describe, expect, it } from 'vitest';
import type { RuntimeContainer } from './container-runtime';
import { ended, exec, logged, logOf, pod, run } from './pod-for-tests';
import { defaultPidsLimit } from './process-table';
import type { SimulatedContainer } from './simulated-container';

const mebibyte = 1024 * 1024;
const shell = (script: string) => ({ command: ['sh', '-c', script] });
const processes = (container: RuntimeContainer) => (container as SimulatedContainer).processes.list();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const sleeper = shell('trap exit TERM; sleep 1000000 & wait');

/** A container that does nothing, once it has started to. */
async function idle(): Promise<RuntimeContainer> {
  const container = run(pod(), sleeper);
  while (processes(container).length < 2) await turn();
  return container;
}

describe('a fork bomb', () => {
  it('stops at the limit of processes, and goes with its container', async () => {
    const sandbox = pod();
    const bomb = run(sandbox, shell('bomb() { bomb | bomb & }; bomb; sleep 1000000'));
    const other = run(sandbox, { ...sleeper, name: 'other' });
    let most = 0;
    while (!logOf(bomb).includes("can't fork: Resource temporarily unavailable")) {
      await turn();
      most = Math.max(most, processes(bomb).length);
    }
    expect(most).toBeGreaterThan(defaultPidsLimit / 2);
    expect(most).toBeLessThanOrEqual(defaultPidsLimit);
    expect(await exec(other, 'echo', 'fine')).toBe('fine\n');
    bomb.signal('KILL');
    await ended(bomb);
    expect(bomb.exitCode).toBe(137);
    expect(processes(bomb).filter(({ status }) => status === undefined)).toEqual([]);
  });

  it('leaves exec no process either', async () => {
    const container = run(
      pod(),
      shell(
        `i=1; while [ $i -lt ${defaultPidsLimit} ]; do sleep 1000000 & i=$((i+1)); done; echo full; exec sleep 1000000`,
      ),
    );
    await logged(container, 'full');
    await expect(exec(container, 'true')).rejects.toThrow(
      /exec failed: unable to start container process: .*resource temporarily unavailable/,
    );
  });
});

describe('a thousand execs', () => {
  it('one after another leave nothing behind', async () => {
    const container = await idle();
    for (let i = 0; i < 1000; i++) expect(await exec(container, 'true')).toBe('');
    expect(processes(container).map(({ argv }) => argv[0])).toEqual(['sh', 'sleep']);
  });

  it('at once get their answers as far as there may be processes, and the others a refusal', async () => {
    const container = await idle();
    const answers = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => exec(container, 'echo', `${index}`)),
    );
    const served = answers.flatMap((answer, index) =>
      answer.status === 'fulfilled' ? [[answer.value, `${index}\n`]] : [],
    );
    expect(served.length).toBeGreaterThanOrEqual(defaultPidsLimit - 2);
    expect(served.filter(([shown, wanted]) => shown !== wanted)).toEqual([]);
    expect(await exec(container, 'echo', 'again')).toBe('again\n');
    expect(processes(container)).toHaveLength(2);
  });
});

describe('output that nobody reads', () => {
  it.each([false, true])('holds its program up (terminal: %s)', async (tty) => {
    const container = await idle();
    const execution = container.exec({ command: ['yes'], stdin: false, tty });
    const yes = () => processes(container).find(({ argv }) => argv[0] === 'yes');
    while (yes()?.state !== 'sleeping') await turn();
    let bytes = 0;
    for await (const chunk of execution.stdout) {
      bytes += chunk.length;
      if (bytes > mebibyte) break;
    }
    execution.close();
    while (yes()) await turn();
    expect(processes(container)).toHaveLength(2);
  });
});

describe('a program that wants ever more memory', () => {
  it.each([
    ['a string that doubles', 's=x; while :; do s=$s$s; done'],
    ['a here-document', 'cat <<END\n$(cat /dev/zero | tr "\\0" x)\nEND'],
    ['what sort keeps', 'yes | sort'],
    ['an array of awk', `awk 'BEGIN { while (1) a[i++] = "some text that is kept" i }'`],
    ['a line without end for grep', 'cat /dev/zero | grep x'],
    ['a tmpfs', 'dd if=/dev/zero of=/dev/shm/x bs=1M count=60'],
  ])('is killed at the limit: %s', async (_name, script) => {
    const container = run(pod(), { ...shell(script), limits: { memoryBytes: 32 * mebibyte } });
    await ended(container);
    expect([container.exitCode, container.oomKilled]).toEqual([137, true]);
  });
});

describe('a container that writes without end', () => {
  it('to its log keeps the latest file', async () => {
    const container = run(pod(), shell('dd if=/dev/zero bs=1M count=200 2>/dev/null; echo; echo end'));
    await ended(container);
    expect(container.usage().diskBytes).toBeLessThanOrEqual(11 * mebibyte);
    expect(logOf(container).slice(-5)).toBe('\nend\n');
  });
});
