import type { Container, ObjectMeta, PodSpec } from '../../schema/types';

/** One reason why a Pod breaks a Pod Security Standard, in the words of k8s.io/pod-security-admission. */
export interface Violation {
  reason: string;
  /** What exactly; '' when the reason says it all. */
  detail: string;
}

type Check = (spec: PodSpec, metadata: ObjectMeta) => Violation | undefined;
type SecurityContext = NonNullable<Container['securityContext']>;

const DEFAULT_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
const RESTRICTED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const SELINUX_TYPES = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);
const SECCOMP_TYPES = ['RuntimeDefault', 'Localhost'];

const hostNamespaces: Check = ({ hostNetwork, hostPID, hostIPC }) => {
  const used = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, on]) => on);
  return used.length > 0
    ? { reason: 'host namespaces', detail: used.map(([name]) => `${name}=true`).join(', ') }
    : undefined;
};

const hostPaths: Check = ({ volumes = [] }) => {
  const names = volumes.filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return names.length > 0
    ? { reason: 'hostPath volumes', detail: `${plural('volume', names)} ${quoted(names)}` }
    : undefined;
};

const hostPorts: Check = (spec) => {
  const names: string[] = [];
  const ports = new Set<number>();
  for (const { name, ports: own = [] } of containersOf(spec)) {
    const used = own.filter(({ hostPort }) => hostPort);
    if (used.length > 0) names.push(name);
    for (const { hostPort } of used) ports.add(hostPort ?? 0);
  }
  if (names.length === 0) return undefined;
  const numbers = [...ports].sort((left, right) => left - right);
  const noun = numbers.length > 1 ? 'hostPorts' : 'hostPort';
  return {
    reason: 'hostPort',
    detail: `${plural('container', names)} ${quoted(names)} ${names.length > 1 ? 'use' : 'uses'} ${noun} ${numbers.join(', ')}`,
  };
};

const privileged: Check = (spec) =>
  containersWhere(
    spec,
    ({ privileged: on }) => on === true,
    'privileged',
    'must not set securityContext.privileged=true',
  );

const capabilitiesBaseline: Check = (spec) => {
  const { names, values } = collect(spec, ({ capabilities }) =>
    (capabilities?.add ?? []).filter((capability) => !DEFAULT_CAPABILITIES.has(capability)),
  );
  return names.length > 0
    ? {
        reason: 'non-default capabilities',
        detail: `${plural('container', names)} ${quoted(names)} must not include ${quoted(values)} in securityContext.capabilities.add`,
      }
    : undefined;
};

const procMount: Check = (spec) => {
  const { names, values } = collect(spec, (context) =>
    context.procMount && context.procMount !== 'Default' ? [context.procMount] : [],
  );
  return names.length > 0
    ? {
        reason: 'procMount',
        detail: `${plural('container', names)} ${quoted(names)} must not set securityContext.procMount to ${quoted(values)}`,
      }
    : undefined;
};

const seLinuxOptions: Check = (spec) => {
  const setters: string[] = [];
  const details = new Set<string>();
  const look = (options: SecurityContext['seLinuxOptions']): boolean => {
    if (!options) return false;
    const before = details.size;
    if (!SELINUX_TYPES.has(options.type ?? '')) details.add(`type "${options.type}"`);
    if (options.user) details.add('user may not be set');
    if (options.role) details.add('role may not be set');
    return details.size > before;
  };
  if (look(spec.securityContext?.seLinuxOptions)) setters.push('pod');
  const names = containersOf(spec)
    .filter(({ securityContext }) => look(securityContext?.seLinuxOptions))
    .map(({ name }) => name);
  if (names.length > 0) setters.push(`${plural('container', names)} ${quoted(names)}`);
  return setters.length > 0
    ? {
        reason: 'seLinuxOptions',
        detail: `${setters.join(' and ')} set forbidden securityContext.seLinuxOptions: ${[...details].join('; ')}`,
      }
    : undefined;
};

