import { describe, expect, it } from 'vitest';
import { cluster, outcome, ready } from './cluster-for-tests';
import type { NetworkError } from './namespace';

describe('policies of Services', () => {
  /** A Service with a backend on each of two nodes; `reached`: the nodes whose backends a client was led to. */
  const setUp = (spec: object, hints: (node: string) => object = () => ({}), labels = {}) => {
    const { clock, network, show, slice } = cluster();
    const nodes = { n: '172.18.0.2', m: '172.18.0.3' };
    for (const [name, address] of Object.entries(nodes)) {
      const status = { addresses: [{ type: 'InternalIP', address }] };
      show('nodes', '', name, { spec: {}, status }, { 'topology.kubernetes.io/zone': `zone-${name}` });
    }
    const attach = (name: string, nodeName: 'n' | 'm') => {
      const place = { podNamespace: 'default', podName: name, nodeName, nodeIP: nodes[nodeName] };
      return network.attach({ ...place, hostNetwork: false }).namespace;
    };
    const ports = [{ port: 80, nodePort: 30_080 }];
    const addresses = { clusterIP: '10.96.1.1', type: 'NodePort', ports };
    show('services', 'default', 'web', { spec: { ...addresses, ...spec } }, labels);
    const servers = { n: attach('on-n', 'n'), m: attach('on-m', 'm') };
    const endpoint = (node: 'n' | 'm') => {
      const ends = { addresses: [servers[node].address], conditions: ready, nodeName: node };
      return { ...ends, ...hints(node) };
    };
    const listeners = Object.values(servers).map((server) => server.listen(8080));
    const serve = (on: ('n' | 'm')[]) => slice('web', 8080, on.map(endpoint));
    const seenFrom = async (client: typeof servers.n, address: string, port: number) => {
      const connection = client.connect(address, port);
      const result = await outcome(connection, clock);
      if (!result.startsWith('connected')) return result;
      const accepted = await Promise.race(listeners.map((listener) => listener.accept()));
      return accepted?.remote.address === client.address ? 'as itself' : accepted?.remote.address;
    };
    return { serve, seenFrom, client: attach('client', 'n'), servers };
  };

  it.each([
    ['Cluster', ['n'], '172.18.0.2', '10.244.0.1'],
    ['Cluster', ['m'], '172.18.0.2', '172.18.0.2'],
    ['Cluster', ['n'], '172.18.0.3', '172.18.0.3'],
    ['Local', ['m'], '172.18.0.3', '172.18.0.2'],
    ['Local', ['n'], '172.18.0.3', 'ETIMEDOUT'],
    ['Local', ['m'], '172.18.0.2', 'as itself'],
    ['Local', [], '172.18.0.3', 'ECONNREFUSED'],
  ] as const)('externalTrafficPolicy %s, endpoints on %j: node %s shows a Pod as %s', async (policy, on, node, seen) => {
    const { serve, seenFrom, client } = setUp({ externalTrafficPolicy: policy });
    serve([...on]);
    expect(await seenFrom(client, node, 30_080)).toBe(seen);
  });

  it.each([
    ['Cluster', ['m'], 'as itself'],
    ['Local', ['n'], 'as itself'],
    ['Local', ['m'], 'ETIMEDOUT'],
    ['Local', [], 'ECONNREFUSED'],
  ] as const)('internalTrafficPolicy %s with endpoints on %j: %s', async (policy, on, seen) => {
    const { serve, seenFrom, client } = setUp({ internalTrafficPolicy: policy });
    serve([...on]);
    expect(await seenFrom(client, '10.96.1.1', 80)).toBe(seen);
  });

  it.each(['service-proxy-name', 'headless'])('the label %s keeps kube-proxy away', async (label) => {
    const { serve, seenFrom, client } = setUp({}, undefined, { [`service.kubernetes.io/${label}`]: '' });
    serve(['n']);
    expect(await seenFrom(client, '10.96.1.1', 80)).toBe('ETIMEDOUT');
    expect(await seenFrom(client, '172.18.0.2', 30_080)).toBe('ECONNREFUSED');
  });

  it.each([
    ['zones', (node: string) => ({ hints: { forZones: [{ name: `zone-${node}` }] } })],
    ['nodes', (node: string) => ({ hints: { forNodes: [{ name: node }] } })],
  ])('hints for %s keep connections near', async (_what, hints) => {
    const { serve, seenFrom, client, servers } = setUp({}, hints);
    serve(['m', 'n']);
    servers.m.close();
    expect(await seenFrom(client, '10.96.1.1', 80)).toBe('as itself');
  });
});

