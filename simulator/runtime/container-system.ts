import type { Clock } from '../clock/clock';
import type { MountTable } from '../files/mount-table';
import type { NetworkNamespace } from '../network/namespace';
import { capabilitiesOf } from './capabilities';
import type { ContainerConfig } from './container-runtime';
import type { Machine, Process, Program, System } from './process';
import type { ProcessTable } from './process-table';

export interface SystemParts {
  clock: Clock;
  config: ContainerConfig;
  hostname: string;
  mounts: MountTable;
  network: NetworkNamespace;
  processes: ProcessTable;
  machine: Machine;
  firstUser?: number | undefined;
  sandbox: object;
  hostNetwork: boolean;
  program: (name: string) => Program | undefined;
  onOutOfMemory: (victim: Process) => void;
}

/** The namespaces and limits of one container, as its processes see them. */
export function containerSystem(parts: SystemParts): System {
  const { config, mounts } = parts;
  const capabilities = capabilitiesOf(config);
  return {
    clock: parts.clock,
    hostname: parts.hostname,
    mounts,
    network: parts.network,
    processes: parts.processes,
    program: parts.program,
    limits: { ...config.limits },
    processor: { usedMs: 0, periods: 0, throttled: 0, throttledMs: 0 },
    ...(capabilities ? { capabilities } : {}),
    ...(config.seccomp ? { seccomp: true } : {}),
    ...(config.oomScoreAdj === undefined ? {} : { oomScoreAdj: config.oomScoreAdj }),
    sandbox: parts.sandbox,
    hostNetwork: parts.hostNetwork,
    ...(parts.firstUser === undefined ? {} : { firstUser: parts.firstUser }),
    noNewPrivileges: config.allowPrivilegeEscalation === false,
    machine: parts.machine,
    onOutOfMemory: parts.onOutOfMemory,
    memoryVolumes: () => {
      let bytes = 0;
      for (const volume of mounts.volumes()) if (volume.fstype === 'tmpfs') bytes += volume.usedBytes;
      return bytes;
    },
  };
}
