import type { Service } from '../schema/types';
import { isIPv4 } from './name-resolution';
import type { DnsQuestion, DnsRecord, DnsReply, DnsType } from './namespace';
import type { EndpointAddress, ServiceTable } from './service-table';

/** CoreDNS' `ttl` of the kubernetes plugin in kubeadm's Corefile. */
const ttl = 30;
const dnsSchemaVersion = '1.1.0';
/** CoreDNS' upstream: so many aliases are followed, a longer chain (or a ring) fails. */
const mostAliases = 8;

export interface DnsZone {
  /** `cluster.local` */
  domain: string;
  services: ServiceTable;
  hasNamespace(name: string): boolean;
}

type Answer = Pick<DnsReply, 'code' | 'authoritative' | 'answers'>;
/** Records that a name has; undefined when the name does not exist. */
type Records = { type: DnsType; value: string }[] | undefined;

/**
 * What CoreDNS answers for the cluster's names (Kubernetes DNS-Based Service Discovery, schema 1.1.0). Names
 * outside of it get SERVFAIL: the simulated network has no servers to forward to.
 */
export function answerQuestion(question: DnsQuestion, zone: DnsZone, aliases = 0): Answer {
  const name = question.name.toLowerCase().replace(/\.$/, '');
  const reversed = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (reversed)
    return reply(question, name, reverseRecords(reversed.slice(1).reverse().join('.'), zone), zone);
  if (name === zone.domain) return reply(question, name, [], zone);
  if (!name.endsWith(`.${zone.domain}`)) return outside(name);
  const labels = name.slice(0, -zone.domain.length - 1).split('.');
  return reply(question, name, clusterRecords(labels, question.type, zone), zone, aliases);
}

/** Top-level domains of the Internet: names below any other do not exist anywhere. */
const publicDomain = /\.(com|org|net|edu|gov|mil|int|info|biz|dev|app|cloud|arpa|[a-z]{2})$/;

/** The name server in /etc/resolv.conf of kind's nodes: the gateway of their network. */
export const nodeResolver = '172.18.0.1';

/** What the nodes' own name server answers: it knows no name of the cluster, and has no servers to forward to. */
export function answerOutside(question: DnsQuestion): Answer {
  return outside(question.name.toLowerCase().replace(/\.$/, ''));
}

function outside(name: string): Answer {
  return { code: publicDomain.test(name) ? 'SERVFAIL' : 'NXDOMAIN', authoritative: false, answers: [] };
}

function reply(question: DnsQuestion, name: string, records: Records, zone: DnsZone, aliases = 0): Answer {
  if (!records) return { code: 'NXDOMAIN', authoritative: true, answers: [] };
  const wanted = records.filter(
    ({ type }) => type === question.type || type === 'CNAME' || question.type === 'ANY',
  );
  const answers = wanted.map(({ type, value }): DnsRecord => ({ name, type, ttl, value }));
  for (const alias of wanted.filter(({ type }) => type === 'CNAME')) {
    const target = alias.value.replace(/\.$/, '');
    if (!target.endsWith(`.${zone.domain}`) || question.type === 'CNAME') continue;
    if (aliases >= mostAliases) return { code: 'SERVFAIL', authoritative: false, answers: [] };
    const further = answerQuestion({ name: target, type: question.type }, zone, aliases + 1);
    if (further.code === 'SERVFAIL') return further;
    answers.push(...further.answers);
  }
  return { code: 'NOERROR', authoritative: true, answers };
}

/** `labels` are those before the cluster domain: `web.default.svc` → ['web', 'default', 'svc']. */
function clusterRecords(labels: string[], type: DnsType, zone: DnsZone): Records {
  const kind = labels.at(-1);
  const namespace = labels.at(-2);
  if (labels.length === 1 && kind === 'dns-version') return [{ type: 'TXT', value: `"${dnsSchemaVersion}"` }];
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  if (namespace === undefined) return [];
  if (!zone.hasNamespace(namespace)) return undefined;
  if (kind === 'pod') return podRecords(labels.slice(0, -2));
  const [service, ...prefix] = labels.slice(0, -2).reverse();
  if (service === undefined) return [];
  return serviceRecords({ name: service, namespace, prefix: prefix.reverse() }, type, zone);
}

