import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../files/volume-tree';
import { ended, exec, logged, logOf, pod, run } from './pod-for-tests';

const shell = (script: string) => ({ command: ['sh', '-c', script] });
const idle = shell('trap exit TERM; sleep 1000000 & wait');

/** A volume with executable scripts. */
function scripts(files: Record<string, string>) {
  const tree = new VolumeTree({ now: () => 0 });
  for (const [name, text] of Object.entries(files)) tree.write(`/${name}`, text, { mode: 0o755 });
  return { mounts: [{ containerPath: '/scripts', tree, subPath: '', readOnly: false }] };
}

const broken: [what: string, text: string, reason: string][] = [
  ['an interpreter that is not there', '#!/bin/nosuch\n', 'no such file or directory'],
  ['lines that end as on Windows', '#!/bin/sh\r\necho hi\r\n', 'no such file or directory'],
  ['an interpreter that nobody may run', '#!/etc/passwd\n', 'permission denied'],
  ['no interpreter', 'echo hi\n', 'exec format error'],
];

describe('a container whose command is a script with', () => {
  it.each(broken)('%s starts, and fails in execve', async (_what, text, reason) => {
    const container = run(pod(), { command: ['/scripts/run'], ...scripts({ run: text }) });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([255, `exec /scripts/run: ${reason}\n`]);
  });

  it.each(broken)('%s: so does exec', async (_what, text, reason) => {
    const container = run(pod(), { ...idle, ...scripts({ run: text }) });
    expect(await exec(container, '/scripts/run')).toBe(`exec /scripts/run: ${reason}\n[255]`);
  });
});

describe('the working directory of a container', () => {
  it.each([
    ['of the image', '/made/here', {}],
    ['below a volume', '/scripts/made/here', scripts({})],
    ['of a read-only root', '/made/here', { readOnlyRootFilesystem: true }],
  ])('is made when it is not there: %s', async (_what, workingDir, more) => {
    const container = run(pod(), { ...shell('pwd; ls -d .'), workingDir, ...more });
    await ended(container);
    expect(logOf(container)).toBe(`${workingDir}\n.\n`);
  });
});

describe('the superuser of a container', () => {
  it.each([
    [[], ''],
    [['KILL'], "sh: can't kill pid 1: Operation not permitted\n[1]"],
  ])('without %j signals processes of others: %s', async (drop, said) => {
    const sandbox = pod(true);
    const others = { name: 'other', user: { uid: 1000, supplementalGroups: [] } };
    const other = run(sandbox, { ...shell('trap "" USR1; echo up; sleep 1000000'), ...others });
    await logged(other, 'up');
    const container = run(sandbox, { ...idle, capabilities: { add: [], drop } });
    const sent = await exec(container, 'sh', '-c', `kill -USR1 ${other.pid}`);
    expect(sent.replace(/pid \d+/, 'pid 1')).toBe(said);
  });
});

describe('the processor of a container', () => {
  it('is counted for what has ended, too, and what its limit held up', async () => {
    const burn = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done';
    const container = run(pod(), { ...idle, limits: { cpuMillis: 500 } });
    await exec(container, 'sh', '-c', burn);
    const stat = await exec(container, 'cat', '/sys/fs/cgroup/cpu.stat');
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1]);
    expect(value('usage_usec')).toBeGreaterThan(0);
    expect(value('throttled_usec')).toBeGreaterThan(0);
    expect(Math.round(container.usage().cpuNanos / 1000)).toBeGreaterThanOrEqual(value('usage_usec'));
  });
});

describe('a terminal that nobody reads', () => {
  it('takes no more than its buffer, and the rest once it is read', async () => {
    const container = run(pod(), idle);
    const command = [
      'sh',
      '-c',
      'stty raw -echo; echo ready; until [ -e /tmp/go ]; do sleep 0.05; done; wc -c',
    ];
    const execution = container.exec({ command, stdin: true, tty: true });
    let shown = '';
    const showing = (async () => {
      for await (const chunk of execution.stdout) shown += Buffer.from(chunk).toString();
    })();
    while (!shown.includes('ready')) await new Promise(setImmediate);
    let taken = false;
    const sent = execution.stdin?.write(new Uint8Array(1024 * 1024).fill(97)).then(() => {
      taken = true;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(taken).toBe(false);
    await exec(container, 'touch', '/tmp/go');
    await sent;
    expect(taken).toBe(true);
    execution.close();
    await showing;
  });
});
