import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ClusterWorker } from '../core/clusters/embedded/cluster-worker';
import type { KubeApi } from '../core/clusters/kube-api';
import { createKubeApi } from '../core/clusters/kube-api-client';
import { kubeconfigText } from '../core/clusters/kubeconfig-text';
import { makeCertificate } from '../simulator/certificate';
import { ms, percentile, printRows, type Row, times } from './report';

// The embedded cluster by itself: what a start, an idle one, a Pod and a thousand Pods cost. Figures of kind are those of
// a machine of the same size, measured elsewhere; what this machine can run is measured here, in the same run.
const kind = { startMs: 20_500, idleMiB: 525, idleCpu: 0.12 };
const rounds = 15;

const run = promisify(execFile);
const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'));
const kubeconfig = join(folder, 'kubeconfig');
const certificate = makeCertificate();
const users = { admin: { groups: ['system:masters'] } };
const median = (values: number[]) => percentile(values, 0.5);

interface Started {
  worker: ClusterWorker;
  api: KubeApi;
  tookMs: number;
  text: string;
}

async function startCluster(): Promise<Started> {
  const before = performance.now();
  const worker = new ClusterWorker({ users, certificate }, (error) => console.error(error));
  const { port, caCertificate, tokens } = await worker.started;
  const tookMs = performance.now() - before;
  const server = `https://127.0.0.1:${port}`;
  const token = tokens['admin'] ?? '';
  const text = kubeconfigText({ server, caCertificate, token, user: 'admin', namespace: 'default' });
  return { worker, api: createKubeApi({ server, ca: caCertificate, token }), tookMs, text };
}

const pssMiB = () =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1] ?? 0) / 1024;

const kubectl = (...args: string[]) =>
  run('kubectl', args, { env: { ...process.env, KUBECONFIG: kubeconfig } });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** Start, memory and processor time of idle clusters, each in its thread. */
async function idle(counts: readonly number[]): Promise<Row[]> {
  const before = pssMiB();
  const rows: Row[] = [];
  const clusters: Started[] = [];
  for (const count of counts) {
    while (clusters.length < count) clusters.push(await startCluster());
    // V8 gives back what the start needed after some seconds without work.
    await sleep(20_000 + 100 * count);
    const each = (pssMiB() - before) / count;
    const used = process.cpuUsage();
    await sleep(10_000);
    const { user, system } = process.cpuUsage(used);
    const share = (user + system) / 1e7 / count;
    rows.push(
      {
        what: `memory of ${count} idle, each`,
        ours: `${each.toFixed(1)} MiB`,
        alternative: 'an idle kind cluster (measured elsewhere)',
        theirs: `${kind.idleMiB} MiB`,
        ratio: times(each, kind.idleMiB),
        goal: { text: '< 12 MiB', reached: each < 12 },
      },
      {
        what: `processor of ${count} idle, each`,
        ours: `${(share * 100).toFixed(4)} %`,
        alternative: 'an idle kind cluster (measured elsewhere)',
        theirs: `${kind.idleCpu * 100} %`,
        ratio: times(share, kind.idleCpu),
        goal: { text: '< 0.1 %', reached: share < 0.001 },
      },
    );
  }
  const start = median(clusters.map(({ tookMs }) => tookMs));
  rows.unshift({
    what: `start of one in a thread, median of ${clusters.length}`,
    ours: ms(start),
    alternative: '`kind create cluster` with its image at hand (measured elsewhere)',
    theirs: ms(kind.startMs),
    ratio: times(start, kind.startMs),
    goal: { text: '< 100 ms', reached: start < 100 },
  });
  await Promise.all(clusters.map(({ worker }) => worker.stop()));
  return rows;
}

const podsPath = '/api/v1/namespaces/default/pods';

/** Both processes included: `kubectl run`, and the one that waits until it is ready. */
async function pods(): Promise<Row[]> {
  const taken = { ready: [] as number[], get: [] as number[], raw: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    taken.ready.push(
      await timed(async () => {
        await kubectl('run', `pod-${round}`, '--image=nginx:1.27-alpine');
        await kubectl('wait', '--for=condition=Ready', `pod/pod-${round}`, '--timeout=60s');
      }),
    );
    taken.bare.push(await timed(() => kubectl('version', '--client')));
    taken.get.push(await timed(() => kubectl('get', 'pods')));
    taken.raw.push(await timed(() => kubectl('get', '--raw', `${podsPath}?limit=500`)));
  }
  const [ready, get, raw, bare] = [
    median(taken.ready),
    median(taken.get),
    median(taken.raw),
    median(taken.bare),
  ];
  await kubectl('delete', 'pods', '--all', '--force', '--grace-period=0');
  return [
    {
      what: '`kubectl run` and `kubectl wait` to Ready, median',
      ours: ms(ready),
      alternative: 'two bare kubectl processes',
      theirs: ms(2 * bare),
      ratio: times(ready, 2 * bare),
      goal: { text: '≤ 350 ms', reached: ready <= 350 },
    },
    {
      what: '`kubectl get pods`, median',
      ours: ms(get),
      alternative: '`kubectl version --client`',
      theirs: ms(bare),
      ratio: times(get, bare),
      goal: { text: '≤ 1.1 ×', reached: get <= 1.1 * bare },
    },
    {
      // What the cluster takes of it: TLS and the answer. The rest is kubectl, reading what it knows of the API.
      what: '`kubectl get --raw` of the same Pods, median',
      ours: ms(raw),
      alternative: '`kubectl version --client`',
      theirs: ms(bare),
      ratio: times(raw, bare),
    },
  ];
}

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'bench' } },
  // On no node: what is measured is the API, not a thousand processes.
  spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'busybox:1.36' }] },
});

