import type { ContainerConfig } from './container-runtime';

/** What containerd gives a container's superuser unless told otherwise (oci.defaultUnixCaps). */
const defaults = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];

/** The container's capabilities without their CAP_ prefix; undefined: all of them (privileged, or `add: [ALL]`). */
export function capabilitiesOf(
  config: Pick<ContainerConfig, 'privileged' | 'capabilities'>,
): ReadonlySet<string> | undefined {
  const add = config.capabilities.add.map(plain);
  const drop = config.capabilities.drop.map(plain);
  if (config.privileged || (add.includes('ALL') && drop.length === 0)) return undefined;
  const kept = drop.includes('ALL') ? [] : defaults.filter((capability) => !drop.includes(capability));
  return new Set([...kept, ...add]);
}

function plain(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, '');
}
