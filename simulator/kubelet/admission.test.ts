import { describe, expect, it } from 'vitest';
import type { Pod } from '../schema/types';
import { startTestCluster } from '../test-cluster';

/** What a Pod that was bound by hand comes to, by the reason and message that a real kubelet gives. */
const cases: { name: string; spec: object; reason?: string; message?: string }[] = [
  { name: 'fits', spec: {} },
  {
    name: 'asks for more CPU than the node has',
    spec: { containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu: '900' } } }] },
    reason: 'OutOfcpu',
    message: "Node didn't have enough resource: cpu, requested: 900000, used: 0, capacity: 8000",
  },
  {
    name: 'asks for other labels than the node has',
    spec: { nodeSelector: { disk: 'ssd' } },
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  },
  {
    name: 'wants a port of the node that another has',
    spec: { containers: [{ name: 'c', image: 'busybox', ports: [{ containerPort: 80, hostPort: 8080 }] }] },
    reason: 'NodePorts',
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  },
  {
    name: 'sets a kernel parameter that is not allowed',
    spec: { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '65536' }] } },
    reason: 'SysctlForbidden',
    message: 'forbidden sysctl: "kernel.msgmax" not allowlisted',
  },
  {
    name: 'sets a safe kernel parameter',
    spec: { securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] } },
  },
];

describe('a Pod bound to a node by hand that', () => {
  it.each(cases)('$name', async ({ spec, reason, message }) => {
    const { client, clock, components, errors } = await startTestCluster();
    const pod = (name: string, more: object): Pod =>
      ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'busybox' }], ...more },
      }) as Pod;
    client.create(
      'pods',
      pod('first', {
        containers: [{ name: 'c', image: 'busybox', ports: [{ containerPort: 80, hostPort: 8080 }] }],
      }),
    );
    await clock.advance(1000);
    client.create('pods', pod('second', spec));
    await clock.advance(2000);
    const status = client.get('pods', 'default', 'second')?.status;
    const events = client
      .list('events', { namespace: 'default' })
      .filter(({ involvedObject }) => involvedObject.name === 'second');
    if (reason) {
      expect(status).toMatchObject({ phase: 'Failed', reason, message: `Pod was rejected: ${message}` });
      expect(status?.containerStatuses).toBeUndefined();
      expect(events).toMatchObject([{ type: 'Warning', reason, message }]);
      client.delete('pods', 'default', 'second');
      await clock.advance(1000);
      expect(client.get('pods', 'default', 'second')).toBeUndefined();
    } else expect(status).toMatchObject({ phase: 'Running' });
    expect(errors).toEqual([]);
    components.stop();
  });
});
