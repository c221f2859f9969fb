import { describe, expect, it } from 'vitest';
import { cluster, outcome, ready, type Show } from './cluster-for-tests';
import type { DatagramSocket, DnsType, NetworkError } from './namespace';

describe('connections between Pods', () => {
  it('reach who listens, are refused elsewhere', async () => {
    const { clock, pod } = cluster();
    const server = pod('default', 'server');
    const client = pod('default', 'client');
    server.listen(80);
    server.listen(81, '127.0.0.1');
    const cases: [string, number, string][] = [
      [server.address, 80, `connected to ${server.address}`],
      [server.address, 81, 'ECONNREFUSED'],
      [server.address, 82, 'ECONNREFUSED'],
      ['127.0.0.1', 80, 'ECONNREFUSED'],
      ['10.244.0.200', 80, 'EHOSTUNREACH'],
      ['203.0.113.9', 80, 'ENETUNREACH'],
      ['10.96.200.1', 80, 'ETIMEDOUT'],
    ];
    for (const [address, port, expected] of cases)
      expect(await outcome(client.connect(address, port), clock), `${address}:${port}`).toBe(expected);
    expect(await outcome(server.connect('127.0.0.1', 81), clock)).toBe('connected to 127.0.0.1');
  });

  it.each([
    ['0.0.0.0', '0.0.0.0', 'EADDRINUSE'],
    ['0.0.0.0', '127.0.0.1', 'EADDRINUSE'],
    ['127.0.0.1', '0.0.0.0', 'EADDRINUSE'],
    ['127.0.0.1', '127.0.0.2', undefined],
    ['127.0.0.1', '10.9.9.9', 'EADDRNOTAVAIL'],
  ])('a port that is taken at %s and asked for at %s: %s', (first, second, code) => {
    const { pod } = cluster();
    const one = pod('default', 'one');
    one.listen(8080, first);
    let refused: string | undefined;
    try {
      one.listen(8080, second);
    } catch (error) {
      refused = (error as NetworkError).code;
    }
    expect(refused).toBe(code);
  });

  it('half-close leaves the other direction open; a slow reader holds the writer back', async () => {
    const { pod } = cluster();
    const server = pod('default', 'server');
    const listener = server.listen(80);
    const connection = await pod('default', 'client').connect(server.address, 80);
    const accepted = await listener.accept();
    connection.writable.end();
    const reader = accepted!.readable[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(true);
    let written = 0;
    let closed = false;
    const writing = (async () => {
      while (!closed) {
        await accepted!.writable.write(new Uint8Array(64 * 1024));
        written += 64 * 1024;
      }
    })().catch((error: NetworkError) => error.code);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    expect(written).toBeLessThan(512 * 1024);
    closed = true;
    connection.close();
    expect(await writing).toBe('EPIPE');
  });

  it('the address of a Pod that is gone is given again only after all others', () => {
    const { network } = cluster();
    const attach = () =>
      network.attach({
        podNamespace: 'default',
        podName: 'p',
        nodeName: 'n',
        nodeIP: '172.18.0.2',
        hostNetwork: false,
      });
    const first = attach();
    first.detach();
    expect(attach().namespace.address).not.toBe(first.namespace.address);
  });
});

/** The portmap plugin's translation of `hostPort`, with its `hostIP`. */
describe('host ports', () => {
  it('lead from their node, and from its loopback, to the Pod', async () => {
    const { clock, network, pod, show } = cluster();
    const placed = (name: string, ports: object[], phase = 'Running') => {
      const stack = pod('default', name);
      show('pods', 'default', name, { spec: { nodeName: 'n', containers: [{ ports }] }, status: { phase } });
      if (phase === 'Running') stack.listen(80);
    };
    // The port of one that has ended is free for others.
    placed('ended', [{ containerPort: 80, hostPort: 8080 }], 'Succeeded');
    placed('everywhere', [{ containerPort: 80, hostPort: 8080 }]);
    placed('inside', [{ containerPort: 80, hostPort: 8081, hostIP: '127.0.0.1' }]);
    placed('outside', [{ containerPort: 80, hostPort: 8082, hostIP: '172.18.0.2' }]);
    const client = pod('default', 'client');
    const place = { podNamespace: 'default', podName: 'host', nodeName: 'n', nodeIP: '172.18.0.2' };
    const host = network.attach({ ...place, hostNetwork: true }).namespace;
    const cases: [from: typeof host, address: string, port: number, expected: string][] = [
      [client, '172.18.0.2', 8080, 'connected to 172.18.0.2'],
      [client, '172.18.0.2', 8081, 'ECONNREFUSED'],
      [client, '172.18.0.2', 8082, 'connected to 172.18.0.2'],
      [client, '172.18.0.2', 80, 'ECONNREFUSED'],
      [host, '127.0.0.1', 8080, 'connected to 127.0.0.1'],
      [host, '127.0.0.1', 8081, 'connected to 127.0.0.1'],
      [host, '127.0.0.1', 8082, 'ECONNREFUSED'],
      [host, '172.18.0.2', 8082, 'connected to 172.18.0.2'],
      [client, '127.0.0.1', 8080, 'ECONNREFUSED'],
    ];
    for (const [from, address, port, expected] of cases)
      expect(await outcome(from.connect(address, port), clock), `${address}:${port}`).toBe(expected);
  });
});

describe('datagrams', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const answer = async (socket: DatagramSocket, text: string) => {
    const { from } = (await socket.receive()) ?? { from: { address: '', port: 0 } };
    socket.send(bytes(text), from.address, from.port);
    return from;
  };
  const denied = { policyTypes: ['Egress'], podSelector: { matchLabels: { app: 'dns' } } };
  const udpService = (show: Show, address: string) => {
    const ports = [{ port: 53, protocol: 'UDP', targetPort: 5353, nodePort: 30053 }];
    show('services', 'default', 'dns', { spec: { clusterIP: '10.96.0.50', type: 'NodePort', ports } });
    const slice = { ports: [{ name: '', port: 5353, protocol: 'UDP' }] };
    const endpoints = [{ addresses: [address], conditions: ready }];
    const labels = { 'kubernetes.io/service-name': 'dns' };
    show('endpointslices.discovery.k8s.io', 'default', 'dns-x', { ...slice, endpoints }, labels);
  };

  it.each([
    ['a Service', '10.96.0.50', 53],
    ['a node port', '172.18.0.2', 30053],
    ['the Pod', undefined, 5353],
  ])('of an answer come from whom the question went to: %s', async (_title, address, port) => {
    const { pod, show } = cluster();
    const server = pod('default', 'server', { app: 'dns' });
    udpService(show, server.address);
    // An answer belongs to a flow that was let in: no policy of its sender holds it.
    show('networkpolicies.networking.k8s.io', 'default', 'quiet', { spec: denied });
    const socket = server.bindDatagram(5353);
    const [one, two] = ['one', 'two'].map((name) => {
      const client = pod('default', name).connectDatagram(address ?? server.address, port, 4000);
      client.send(bytes(name));
      return client;
    });
    await answer(socket, 'first');
    await answer(socket, 'second');
    expect(new TextDecoder().decode(await one?.receive())).toBe('first');
    expect(new TextDecoder().decode(await two?.receive())).toBe('second');
  });

  it('that come back are told once, at the next call', async () => {
    const { pod } = cluster();
    const socket = pod('default', 'client').connectDatagram(pod('default', 'server').address, 53);
    socket.send(bytes('1'));
    expect(() => socket.send(bytes('2'))).toThrow('Connection refused');
    socket.send(bytes('3'));
    await expect(socket.receive()).rejects.toThrow('Connection refused');
  });
});

