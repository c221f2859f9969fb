import {
  type Check,
  collect,
  containers,
  containersOf,
  containersWhere,
  plural,
  quoted,
  settersWhere,
} from './pod-security-parts';

const DEFAULT_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
/** Harmless kernel settings, by the minor version that first said so. */
const SAFE_SYSCTLS: readonly [number, readonly string[]][] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.ip_unprivileged_port_start',
      'net.ipv4.ping_group_range',
      'net.ipv4.tcp_syncookies',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
      'net.ipv4.tcp_keepalive_time',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const PROFILE_TYPES = ['RuntimeDefault', 'Localhost'];
const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const appArmorProfile: Check = (spec, { annotations = {} }) => {
  const values = new Set<string>();
  const setters = settersWhere(spec, ({ appArmorProfile: profile }) => {
    const bad = profile !== undefined && !PROFILE_TYPES.includes(profile.type);
    if (bad) values.add(profile.type);
    return bad;
  });
  const notes = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR_ANNOTATION) && !isHarmlessProfile(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const all = [...[...values].sort(), ...notes];
  if (all.length === 0) return undefined;
  const who = [...(setters ? [setters] : []), ...(notes.length > 0 ? [plural('annotation', notes)] : [])];
  return {
    reason: plural('forbidden AppArmor profile', all),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  };
};

const isHarmlessProfile = (value: string) =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

export const hostNamespaces: Check = ({ hostNetwork, hostPID, hostIPC }) => {
  const used = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, on]) => on);
  return used.length > 0
    ? { reason: 'host namespaces', detail: used.map(([name]) => `${name}=true`).join(', ') }
    : undefined;
};

export const hostPaths: Check = ({ volumes = [] }) => {
  const names = volumes.filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return names.length > 0
    ? { reason: 'hostPath volumes', detail: `${plural('volume', names)} ${quoted(names)}` }
    : undefined;
};

export const hostPorts: Check = (spec) => {
  const names: string[] = [];
  const ports = new Set<string>();
  for (const { name, ports: own = [] } of containersOf(spec)) {
    const used = own.filter(({ hostPort }) => hostPort);
    if (used.length > 0) names.push(name);
    for (const { hostPort } of used) ports.add(String(hostPort));
  }
  if (names.length === 0) return undefined;
  const numbers = [...ports].sort();
  return {
    reason: 'hostPort',
    detail: `${containers(names)} ${names.length > 1 ? 'use' : 'uses'} ${plural('hostPort', numbers)} ${numbers.join(', ')}`,
  };
};

export const privileged: Check = (spec) =>
  containersWhere(
    spec,
    ({ privileged: on }) => on === true,
    'privileged',
    'must not set securityContext.privileged=true',
  );

export const capabilities: Check = (spec) => {
  const { names, values } = collect(spec, ({ capabilities: own }) =>
    (own?.add ?? []).filter((capability) => !DEFAULT_CAPABILITIES.has(capability)),
  );
  return names.length > 0
    ? {
        reason: 'non-default capabilities',
        detail: `${containers(names)} must not include ${quoted(values)} in securityContext.capabilities.add`,
      }
    : undefined;
};

export const procMount: Check = (spec) => {
  const { names, values } = collect(spec, (context) =>
    context.procMount && context.procMount !== 'Default' ? [context.procMount] : [],
  );
  return names.length > 0
    ? {
        reason: 'procMount',
        detail: `${containers(names)} must not set securityContext.procMount to ${quoted(values)}`,
      }
    : undefined;
};

/** `container_engine_t` is fine since 1.31. */
export const seLinuxOptions =
  (engine: boolean): Check =>
  (spec) => {
    const types = new Set<string>();
    const rules = new Set<string>();
    const setters = settersWhere(spec, ({ seLinuxOptions: { type = '', user, role } = {} }) => {
      const strange = !SELINUX_TYPES.includes(type) && !(engine && type === 'container_engine_t');
      if (strange) types.add(type);
      if (user) rules.add('user may not be set');
      if (role) rules.add('role may not be set');
      return strange || Boolean(user || role);
    });
    if (!setters) return undefined;
    const list = [...types].sort();
    const told = [
      ...(list.length > 0 ? [`${plural('type', list)} ${quoted(list)}`] : []),
      ...[...rules].sort().reverse(),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters} set forbidden securityContext.seLinuxOptions: ${told.join('; ')}`,
    };
  };

export const seccompProfile: Check = (spec) => {
  const values = new Set<string>();
  const setters = settersWhere(spec, ({ seccompProfile: profile }) => {
    const bad = profile !== undefined && !PROFILE_TYPES.includes(profile.type);
    if (bad) values.add(profile.type);
    return bad;
  });
  return setters
    ? {
        reason: 'seccompProfile',
        detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted([...values].sort())}`,
      }
    : undefined;
};

export const sysctls =
  (minor: number): Check =>
  ({ securityContext }) => {
    const safe = new Set(SAFE_SYSCTLS.flatMap(([since, names]) => (since <= minor ? names : [])));
    const names = (securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
    return names.length > 0 ? { reason: 'forbidden sysctls', detail: names.join(', ') } : undefined;
  };

export const hostProcess: Check = (spec) => {
  const setters = settersWhere(spec, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  return setters
    ? {
        reason: 'hostProcess',
        detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
      }
    : undefined;
};

export const probeHosts: Check = (spec) => {
  const names = new Set<string>();
  const hosts = new Set<string>();
  for (const { name, livenessProbe, readinessProbe, startupProbe, lifecycle } of containersOf(spec)) {
    const used = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host): host is string => host !== undefined && host !== '');
    if (used.length > 0) names.add(name);
    for (const host of used) hosts.add(host);
  }
  const list = [...hosts].sort();
  return names.size > 0
    ? {
        reason: 'probe or lifecycle host',
        detail: `${containers([...names].sort())} ${names.size > 1 ? 'use' : 'uses'} probe or lifecycle ${plural('host', list)} ${quoted(list)}`,
      }
    : undefined;
};