async function thousand(api: KubeApi): Promise<Row[]> {
  for (let i = 0; i < 1000; i++) await api.request('POST', podsPath, pod(`many-${i}`));
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) taken.push(await timed(() => api.request('GET', podsPath)));
  const bytes = JSON.stringify(await api.request('GET', podsPath));
  const parses: number[] = [];
  for (let round = 0; round < rounds; round++) parses.push(await timed(async () => JSON.parse(bytes)));
  const parse = median(parses);
  const list = median(taken);
  const fan = await fanOut(api);
  await api.request('DELETE', podsPath);
  return [
    {
      what: 'list of 1,000 Pods with transfer and parsing, median',
      ours: ms(list),
      alternative: 'JSON.parse of the same bytes',
      theirs: ms(parse),
      ratio: times(list, parse),
      goal: { text: '< 60 ms', reached: list < 60 },
    },
    fan,
  ];
}

/** A change until the last of 50 watchers of those Pods has it; they live in a process of their own. */
async function fanOut(api: KubeApi): Promise<Row> {
  const watchers: ChildProcess[] = [];
  let seen = 0;
  let all = () => {};
  for (let i = 0; i < 50; i++) {
    const child = spawn('kubectl', ['get', 'pods', '-w', '--output-watch-events', '-o', 'name'], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout?.on('data', (data: Buffer) => {
      if (!data.toString().includes('many-500')) return;
      seen++;
      if (seen === 50) all();
    });
    watchers.push(child);
  }
  // Each of them begins with all the Pods, many-500 among them.
  await new Promise<void>((resolve) => {
    all = resolve;
  });
  const taken: number[] = [];
  for (let round = 0; round < 5; round++) {
    await sleep(500);
    seen = 0;
    const done = new Promise<void>((resolve) => {
      all = resolve;
    });
    taken.push(
      await timed(async () => {
        await api.request('PATCH', `${podsPath}/many-500`, { metadata: { labels: { round: `${round}` } } });
        await done;
      }),
    );
  }
  for (const child of watchers) {
    child.kill();
    await once(child, 'exit');
  }
  const fan = median(taken);
  return {
    what: 'a change to 50 kubectl watchers, median',
    ours: ms(fan),
    alternative: 'each asking again once a second, on average',
    theirs: '500 ms',
    ratio: times(fan, 500),
    goal: { text: '< 100 ms', reached: fan < 100 },
  };
}

/** What is still held after 1,000 Pods were made and deleted: the whole process, threads included. */
async function leak(api: KubeApi): Promise<Row> {
  const cycles = async (count: number, from: number) => {
    for (let i = from; i < from + count; i++) {
      await api.request('POST', podsPath, pod(`gone-${i}`));
      await api.request('DELETE', `${podsPath}/gone-${i}`, { gracePeriodSeconds: 0 });
    }
    await sleep(15_000);
    return pssMiB();
  };
  // The first thousand fill what is bounded: the history of watches, events, V8’s generations.
  const first = await cycles(1000, 0);
  const second = await cycles(1000, 1000);
  return {
    what: 'memory after 2,000 cycles of create and delete',
    ours: `${second.toFixed(0)} MiB`,
    alternative: 'after 1,000',
    theirs: `${first.toFixed(0)} MiB`,
    ratio: times(second, first),
    goal: { text: '≤ 1.05 ×', reached: second <= 1.05 * first },
  };
}

const counts = process.env['PODLAB_BENCH_CLUSTERS'] ?? '1,10,100,300';
printRows('Idle embedded clusters', await idle(counts.split(',').map(Number)));
const { worker, api, text } = await startCluster();
writeFileSync(kubeconfig, text, { mode: 0o600 });
printRows('Pods on the embedded cluster', [...(await pods()), ...(await thousand(api)), await leak(api)]);
api.close();
await worker.stop();
rmSync(folder, { recursive: true });
process.exit(0);
