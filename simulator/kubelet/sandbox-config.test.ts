import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../files/volume-tree';
import type { Pod } from '../schema/types';
import { newDisk } from './node-disk';
import { type ClusterDns, sandboxConfig } from './sandbox-config';

const dns: ClusterDns = {
  server: '10.96.0.10',
  domain: 'cluster.local',
  node: { nameservers: ['172.18.0.1'], searches: [] },
};
const config = (spec: object) =>
  sandboxConfig(
    { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [], ...spec } } as unknown as Pod,
    { name: 'node-1', ip: '172.18.0.2' },
    dns,
  );
const clusterSearches = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

describe('the resolver of a Pod (dns.Configurer GetPodDNS)', () => {
  it.each([
    ['ClusterFirst', {}, ['10.96.0.10'], clusterSearches],
    ['Default', { dnsPolicy: 'Default' }, ['172.18.0.1'], []],
    ['ClusterFirst with hostNetwork', { hostNetwork: true, dnsPolicy: 'ClusterFirst' }, ['172.18.0.1'], []],
    [
      'ClusterFirstWithHostNet',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      ['10.96.0.10'],
      clusterSearches,
    ],
    [
      'None',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], searches: ['my.dns'] } },
      ['1.1.1.1'],
      ['my.dns'],
    ],
  ])('with %s', (_title, spec, nameservers, searches) => {
    expect(config(spec).dns).toMatchObject({ nameservers, searches });
  });
});

describe('the host name of a Pod (GeneratePodHostNameAndDomain)', () => {
  const fqdn = 'h.sub.shop.svc.cluster.local';
  it.each([
    ['its name', {}, 'web', undefined],
    ['its own', { hostname: 'h' }, 'h', undefined],
    ['in a domain', { hostname: 'h', subdomain: 'sub' }, 'h', fqdn],
    ['as a whole', { hostname: 'h', subdomain: 'sub', setHostnameAsFQDN: true }, fqdn, fqdn],
    ["the node's", { hostNetwork: true }, 'node-1', undefined],
    ['overridden', { hostname: 'h', subdomain: 'sub', hostnameOverride: 'other' }, 'other', undefined],
  ])('is %s', (_title, spec, hostname, full) => {
    expect(config(spec)).toMatchObject({ hostname });
    expect(config(spec).fqdn).toBe(full);
  });
});

describe('the users of a Pod', () => {
  it.each([
    [{}, undefined],
    [{ hostUsers: true }, undefined],
    [{ hostUsers: false }, true],
  ])('with %j', (spec, own) => {
    expect(config(spec).ownUsers).toBe(own);
  });
});

describe("a new node's disk", () => {
  it('holds what hostPath volumes look for', () => {
    const disk = newDisk(new VolumeTree({ now: () => 0 }), { name: 'node-1', ip: '172.18.0.2' });
    const read = (path: string) => Buffer.from(disk.read(path) ?? []).toString();
    expect(read('/etc/hosts')).toContain('172.18.0.2\tnode-1\n');
    expect(read('/etc/resolv.conf')).toContain('nameserver 172.18.0.1\n');
    expect(disk.stat('/tmp')?.mode).toBe(0o1777);
  });
});
