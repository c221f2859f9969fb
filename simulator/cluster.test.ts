import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate, startSimulator } from './index';
import { send } from './kubectl/send';
import type { Simulator, SimulatorOptions } from './simulator';

const running: Simulator[] = [];
const start = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { a: '1' } };

describe('a cluster', () => {
  it('comes back from its snapshot with its objects, versions and tokens', async () => {
    const certificate = makeCertificate();
    const first = await start({ certificate });
    const created = (await send(first, 'admin', 'POST', CONFIGMAPS, { body: configMap })).json;
    const token = first.token('admin');
    const snapshot = JSON.parse(JSON.stringify(first.snapshot()));
    await first.stop();

    const second = await start({ certificate, restore: snapshot });
    expect(second.token('admin')).toBe(token);
    expect((await send(second, 'admin', 'GET', `${CONFIGMAPS}/kept`, {})).json).toEqual(created);
    const { json } = await send(second, 'admin', 'GET', '/api/v1/namespaces/default/services/kubernetes', {});
    expect(json.spec.clusterIP).toBe('10.96.0.1');
  });

  it('comes back with the logs of the containers that its end cut off', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const log = (cluster: Simulator) =>
      send(cluster, 'admin', 'GET', `${pods}/talker/log?previous=true`, {}).then(({ text }) => text);
    const restarts = async (cluster: Simulator) =>
      (await send(cluster, 'admin', 'GET', `${pods}/talker`, {})).json.status?.containerStatuses?.[0]
        ?.restartCount;
    const first = await start();
    await send(first, 'admin', 'POST', pods, {
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'talker' },
        spec: {
          containers: [
            { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', 'echo said before; sleep 1000000'] },
          ],
        },
      },
    });
    const said = () => send(first, 'admin', 'GET', `${pods}/talker/log`, {}).then(({ text }) => text);
    await expect.poll(said, { timeout: 20_000 }).toBe('said before\n');
    const snapshot = JSON.parse(JSON.stringify(first.snapshot()));
    await first.stop();

    const second = await start({ restore: snapshot });
    await expect.poll(() => restarts(second), { timeout: 20_000 }).toBe(1);
    expect(await log(second)).toBe('said before\n');
  });

  it('shares nothing with another in the same process', async () => {
    const certificate = makeCertificate();
    const [one, other] = await Promise.all([start({ certificate }), start({ certificate })]);
    await send(one, 'admin', 'POST', CONFIGMAPS, { body: configMap });
    expect((await send(other, 'admin', 'GET', `${CONFIGMAPS}/kept`, {})).status).toBe(404);
    const foreign = await send(other, 'admin', 'GET', CONFIGMAPS, { token: one.token('admin') });
    expect(foreign.status).toBe(401);
  });

  it('says so when the port is taken', async () => {
    const { port } = await start();
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses the snapshot of another version', async () => {
    await expect(startSimulator({ restore: { format: 99 } })).rejects.toThrow('made by another version');
  });

  it('has the nodes that were asked for', async () => {
    const simulator = await start({ nodes: ['one', 'two', 'three'] });
    const { json } = await send(simulator, 'admin', 'GET', '/api/v1/nodes', {});
    expect(json.items.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual([
      'one',
      'three',
      'two',
    ]);
    // Where there are others, nothing runs beside the control plane.
    expect(json.items.map((node: { spec: { taints?: unknown } }) => node.spec.taints)).toEqual([
      [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
      undefined,
      undefined,
    ]);
  });
});
