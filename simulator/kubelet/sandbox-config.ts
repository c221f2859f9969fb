import type { SandboxConfig } from '../runtime/container-runtime';
import type { Pod } from '../schema/types';

export interface ClusterDns {
  /** Address of the cluster's DNS Service: 10.96.0.10. */
  server: string;
  /** cluster.local */
  domain: string;
  /** What the node itself uses: dnsPolicy Default. */
  node: { nameservers: string[]; searches: string[] };
}

const MAX_NAMESERVERS = 3;
const MAX_HOSTNAME = 63;

/** The shared part of a Pod as the runtime is asked for it (kuberuntime generatePodSandboxConfig). */
export function sandboxConfig(pod: Pod, node: { name: string; ip: string }, dns: ClusterDns): SandboxConfig {
  const { name = '', namespace = '', uid = '', labels = {} } = pod.metadata;
  const spec = pod.spec ?? { containers: [] };
  const hostNetwork = spec.hostNetwork ?? false;
  const override = spec.hostnameOverride;
  const hostname = override ?? (hostNetwork ? node.name : hostnameOf(pod));
  // An override stands alone: it has no name in the DNS (kubelet GeneratePodHostNameAndDomain).
  const fqdn =
    spec.subdomain && !override ? `${hostname}.${spec.subdomain}.${namespace}.svc.${dns.domain}` : undefined;
  return {
    podName: name,
    podNamespace: namespace,
    podUid: uid,
    labels,
    hostname: spec.setHostnameAsFQDN && fqdn ? fqdn : hostname,
    hostAliases: (spec.hostAliases ?? []).map(({ ip, hostnames }) => ({ ip, hostnames: hostnames ?? [] })),
    ...(fqdn ? { fqdn } : {}),
    dns: dnsOf(pod, dns),
    hostNetwork,
    shareProcessNamespace: spec.shareProcessNamespace ?? false,
    nodeName: node.name,
    nodeIP: node.ip,
    ...(spec.hostUsers === false ? { ownUsers: true } : {}),
    sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map((each) => [each.name, each.value])),
  };
}

/** spec.hostname, else the Pod's name cut to what a host name may have (util.GetPodHostname truncation). */
function hostnameOf(pod: Pod): string {
  const own = pod.spec?.hostname;
  if (own) return own;
  return (pod.metadata.name ?? '').slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
}

/** resolv.conf by dnsPolicy, with dnsConfig appended (kubelet dns.Configurer GetPodDNS). */
function dnsOf(pod: Pod, dns: ClusterDns): SandboxConfig['dns'] {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec ?? {};
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const namespace = pod.metadata.namespace ?? '';
  const base =
    dnsPolicy === 'None'
      ? { nameservers: [], searches: [], options: [] }
      : cluster
        ? {
            nameservers: [dns.server],
            searches: [
              `${namespace}.svc.${dns.domain}`,
              `svc.${dns.domain}`,
              dns.domain,
              ...dns.node.searches,
            ],
            options: ['ndots:5'],
          }
        : { nameservers: dns.node.nameservers, searches: dns.node.searches, options: [] };
  const options = new Map(base.options.map((option) => [option.split(':')[0] ?? option, option]));
  for (const { name = '', value } of dnsConfig?.options ?? []) {
    options.set(name, value ? `${name}:${value}` : name);
  }
  return {
    nameservers: unique([...base.nameservers, ...(dnsConfig?.nameservers ?? [])]).slice(0, MAX_NAMESERVERS),
    searches: unique([...base.searches, ...(dnsConfig?.searches ?? [])]),
    options: [...options.values()],
  };
}

function unique(list: string[]): string[] {
  return [...new Set(list)];
}
