import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock';
import { startSimulator } from '../index';
import { send } from '../kubectl/send';
import type { Simulator } from '../simulator';
import { hasEarlyNslookup } from './early-nslookup';

const pods = '/api/v1/namespaces/default/pods';
const clock = new VirtualClock();
let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ clock });
});
afterAll(() => cluster.stop());

/** What a script says in a container of that image. */
async function said(name: string, image: string, script: string): Promise<string> {
  const containers = [{ name: 'c', image, command: ['sh', '-c', script] }];
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { restartPolicy: 'Never', containers },
  };
  await send(cluster, 'admin', 'POST', pods, { body });
  for (;;) {
    await clock.advance(500);
    const { json } = await send(cluster, 'admin', 'GET', `${pods}/${name}`, {});
    if (/Succeeded|Failed/.test(json.status?.phase)) break;
  }
  return (await send(cluster, 'admin', 'GET', `${pods}/${name}/log`, {})).text;
}

const server = 'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n';

describe('nslookup of BusyBox before 1.29', () => {
  it('knows search domains', async () => {
    const script = 'busybox nslookup kubernetes.default; nslookup nope 10.96.0.10; echo $?';
    expect(await said('early', 'busybox:1.28', script)).toBe(
      `${server}Name:      kubernetes.default\nAddress 1: 10.96.0.1 kubernetes.default.svc.cluster.local\n${server}nslookup: can't resolve 'nope'\n1\n`,
    );
  });

  it.each([
    ['1.28', true],
    ['1.28.4-glibc', true],
    ['1.27.2', true],
    ['1.29', false],
    ['1.36.1', false],
    ['1', false],
    ['latest', false],
  ])('is in %s: %s', (tag, early) => expect(hasEarlyNslookup(tag)).toBe(early));

  it('has given way to one that asks for the name alone', async () => {
    expect(await said('late', 'busybox:1.36', 'nslookup kubernetes.default')).toContain(
      "** server can't find kubernetes.default: NXDOMAIN",
    );
  });
});