describe('Services', () => {
  it('lead to a ready endpoint, are refused without one, and lost on other ports', async () => {
    const { clock, pod, show, slice } = cluster();
    const server = pod('default', 'server');
    const client = pod('default', 'client');
    server.listen(8080);
    show('services', 'default', 'web', {
      spec: { clusterIP: '10.96.1.1', ports: [{ port: 80, nodePort: 30_080 }] },
    });
    show('services', 'default', 'lonely', { spec: { clusterIP: '10.96.1.2', ports: [{ port: 80 }] } });
    slice('web', 8080, [
      { addresses: ['10.244.0.99'], conditions: { ready: false } },
      { addresses: [server.address], conditions: ready },
    ]);
    expect(await outcome(client.connect('10.96.1.1', 80), clock)).toBe('connected to 10.96.1.1');
    expect(await outcome(client.connect('172.18.0.2', 30_080), clock)).toBe('connected to 172.18.0.2');
    expect(await outcome(client.connect('10.96.1.2', 80), clock)).toBe('ECONNREFUSED');
    expect(await outcome(client.connect('10.96.1.1', 81), clock)).toBe('ETIMEDOUT');
  });
});

describe('names', () => {
  const setUp = () => {
    const parts = cluster();
    const { show, slice } = parts;
    show('services', 'default', 'web', {
      spec: { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ports: [{ name: 'http', port: 80 }] },
    });
    show('services', 'default', 'db', { spec: { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] } });
    show('services', 'default', 'none', { spec: { clusterIP: 'None', ports: [] } });
    show('services', 'default', 'ring', {
      spec: { type: 'ExternalName', externalName: 'ring.default.svc.cluster.local' },
    });
    show('services', 'default', 'ext', {
      spec: { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' },
    });
    slice(
      'db',
      5432,
      [
        { addresses: ['10.244.0.7'], hostname: 'db-0', conditions: ready },
        { addresses: ['10.244.0.8'], conditions: ready },
        { addresses: ['10.244.0.9'], hostname: 'db-2', conditions: { ready: false } },
      ],
      'sql',
    );
    return { ...parts, client: parts.pod('default', 'client') };
  };

  it.each<[string, DnsType, string, string[]]>([
    ['web.default.svc.cluster.local', 'A', 'NOERROR', ['10.96.1.1']],
    ['web.default.svc.cluster.local', 'AAAA', 'NOERROR', []],
    ['web.other.svc.cluster.local', 'A', 'NXDOMAIN', []],
    ['web.nowhere.svc.cluster.local', 'A', 'NXDOMAIN', []],
    ['db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.0.7', '10.244.0.8']],
    ['none.default.svc.cluster.local', 'A', 'NXDOMAIN', []],
    ['db-0.db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.0.7']],
    ['10-244-0-8.db.default.svc.cluster.local', 'A', 'NOERROR', ['10.244.0.8']],
    ['db-2.db.default.svc.cluster.local', 'A', 'NXDOMAIN', []],
    [
      '_http._tcp.web.default.svc.cluster.local',
      'SRV',
      'NOERROR',
      ['0 100 80 web.default.svc.cluster.local.'],
    ],
    [
      '_sql._tcp.db.default.svc.cluster.local',
      'SRV',
      'NOERROR',
      ['0 50 5432 db-0.db.default.svc.cluster.local.', '0 50 5432 10-244-0-8.db.default.svc.cluster.local.'],
    ],
    ['web.default.svc.cluster.local', 'SRV', 'NOERROR', ['0 100 80 web.default.svc.cluster.local.']],
    [
      'db.default.svc.cluster.local',
      'SRV',
      'NOERROR',
      ['0 50 5432 db-0.db.default.svc.cluster.local.', '0 50 5432 10-244-0-8.db.default.svc.cluster.local.'],
    ],
    ['_none._tcp.web.default.svc.cluster.local', 'SRV', 'NXDOMAIN', []],
    ['ring.default.svc.cluster.local', 'A', 'SERVFAIL', []],
    ['1.1.96.10.in-addr.arpa', 'PTR', 'NOERROR', ['web.default.svc.cluster.local.']],
    ['9.9.96.10.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
    ['10-244-0-7.default.pod.cluster.local', 'A', 'NOERROR', ['10.244.0.7']],
    ['ext.default.svc.cluster.local', 'A', 'NOERROR', ['web.default.svc.cluster.local.', '10.96.1.1']],
    ['example.com', 'A', 'SERVFAIL', []],
  ])('%s %s is %s %j', async (name, type, code, values) => {
    const reply = await setUp().client.query({ name, type }, '10.96.0.10');
    expect([reply.code, reply.answers.map(({ value }) => value)]).toEqual([code, values]);
  });

  it.each([
    ['web.default.svc.cluster.local', 'NXDOMAIN'],
    ['example.com', 'SERVFAIL'],
  ])('%s is %s to the name server of the nodes (dnsPolicy Default)', async (name, code) => {
    const reply = await setUp().client.query({ name, type: 'A' }, '172.18.0.1');
    expect(reply).toMatchObject({ code, server: '172.18.0.1', answers: [] });
  });

  it.each([
    ['web', '10.96.1.1'],
    ['web.default', '10.96.1.1'],
    ['web.default.svc.cluster.local.', '10.96.1.1'],
    ['alias', '192.0.2.7'],
    ['192.0.2.1', '192.0.2.1'],
    ['nosuch', 'ENOTFOUND'],
    ['example.com', 'EAI_AGAIN'],
  ])('%s is looked up with search domains and /etc/hosts: %s', async (name, expected) => {
    const files = {
      hosts: '127.0.0.1 localhost\n192.0.2.7 alias # comment\n',
      resolvConf:
        'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    };
    const found = await setUp()
      .client.resolve(name, files)
      .then(
        ({ addresses }) => addresses[0],
        (error: NetworkError) => error.code,
      );
    expect(found).toBe(expected);
  });
});