const seccompBaseline: Check = (spec) => {
  const setters: string[] = [];
  const values = new Set<string>();
  const bad = (profile: SecurityContext['seccompProfile']): boolean => {
    if (!profile || SECCOMP_TYPES.includes(profile.type)) return false;
    values.add(profile.type);
    return true;
  };
  if (bad(spec.securityContext?.seccompProfile)) setters.push('pod');
  const names = containersOf(spec)
    .filter(({ securityContext }) => bad(securityContext?.seccompProfile))
    .map(({ name }) => name);
  if (names.length > 0) setters.push(`${plural('container', names)} ${quoted(names)}`);
  return setters.length > 0
    ? {
        reason: 'seccompProfile',
        detail: `${setters.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted([...values])}`,
      }
    : undefined;
};

const sysctls: Check = ({ securityContext }) => {
  const names = (securityContext?.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => !SAFE_SYSCTLS.has(name));
  return names.length > 0 ? { reason: 'forbidden sysctls', detail: names.join(', ') } : undefined;
};

const hostProcess: Check = (spec) => {
  const setters: string[] = [];
  if (spec.securityContext?.windowsOptions?.hostProcess) setters.push('pod');
  const names = containersOf(spec)
    .filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess)
    .map(({ name }) => name);
  if (names.length > 0) setters.push(`${plural('container', names)} ${quoted(names)}`);
  return setters.length > 0
    ? {
        reason: 'hostProcess',
        detail: `${setters.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`,
      }
    : undefined;
};

const probeHosts: Check = (spec) => {
  const names: string[] = [];
  const hosts = new Set<string>();
  for (const container of containersOf(spec)) {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    const used = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host) => host && host !== '127.0.0.1' && host !== '::1');
    if (used.length > 0) names.push(container.name);
    for (const host of used) hosts.add(host ?? '');
  }
  return names.length > 0
    ? {
        reason: 'probe or lifecycle host',
        detail: `${plural('container', names)} ${quoted(names)} ${names.length > 1 ? 'use' : 'uses'} probe or lifecycle ${plural('host', [...hosts])} ${quoted([...hosts])}`,
      }
    : undefined;
};

const allowPrivilegeEscalation: Check = (spec) =>
  containersWhere(
    spec,
    ({ allowPrivilegeEscalation: allowed }) => allowed !== false,
    'allowPrivilegeEscalation != false',
    'must set securityContext.allowPrivilegeEscalation=false',
  );