/** `10-244-0-5.default.pod`: CoreDNS' `pods insecure` takes any address. */
function podRecords(labels: string[]): Records {
  if (labels.length === 0) return [];
  const address = (labels[0] ?? '').replaceAll('-', '.');
  return labels.length === 1 && isIPv4(address) ? [{ type: 'A', value: address }] : undefined;
}

/** A name of a Service, or below it. */
interface ServiceName {
  name: string;
  namespace: string;
  /** Labels before the Service's: `_http._tcp`, or an endpoint's. */
  prefix: string[];
}

function serviceRecords({ name, namespace, prefix }: ServiceName, type: DnsType, zone: DnsZone): Records {
  const service = zone.services.get(namespace, name);
  if (!service) return undefined;
  if (service.spec?.type === 'ExternalName')
    return prefix.length === 0
      ? [{ type: 'CNAME', value: `${(service.spec.externalName ?? '').replace(/\.$/, '')}.` }]
      : undefined;
  const full = `${name}.${namespace}.svc.${zone.domain}`;
  const srv = prefix.length === 2 && prefix.every((label) => label.startsWith('_'));
  if (srv) {
    const [port, protocol] = prefix.map((label) => label.slice(1));
    return srvRecords(service, full, (each) => each.name === port && each.protocol === protocol, zone);
  }
  // The Service's own name stands for all its ports: how StatefulSets find their peers (net.LookupSRV("", "", name)).
  if (type === 'SRV' && prefix.length === 0) return srvRecords(service, full, () => true, zone);
  if (!isHeadless(service))
    return prefix.length === 0 ? [{ type: 'A', value: service.spec?.clusterIP ?? '' }] : undefined;
  const endpoints = zone.services.readyAddresses(service);
  const chosen =
    prefix.length === 0
      ? endpoints
      : endpoints.filter((endpoint) => prefix.length === 1 && endpointName(endpoint) === prefix[0]);
  // A headless Service without ready endpoints does not exist for CoreDNS.
  if (chosen.length === 0) return undefined;
  return unique(chosen.map(({ address }) => address)).map((value) => ({ type: 'A', value }));
}

/** `_http._tcp.web.default.svc`: a record per port, and per endpoint of a headless Service. */
function srvRecords(
  service: Service,
  full: string,
  wanted: (port: { name: string; protocol: string }) => boolean,
  zone: DnsZone,
): Records {
  const targets = isHeadless(service)
    ? zone.services
        .readyAddresses(service)
        .flatMap((endpoint) =>
          endpoint.ports.filter(wanted).map(({ port }) => `${port} ${endpointName(endpoint)}.${full}.`),
        )
    : (service.spec?.ports ?? [])
        .filter(({ name = '', protocol = 'TCP' }) => wanted({ name, protocol: protocol.toLowerCase() }))
        .map(({ port }) => `${port} ${full}.`);
  if (targets.length === 0) return undefined;
  const weight = Math.max(1, Math.floor(100 / targets.length));
  return targets.map((target) => ({ type: 'SRV', value: `0 ${weight} ${target}` }));
}

function reverseRecords(address: string, zone: DnsZone): Records {
  for (const service of zone.services.all()) {
    const full = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone.domain}.`;
    if (service.spec?.clusterIPs?.includes(address) || service.spec?.clusterIP === address)
      return [{ type: 'PTR', value: full }];
    if (!isHeadless(service)) continue;
    const endpoint = zone.services.readyAddresses(service).find((candidate) => candidate.address === address);
    if (endpoint) return [{ type: 'PTR', value: `${endpointName(endpoint)}.${full}` }];
  }
  return undefined;
}

function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

/** An endpoint's label: its hostname, else its address with dashes. */
function endpointName({ hostname, address }: EndpointAddress): string {
  return hostname ?? address.replaceAll('.', '-');
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
