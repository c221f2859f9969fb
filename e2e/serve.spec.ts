import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';

/** `podlab serve` as an operator runs it: from anywhere, with options, ended by a signal. */
let folder: string;
const running: ChildProcess[] = [];
// Not when this file is read: Playwright reads it in processes that run none of its tests.
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-serve-'));
});
test.afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Served {
  /** Of the line that says it is ready; undefined when it ended before. */
  url: Promise<string | undefined>;
  ended: Promise<{ status: number | null; stderr: string }>;
  stop(signal: NodeJS.Signals): void;
}

function serve(...args: string[]): Served {
  const child = spawn(process.execPath, [resolve('dist/cli.js'), 'serve', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ status: number | null; stderr: string }>((done) => {
    child.once('close', (status) => done({ status, stderr }));
  });
  const ready = new Promise<string>((done) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      const url = /^Podlab is ready: (\S+)$/m.exec(stdout)?.[1];
      if (url) done(url);
    });
  });
  return {
    url: Promise.race([ready, ended.then(() => undefined)]),
    ended,
    stop: (signal) => child.kill(signal),
  };
}

test('podlab serve serves, keeps a second one off its data, and ends with 0 when told to', async () => {
  const options = ['--port', '0', '--data', 'data', '--cluster', 'embedded'];
  const first = serve(...options);
  const url = await first.url;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.json()]).toMatchObject([200, { cluster: { kind: 'embedded' } }]);
  expect(await (await fetch(`${url}/`)).text()).toContain('<title>');
  const saved = await fetch(`${url}/api/lessons/what-a-pod-is/position`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"position":0.5,"completed":false}',
  });
  expect(saved.status).toBe(204);

  const second = await serve(...options).ended;
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(
    `Podlab runs already on the data folder ${join(folder, 'data')}, as process`,
  );
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  first.stop('SIGTERM');
  const { status, stderr } = await first.ended;
  expect(status).toBe(0);
  expect(stderr).toContain('"event":"stopped"');

  // What it held is free again, and Ctrl-C ends it as well.
  const third = serve(...options);
  expect(await third.url).toBeDefined();
  third.stop('SIGINT');
  expect((await third.ended).status).toBe(0);
});
