import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { ClusterWorker } from '../embedded/cluster-worker';
import { createKubeApi } from '../kube-api-client';
import { watchHealth } from './watch-health';

it('tells that a cluster is lost when its API server goes away, and not before', async () => {
  const worker = new ClusterWorker({ users: { admin: { groups: ['system:masters'] } } }, console.error);
  const { port, caCertificate, tokens } = await worker.started;
  const api = createKubeApi({
    server: `https://127.0.0.1:${port}`,
    ca: caCertificate,
    token: tokens['admin'],
  });
  const health = watchHealth(api, 20);
  let lost: Error | undefined;
  const told = new Promise<void>((resolve) => {
    health.onLost((error) => {
      lost = error;
      resolve();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(lost).toBeUndefined();
  await worker.stop();
  await told;
  expect(lost?.message).toMatch(/ECONNREFUSED|refused|does not answer/i);
  // Who asks later is told at once.
  await new Promise<void>((resolve) => health.onLost(() => resolve()));
  health.stop();
  api.close();
});

it('says nothing once it was stopped', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const address = closed.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  closed.close();
  const api = createKubeApi({ server: `https://127.0.0.1:${port}`, ca: '', token: 'x' });
  const health = watchHealth(api, 10);
  let told = false;
  health.onLost(() => {
    told = true;
  });
  health.stop();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(told).toBe(false);
});
