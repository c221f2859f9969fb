import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ClusterWorker } from '../embedded/cluster-worker';
import { createKubeApi } from '../kube-api-client';
import type { SharedCluster } from './open-namespace';
import { createSessionPlaces } from './session-places';

let worker: ClusterWorker;
let shared: SharedCluster;
const places = createSessionPlaces();

beforeAll(async () => {
  worker = new ClusterWorker({ users: { admin: { groups: ['system:masters'] } } }, console.error);
  const { port, caCertificate: ca, tokens } = await worker.started;
  const server = { server: `https://127.0.0.1:${port}`, ca, token: tokens['admin'] };
  shared = {
    kind: 'kubeconfig',
    title: 'a cluster',
    admin: createKubeApi(server),
    server,
    installation: 'i',
  };
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  places.leave();
  shared.admin.close();
  await worker.stop();
});

const request = {
  sessionId: 'long',
  images: [],
  progress: () => {},
  signal: new AbortController().signal,
};
const configMaps = { group: '', version: 'v1', plural: 'configmaps', namespace: 'podlab-long' };
const realDelay = setTimeout;
const aMoment = () => new Promise<void>((resolve) => void realDelay(resolve, 50));

/** As on a laptop that slept: the clock has gone on by 20 hours, of which timers know nothing. */
function sleepADay(): void {
  vi.setSystemTime(Date.now() + 20 * 60 * 60 * 1000);
  vi.advanceTimersByTime(30_000);
}

it('are replaced before they end, for the learner and for the grader', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const cluster = await places.open(shared, request);
  const [first] = [cluster.learnerKubeconfig()];
  let renewed = 0;
  cluster.onRenewed?.(() => renewed++);
  sleepADay();
  while (renewed === 0) await aMoment();
  expect(cluster.learnerKubeconfig()).not.toBe(first);
  expect((await cluster.api.list(configMaps)).items).not.toEqual([]);
  await cluster.close();
});

it('are asked for again until they are given, and no more once the place is left', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const cluster = await places.open(shared, { ...request, sessionId: 'refused' });
  let renewed = 0;
  cluster.onRenewed?.(() => renewed++);
  const { admin } = shared;
  let asked = 0;
  const refusing = async () => {
    asked++;
    return { status: 503, body: {} };
  };
  shared.admin = { ...admin, request: refusing };
  sleepADay();
  while (asked < 2) await aMoment();
  shared.admin = admin;
  while (renewed === 0) {
    await aMoment();
    vi.advanceTimersByTime(30_000);
  }
  places.leave();
  expect(vi.getTimerCount()).toBe(0);
});
