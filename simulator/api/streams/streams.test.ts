import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator } from '../../index';
import type { Simulator } from '../../simulator';

let simulator: Simulator;
const folder = mkdtempSync(join(tmpdir(), 'podlab-streams-'));
const config = join(folder, 'config');

beforeAll(async () => {
  simulator = await startSimulator();
  writeFileSync(config, simulator.kubeconfig('admin'));
  await kubectl({}, 'run', 'web', '--image=busybox:1.36', '--', 'sh', '-c', 'echo one; echo two; sleep 3600');
  await kubectl({}, 'wait', 'pod/web', '--for=condition=Ready', '--timeout=20s');
});

afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

function kubectl(env: Record<string, string>, ...args: string[]): Promise<string> {
  const child = spawn('kubectl', ['--kubeconfig', config, ...args], { env: { ...process.env, ...env } });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.end('typed\n');
  return new Promise((resolve) =>
    child.on('close', (code) => resolve(code === 0 ? text : `${text}[${code}]`)),
  );
}

describe.each([
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }],
])('kubectl exec over %s', (_name, env: Record<string, string>) => {
  it.each([
    [['web', '--', 'echo', 'hi'], 'hi\n'],
    [['-i', 'web', '--', 'cat'], 'typed\n'],
    [['web', '--', 'sh', '-c', 'exit 7'], 'command terminated with exit code 7\n[7]'],
    [['web', '-c', 'nope', '--', 'ls'], 'container nope is not valid for pod web'],
    [['web', '--', 'nosuch'], 'exec: "nosuch": executable file not found in $PATH'],
    [['nosuch', '--', 'ls'], 'Error from server (NotFound): pods "nosuch" not found\n[1]'],
  ])('%j', async (args, expected) => {
    expect(await kubectl(env, 'exec', ...args)).toContain(expected);
  });
});

describe('kubectl logs', () => {
  it.each([
    [['web'], 'one\ntwo\n'],
    [['web', '--tail=1'], 'two\n'],
    [['web', '--limit-bytes=5'], 'one\nt'],
    [['web', '--tail=-2'], 'must be greater than or equal to -1'],
    [['web', '-p'], 'previous terminated container "web" in pod "web" not found\n[1]'],
  ])('%j', async (args, expected) => {
    expect(await kubectl({}, 'logs', ...args)).toContain(expected);
  });
});

describe('kubectl run --rm -i', () => {
  it.each([
    ['echo gone; exit 3', 'gone\n'],
    ['nosuch', 'sh: nosuch: not found\n'],
  ])('shows what %j said, although it ended before anybody could attach', async (script, said) => {
    const args = ['run', 'quick', '--image=busybox:1.36', '--restart=Never', '--rm', '-i'];
    expect(await kubectl({}, ...args, '--', 'sh', '-c', script)).toContain(said);
  });
});