const capabilitiesRestricted: Check = (spec) => {
  const keeping = containersOf(spec)
    .filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'))
    .map(({ name }) => name);
  const { names, values } = collect(spec, ({ capabilities }) =>
    (capabilities?.add ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE'),
  );
  const details: string[] = [];
  if (keeping.length > 0)
    details.push(
      `${plural('container', keeping)} ${quoted(keeping)} must set securityContext.capabilities.drop=["ALL"]`,
    );
  if (names.length > 0)
    details.push(
      `${plural('container', names)} ${quoted(names)} must not include ${quoted(values)} in securityContext.capabilities.add`,
    );
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const restrictedVolumes: Check = ({ volumes = [] }) => {
  const names: string[] = [];
  const types = new Set<string>();
  for (const { name, ...source } of volumes) {
    const type = Object.keys(source).find((key) => source[key as keyof typeof source]);
    if (!type || RESTRICTED_VOLUMES.has(type)) continue;
    names.push(name);
    types.add(type);
  }
  const list = [...types].sort();
  return names.length > 0
    ? {
        reason: 'restricted volume types',
        detail: `${plural('volume', names)} ${quoted(names)} ${names.length > 1 ? 'use' : 'uses'} restricted volume ${plural('type', list)} ${quoted(list)}`,
      }
    : undefined;
};

const runAsNonRoot: Check = (spec) => {
  const pod = spec.securityContext?.runAsNonRoot;
  const named = (wanted: boolean | undefined) =>
    containersOf(spec)
      .filter(({ securityContext }) => securityContext?.runAsNonRoot === wanted)
      .map(({ name }) => name);
  const explicit: string[] = [];
  if (pod === false) explicit.push('pod');
  const bad = named(false);
  if (bad.length > 0) explicit.push(`${plural('container', bad)} ${quoted(bad)}`);
  const details =
    explicit.length > 0 ? [`${explicit.join(' and ')} must not set securityContext.runAsNonRoot=false`] : [];
  const silent = pod === undefined ? named(undefined) : [];
  if (silent.length > 0 && details.length === 0)
    details.push(
      `pod or ${plural('container', silent)} ${quoted(silent)} must set securityContext.runAsNonRoot=true`,
    );
  return details.length > 0 ? { reason: 'runAsNonRoot != true', detail: details.join('; ') } : undefined;
};

const runAsUser: Check = (spec) => {
  const setters: string[] = [];
  if (spec.securityContext?.runAsUser === 0) setters.push('pod');
  const names = containersOf(spec)
    .filter(({ securityContext }) => securityContext?.runAsUser === 0)
    .map(({ name }) => name);
  if (names.length > 0) setters.push(`${plural('container', names)} ${quoted(names)}`);
  return setters.length > 0
    ? { reason: 'runAsUser=0', detail: `${setters.join(' and ')} must not set runAsUser=0` }
    : undefined;
};

const seccompRestricted: Check = (spec) => {
  const bad = seccompBaseline(spec, {});
  if (bad) return bad;
  if (spec.securityContext?.seccompProfile) return undefined;
  const silent = containersOf(spec)
    .filter(({ securityContext }) => !securityContext?.seccompProfile)
    .map(({ name }) => name);
  return silent.length > 0
    ? {
        reason: 'seccompProfile',
        detail: `pod or ${plural('container', silent)} ${quoted(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
    : undefined;
};

/** In upstream's order, which is that of their ids. */
const BASELINE: Check[] = [
  capabilitiesBaseline,
  hostNamespaces,
  hostPaths,
  hostPorts,
  probeHosts,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  hostProcess,
];
/** The restricted level does these instead of its own stricter form of three of the above. */
const RESTRICTED: Check[] = [
  ...BASELINE.filter((check) => ![capabilitiesBaseline, hostPaths, seccompBaseline].includes(check)),
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];

/** Everything about a Pod that its level forbids; [] for `privileged`. */
export function violations(level: string, spec: PodSpec, metadata: ObjectMeta): Violation[] {
  const checks = level === 'restricted' ? RESTRICTED : level === 'baseline' ? BASELINE : [];
  return checks.flatMap((check) => check(spec, metadata) ?? []);
}

function containersOf(spec: PodSpec): Container[] {
  const ephemeral = (spec.ephemeralContainers ?? []) as Container[];
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...ephemeral];
}

function containersWhere(
  spec: PodSpec,
  matches: (context: SecurityContext) => boolean,
  reason: string,
  rule: string,
): Violation | undefined {
  const names = containersOf(spec)
    .filter(({ securityContext }) => matches(securityContext ?? {}))
    .map(({ name }) => name);
  return names.length > 0
    ? { reason, detail: `${plural('container', names)} ${quoted(names)} ${rule}` }
    : undefined;
}

function collect(spec: PodSpec, forbiddenOf: (context: SecurityContext) => string[]) {
  const names: string[] = [];
  const values = new Set<string>();
  for (const { name, securityContext } of containersOf(spec)) {
    const found = forbiddenOf(securityContext ?? {});
    if (found.length > 0) names.push(name);
    for (const value of found) values.add(value);
  }
  return { names, values: [...values].sort() };
}

function plural(noun: string, items: readonly unknown[]): string {
  return items.length > 1 ? `${noun}s` : noun;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
