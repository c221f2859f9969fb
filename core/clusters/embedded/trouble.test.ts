import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../log';
import type { LabCluster } from '../cluster-provider';
import type { KubeApi } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import { ClusterWorker } from './cluster-worker';
import { createEmbeddedProvider } from './create-embedded-provider';

// A lab that misbehaves, and a neighbour in the same server that must not notice: both with the real kubectl.
const folder = mkdtempSync(join(tmpdir(), 'podlab-trouble-'));
const provider = createEmbeddedProvider({ folder, log: createLog(() => {}), spare: false });
let lab: LabCluster;
let neighbour: LabCluster;

const open = (sessionId: string) =>
  provider.open({ sessionId, images: [], progress: () => {}, signal: new AbortController().signal });

interface Ran {
  stdout: string;
  stderr: string;
  exit: number;
}

/** `words`: arguments, the last of which may hold spaces. */
function kubectl(cluster: LabCluster, words: string, last?: string): Promise<Ran> {
  const file = join(folder, `${cluster.endpoint.port}.yaml`);
  writeFileSync(file, cluster.learnerKubeconfig(), { mode: 0o600 });
  const args = [...words.split(' '), ...(last === undefined ? [] : [last])];
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: file };
  const child = spawn(process.env['PODLAB_KUBECTL'] ?? 'kubectl', args, {
    env: env as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (exit) => resolve({ stdout, stderr, exit: exit ?? -1 }));
  });
}

async function startPod(name: string, script: string): Promise<void> {
  const ran = await kubectl(lab, `run ${name} --image=busybox:1.36 --restart=Never -- sh -c`, script);
  expect(ran.stderr).toBe('');
}

/** Asks the lab and its neighbour for something that takes them work. */
async function bothServe(): Promise<void> {
  for (const cluster of [neighbour, lab]) {
    const ran = await kubectl(cluster, 'get nodes -o name --request-timeout=20s');
    expect(ran).toMatchObject({ stdout: 'node/podlab-control-plane\n', exit: 0 });
  }
}

beforeAll(async () => {
  lab = await open('lab');
  neighbour = await open('neighbour');
});
afterAll(async () => {
  await provider.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

describe('a container that misbehaves', () => {
  it.each([
    ['an endless busy loop', 'while :; do :; done'],
    ['an endless busy loop in awk', 'awk "BEGIN { for (;;) i++ }"'],
    ['an endless busy loop in sed', 'echo x | sed ":a;ba"'],
    ['an endless stream of output', 'yes'],
    ['a fork bomb', 'f() { f | f & }; f; sleep 3600'],
    ['a disk that it fills', 'yes > /tmp/full; sleep 3600'],
    ['a disk that it fills with files', 'i=0; while :; do echo $i > /tmp/$i; i=$((i+1)); done'],
    ['a variable that doubles', 'a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done; sleep 3600'],
  ])('neither stops its own cluster nor the neighbour: %s', async (_, script) => {
    await startPod('trouble', script);
    await kubectl(lab, 'wait --for=jsonpath={.status.phase}=Running pod/trouble --timeout=10s');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await bothServe();
    const removed = await kubectl(lab, 'delete pod trouble --force --grace-period=0');
    expect(removed.exit).toBe(0);
    await bothServe();
  });
});

describe('a cluster on a laptop', () => {
  it('is not lost because the laptop slept for hours', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const worker = new ClusterWorker({ users: {} }, () => {});
    try {
      let lost: Error | undefined;
      worker.onLost((error) => {
        lost = error;
      });
      await worker.started;
      vi.setSystemTime(Date.now() + 8 * 60 * 60 * 1000);
      vi.advanceTimersByTime(5_000);
      expect(await worker.snapshot()).not.toBeNull();
      expect(lost).toBeUndefined();
    } finally {
      vi.useRealTimers();
      await worker.stop();
    }
  });
});

describe('a cluster whose thread runs out of memory', () => {
  it('says so, and what to do, while the neighbour goes on', async () => {
    const worker = new ClusterWorker({ users: { admin: { groups: ['system:masters'] } } }, () => {}, {
      heapMb: 32,
    });
    const { port, caCertificate, tokens } = await worker.started;
    const lost = new Promise<Error>((resolve) => worker.onLost(resolve));
    const api = createKubeApi({
      server: `https://127.0.0.1:${port}`,
      ca: caCertificate,
      token: tokens['admin'] ?? '',
    });
    await Promise.race([lost, fillWithObjects(api)]);
    expect((await lost).message).toMatch(/needed more than its 32 MiB of memory.*Reset the lab/s);
    api.close();
    const ran = await kubectl(neighbour, 'get nodes -o name');
    expect(ran.stdout).toBe('node/podlab-control-plane\n');
  });
});

/** No quota bounds the objects of a lab: its thread's memory does. */
async function fillWithObjects(api: KubeApi): Promise<void> {
  // Each element is an object on the heap; the text on the wire is small.
  const data = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key-${index}`, 'x']));
  for (let i = 0; i < 200; i++) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `full-${i}` }, data };
    await api.request('POST', '/api/v1/namespaces/default/configmaps', object).catch(() => {});
  }
}
