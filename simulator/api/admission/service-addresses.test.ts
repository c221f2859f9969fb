import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Service } from '../../schema/types';
import { startTestCluster } from '../../test-cluster';
import { cluster } from './cluster-for-tests';

describe('a Service', () => {
  const PORTS = 'ports: [{port: 80}]';

  it('gets an address of its own, and a node port when it wants one', () => {
    const { create } = cluster();
    const inside = create('services', 'a', `spec: {${PORTS}}`) as Service;
    expect(inside.spec?.clusterIP).toMatch(/^10\.96\.\d+\.\d+$/);
    expect(inside.spec).toMatchObject({
      clusterIPs: [inside.spec?.clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
    const outside = create('services', 'b', `spec: {type: NodePort, ${PORTS}}`) as Service;
    expect(outside.spec?.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
    expect(outside.spec?.clusterIP).not.toBe(inside.spec?.clusterIP);
    expect(create('services', 'c', `spec: {clusterIP: None, ${PORTS}}`).spec?.clusterIPs).toEqual(['None']);
    expect(
      create('services', 'd', 'spec: {type: ExternalName, externalName: a.test}').spec?.clusterIP,
    ).toBeUndefined();
  });

  it.each([
    [
      'spec: {type: NodePort, ports: [{port: 80, nodePort: 80}]}',
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      'spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}',
      'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ],
    [
      'spec: {clusterIP: 192.168.0.1, ports: [{port: 80}]}',
      'spec.clusterIPs: Invalid value: ["192.168.0.1"]: failed to allocate IP 192.168.0.1: the provided network does not match the current range',
    ],
    [
      'spec: {clusterIP: 10.96.0.0, ports: [{port: 80}]}',
      'failed to allocate IP 10.96.0.0: the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    ],
    [
      'spec: {clusterIP: 10.96.0.77, ports: [{port: 80}]}',
      'spec.clusterIPs: Invalid value: ["10.96.0.77"]: failed to allocate IP 10.96.0.77: provided IP is already allocated',
    ],
  ])('is refused %s', (yaml, message) => {
    const { create } = cluster();
    create(
      'services',
      'first',
      'spec: {type: NodePort, clusterIP: 10.96.0.77, ports: [{port: 80, nodePort: 30080}]}',
    );
    expect(() => create('services', 'a', yaml)).toThrow(message);
  });

  it('keeps its address when an update leaves it out, and loses its node port with its type', () => {
    const { create, client } = cluster();
    const made = create('services', 'a', `spec: {type: NodePort, ${PORTS}}`) as Service;
    const next = structuredClone(made);
    next.spec = { type: 'ClusterIP', ports: [{ port: 80, nodePort: made.spec?.ports?.[0]?.nodePort }] };
    const updated = client.update('services', next);
    expect(updated.spec?.clusterIP).toBe(made.spec?.clusterIP);
    expect(updated.spec?.ports?.[0]?.nodePort).toBeUndefined();
    expect(updated.spec?.externalTrafficPolicy).toBeUndefined();
  });

  it.each<[what: string, from: string, to: string, expected: object]>([
    [
      'its node port when the port changes',
      'type: NodePort, ports: [{port: 80, nodePort: 30080}]',
      'type: NodePort, ports: [{port: 8080}]',
      { ports: [{ port: 8080, nodePort: 30080 }] },
    ],
    [
      'the node port of each name',
      'type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]',
      'type: NodePort, ports: [{name: b, port: 80}, {name: c, port: 81, nodePort: 30080}]',
      {
        ports: [
          { name: 'b', nodePort: 30081 },
          { name: 'c', nodePort: 30080 },
        ],
      },
    ],
    [
      'nothing of a type that it is no more',
      'type: LoadBalancer, loadBalancerClass: a/b, ports: [{port: 80, nodePort: 30080}]',
      'type: ClusterIP, loadBalancerClass: a/b, ports: [{port: 81, nodePort: 30080}]',
      { ports: [{ port: 81, protocol: 'TCP', targetPort: 81 }] },
    ],
  ])('keeps %s', (_, from, to, expected) => {
    const { create, client } = cluster();
    const made = create('services', 'a', `spec: {${from}}`);
    const { spec } = client.update('services', { ...structuredClone(made), spec: parse(`{${to}}`) });
    expect(spec).toMatchObject(expected);
    expect(spec).not.toHaveProperty('loadBalancerClass');
    if (spec?.type === 'ClusterIP') expect(spec.ports?.[0]).not.toHaveProperty('nodePort');
  });

  it('cannot change its address, which is told of the list of them', () => {
    const { create, client } = cluster();
    const made = create('services', 'a', `spec: {clusterIP: 10.96.0.77, ${PORTS}}`);
    const next = structuredClone(made);
    next.spec = { ...next.spec, clusterIP: '10.1.0.1' };
    expect(() => client.update('services', next)).toThrow(
      'spec.clusterIPs[0]: Invalid value: ["10.1.0.1"]: may not change once set',
    );
  });
});

it.each([
  ['as it is', {}],
  ['without its address', { clusterIP: undefined, clusterIPs: undefined }],
])('a Service, %s, becomes an ExternalName, and one with an address again', async (_how, change) => {
  const { client, components } = await startTestCluster();
  client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { ports: [{ port: 80 }], selector: { app: 's' } },
  } as Service);
  const stored = () => client.get('services', 'default', 's') as Service;
  // As JSON has it, which knows no undefined.
  const update = (spec: object) =>
    client.update(
      'services',
      JSON.parse(JSON.stringify({ ...stored(), spec: { ...stored().spec, ...spec } })),
    );
  update({ type: 'ExternalName', externalName: 'example.com', ...change });
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
    expect(stored().spec).not.toHaveProperty(field);
  update({ type: 'ClusterIP', externalName: undefined });
  expect(stored().spec?.clusterIP).toMatch(/^10\.96\./);
  components.stop();
});
