import type { System } from '../../runtime/process';
import { defaultPidsLimit } from '../../runtime/process-table';
import { DirectoryInode } from '../directory';
import type { Inode } from '../inode';
import { Volume } from '../volume';
import { fixedDirectory, type GeneratedDirectory, GeneratedFile } from './generated';

/** CFS bandwidth period of the kubelet, in microseconds. */
const cpuPeriod = 100_000;

/** Bytes that the processes of a container and its memory-backed volumes hold. */
function memoryInUse(system: System): number {
  let bytes = system.memoryVolumes?.() ?? 0;
  for (const process of system.processes.of(system)) bytes += process.memoryBytes;
  return bytes;
}

/** 1 to 10,000 for 2 to 262,144 shares, and 100 for 1,024 (opencontainers/cgroups ConvertCPUSharesToCgroupV2Value). */
function cpuWeight(shares: number): number {
  const log = Math.log2(shares);
  return Math.min(Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34)), 10_000);
}

/** Root of /sys/fs/cgroup in a container: its own cgroup (version 2), which it can only read. */
export function cgroupRoot(system: () => System, now: () => number): GeneratedDirectory {
  const volume = new Volume({ now, fstype: 'cgroup2', source: 'cgroup' });
  const text = (content: (system: System) => string) => (): Inode =>
    new GeneratedFile(volume, () => `${content(system())}\n`, { mode: 0o644, refusal: 'EROFS' });
  const pids = ({ processes }: System) =>
    processes.of(system()).filter((process) => process.status === undefined);
  let peak = 0;
  const current = (at: System) => {
    const bytes = memoryInUse(at);
    peak = Math.max(peak, bytes);
    return bytes;
  };
  return fixedDirectory(volume, {
    'cgroup.controllers': text(() => 'cpuset cpu io memory hugetlb pids rdma misc'),
    'cgroup.events': text((at) => `populated ${pids(at).length > 0 ? 1 : 0}\nfrozen 0`),
    'cgroup.procs': text((at) =>
      pids(at)
        .map(({ pid }) => pid)
        .join('\n'),
    ),
    'cgroup.type': text(() => 'domain'),
    'cpu.max': text(({ limits }) => {
      const quota = limits.cpuMillis;
      return `${quota === undefined ? 'max' : (quota * cpuPeriod) / 1000} ${cpuPeriod}`;
    }),
    'cpu.stat': text(({ processor }) => {
      const used = Math.round(processor.usedMs * 1000);
      const held = Math.round(processor.throttledMs * 1000);
      return `usage_usec ${used}\nuser_usec ${used}\nsystem_usec 0\nnice_usec 0\nnr_periods ${processor.periods}\nnr_throttled ${processor.throttled}\nthrottled_usec ${held}\nnr_bursts 0\nburst_usec 0`;
    }),
    'cpu.weight': text(({ limits }) => String(cpuWeight(limits.cpuShares ?? 2))),
    'cpuset.cpus.effective': text(({ machine }) => (machine.cpus === 1 ? '0' : `0-${machine.cpus - 1}`)),
    'memory.current': text((at) => String(current(at))),
    'memory.events': text(() => 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0'),
    'memory.high': text(() => 'max'),
    'memory.low': text(() => '0'),
    'memory.max': text(({ limits }) => String(limits.memoryBytes ?? 'max')),
    'memory.min': text(() => '0'),
    // The kubelet sets it unless singleProcessOOMKill is asked for.
    'memory.oom.group': text(() => '1'),
    'memory.peak': text((at) => String(Math.max(current(at), peak))),
    'memory.stat': text((at) => {
      const volumes = at.memoryVolumes?.() ?? 0;
      return `anon ${memoryInUse(at) - volumes}\nfile ${volumes}\nkernel 0\nshmem ${volumes}`;
    }),
    'memory.swap.current': text(() => '0'),
    'memory.swap.max': text(() => '0'),
    'pids.current': text((at) => String(pids(at).length)),
    'pids.max': text(({ limits }) => String(limits.pids ?? defaultPidsLimit)),
  });
}

/** Root of /sys: the folders that containers look for, without the devices of a machine. */
export function sysRoot(now: () => number): DirectoryInode {
  const volume = new Volume({ now, fstype: 'sysfs', source: 'sysfs' });
  const folder = () => new DirectoryInode(volume, 0o555, 0, 0);
  const root = folder();
  for (const name of ['block', 'bus', 'class', 'dev', 'devices', 'firmware', 'fs', 'kernel', 'module'])
    root.add(name, folder());
  const files = root.get('fs');
  if (files instanceof DirectoryInode) files.add('cgroup', folder());
  return root;
}
