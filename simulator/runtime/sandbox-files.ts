import type { SandboxConfig } from './container-runtime';

const localNames = [
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost ip6-localhost ip6-loopback'],
  ['fe00::0', 'ip6-localnet'],
  ['fe00::0', 'ip6-mcastprefix'],
  ['fe00::1', 'ip6-allnodes'],
  ['fe00::2', 'ip6-allrouters'],
];

/** /etc/hosts as the kubelet writes it (kubelet_pods.go managedHostsFileContent). */
export function hostsFile(config: SandboxConfig, address: string): string {
  const title = config.hostNetwork
    ? '# Kubernetes-managed hosts file (host network).'
    : '# Kubernetes-managed hosts file.';
  const own = [address, ...(config.fqdn ? [config.fqdn] : []), config.hostname].join('\t');
  const lines = [title, ...localNames.map((pair) => pair.join('\t')), own];
  if (config.hostAliases.length > 0) {
    lines.push('', '# Entries added by HostAliases.');
    for (const { ip, hostnames } of config.hostAliases) lines.push([ip, ...hostnames].join('\t'));
  }
  return `${lines.join('\n')}\n`;
}

/** /etc/resolv.conf as containerd writes it. */
export function resolvConf({ nameservers, searches, options }: SandboxConfig['dns']): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
