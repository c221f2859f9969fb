import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  IngressClass,
  NetworkPolicy,
  Service,
} from '../../schema/types';
import { ageOf, atMostThree, columns, labelText, type Printer, selectorCell } from './printer';

export const servicePrinter: Printer<Service> = {
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector+'),
  cells: (service, now) => {
    const ports = (service.spec?.ports ?? []).map(
      ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
    );
    return [
      service.metadata.name,
      service.spec?.type ?? '',
      service.spec?.clusterIP || '<none>',
      externalAddress(service),
      ports.join(',') || '<none>',
      ageOf(service.metadata, now),
      labelText(service.spec?.selector),
    ];
  },
};

export const endpointsPrinter: Printer<Endpoints> = {
  columns: columns('Name', 'Endpoints', 'Age'),
  cells: ({ metadata, subsets = [] }, now) => {
    const addresses = subsets.flatMap((subset) => {
      const ips = (subset.addresses ?? []).map(({ ip }) => ip);
      if (!subset.ports?.length) return ips;
      return subset.ports.flatMap(({ port }) => ips.map((ip) => hostPort(ip, port)));
    });
    const text = atMostThree(addresses, subsets.length > 0 ? '' : '<none>');
    return [metadata.name, text, ageOf(metadata, now)];
  },
};

export const endpointSlicePrinter: Printer<EndpointSlice> = {
  columns: columns('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells: ({ metadata, addressType, ports, endpoints }, now) => [
    metadata.name,
    addressType,
    atMostThree(
      (ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')),
      '<unset>',
    ),
    atMostThree(
      (endpoints ?? []).flatMap(({ addresses }) => addresses),
      '<unset>',
    ),
    ageOf(metadata, now),
  ],
};

export const ingressPrinter: Printer<Ingress> = {
  columns: columns('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.ingressClassName ?? '<none>',
    ingressHosts((spec?.rules ?? []).map(({ host }) => host ?? '')),
    balancerAddresses(status?.loadBalancer?.ingress),
    spec?.tls?.length ? '80, 443' : '80',
    ageOf(metadata, now),
  ],
};

export const ingressClassPrinter: Printer<IngressClass> = {
  columns: columns('Name', 'Controller', 'Parameters', 'Age'),
  cells: ({ metadata, spec }, now) => {
    const parameters = spec?.parameters;
    const kind = parameters?.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters?.kind;
    return [
      metadata.name,
      spec?.controller ?? '',
      parameters ? `${kind}/${parameters.name}` : '<none>',
      ageOf(metadata, now),
    ];
  },
};

export const networkPolicyPrinter: Printer<NetworkPolicy> = {
  columns: columns('Name', 'Pod-Selector', 'Age'),
  cells: ({ metadata, spec }, now) => [metadata.name, selectorCell(spec?.podSelector), ageOf(metadata, now)],
};

function externalAddress({ spec, status }: Service): string {
  const given = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return given.join(',') || '<none>';
    case 'LoadBalancer': {
      const balancer = balancerAddresses(status?.loadBalancer?.ingress);
      return [...(balancer ? [balancer] : []), ...given].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function balancerAddresses(ingress: { ip?: string; hostname?: string }[] | undefined): string {
  const addresses = (ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean);
  return [...new Set(addresses)].sort().join(',');
}

/** The count of those left out is of rules, not of hosts, as upstream prints it. */
function ingressHosts(hosts: string[]): string {
  const named: string[] = [];
  let more = false;
  for (const host of hosts) {
    if (named.length === 3) more = true;
    else if (host) named.push(host);
  }
  if (named.length === 0) return '*';
  return more ? `${named.join(',')} + ${hosts.length - 3} more...` : named.join(',');
}

function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