describe('NetworkPolicies', () => {
  const denyAll = { podSelector: {}, policyTypes: ['Ingress'] };
  const from = (peer: object, ports?: object[]) => ({
    podSelector: { matchLabels: { app: 'server' } },
    ingress: [{ from: [peer], ...(ports ? { ports } : {}) }],
  });
  it.each<[string, object[], string, string]>([
    ['none', [], 'yes', 'yes'],
    ['deny all', [denyAll], 'no', 'no'],
    [
      'deny all, allow a label',
      [denyAll, from({ podSelector: { matchLabels: { role: 'front' } } })],
      'yes',
      'no',
    ],
    [
      'allow a namespace',
      [from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } })],
      'no',
      'yes',
    ],
    ['allow a port by name', [from({ podSelector: {} }, [{ port: 'http' }])], 'yes', 'no'],
    ['allow another port', [from({ podSelector: {} }, [{ port: 443 }])], 'no', 'no'],
    ['allow a range of ports', [from({ podSelector: {} }, [{ port: 79, endPort: 90 }])], 'yes', 'no'],
    ['allow a block', [from({ ipBlock: { cidr: '10.244.0.0/16' } })], 'yes', 'yes'],
  ])('%s', async (_name, policies, sameNamespace, otherNamespace) => {
    const { clock, pod, show, network } = cluster();
    const server = pod('default', 'server', { app: 'server' }, [{ name: 'http', containerPort: 80 }]);
    server.listen(80);
    policies.forEach((spec, index) => {
      show('networkpolicies.networking.k8s.io', 'default', `p${index}`, { spec });
    });
    const reach = async (namespace: string, labels: object) => {
      const result = await outcome(pod(namespace, 'client', labels).connect(server.address, 80), clock);
      expect(['ETIMEDOUT', `connected to ${server.address}`]).toContain(result);
      return result === 'ETIMEDOUT' ? 'no' : 'yes';
    };
    expect(await reach('default', { role: 'front' })).toBe(sameNamespace);
    expect(await reach('other', {})).toBe(otherNamespace);
    // The kubelet's probes come from the node, which no policy keeps out.
    await network.dialNamespace({ node: 'n', nodeIP: '172.18.0.2' }, server, 80);
  });

  it('keep out nodes other than the Pod’s own', async () => {
    const { clock, network, pod, show } = cluster();
    const server = pod('default', 'server', { app: 'server' });
    server.listen(80);
    show('networkpolicies.networking.k8s.io', 'default', 'deny', { spec: denyAll });
    show('nodes', '', 'm', {
      spec: {},
      status: { addresses: [{ type: 'InternalIP', address: '172.18.0.3' }] },
    });
    const reach = (nodeName: string, nodeIP: string) => {
      const place = { podNamespace: 'default', podName: 'host', nodeName, nodeIP, hostNetwork: true };
      return outcome(network.attach(place).namespace.connect(server.address, 80), clock);
    };
    expect(await reach('n', '172.18.0.2')).toBe(`connected to ${server.address}`);
    expect(await reach('m', '172.18.0.3')).toBe('ETIMEDOUT');
  });

  it('egress that is denied takes DNS with it', async () => {
    const { clock, pod, show } = cluster();
    const client = pod('default', 'client');
    show('networkpolicies.networking.k8s.io', 'default', 'p', {
      spec: { podSelector: {}, policyTypes: ['Egress'] },
    });
    const asked = client
      .query({ name: 'web', type: 'A' }, '10.96.0.10')
      .catch((error: NetworkError) => error.code);
    await clock.advance(6_000);
    expect(await asked).toBe('ETIMEDOUT');
  });
});
