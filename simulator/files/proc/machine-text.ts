import type { System } from '../../runtime/process';

/** Share of the machine's memory that is free, and that is cache: the node has little else to do. */
const freeShare = 0.62;
const cacheShare = 0.2;

/** /proc/meminfo: of the machine, not of the container (that is /sys/fs/cgroup). */
export function memoryText({ machine }: System): string {
  const kib = (bytes: number) => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
  const total = machine.memoryBytes;
  const rows: [string, number][] = [
    ['MemTotal', total],
    ['MemFree', total * freeShare],
    ['MemAvailable', total * (freeShare + cacheShare)],
    ['Buffers', 0],
    ['Cached', total * cacheShare],
    ['SwapCached', 0],
    ['Active', total * 0.1],
    ['Inactive', total * 0.1],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['AnonPages', total * 0.1],
    ['Shmem', 0],
    ['HugePages_Total', -1],
    ['HugePages_Free', -1],
    ['Hugepagesize', 2 * 1024 * 1024],
  ];
  return rows
    .map(([name, bytes]) => `${`${name}:`.padEnd(16)}${bytes < 0 ? '       0' : kib(bytes)}\n`)
    .join('');
}

/** /proc/cpuinfo. */
export function processorsText({ machine }: System): string {
  const one = (index: number) =>
    [
      ['processor', String(index)],
      ['vendor_id', 'Simulated'],
      ['model name', 'Simulated CPU'],
      ['cpu MHz', '2400.000'],
      ['physical id', '0'],
      ['siblings', String(machine.cpus)],
      ['core id', String(index)],
      ['cpu cores', String(machine.cpus)],
      ['fpu', 'yes'],
      ['bogomips', '4800.00'],
    ]
      .map(([name = '', value]) => `${name}${name.length < 8 ? '\t\t' : '\t'}: ${value}\n`)
      .join('');
  return Array.from({ length: machine.cpus }, (_, index) => `${one(index)}\n`).join('');
}

export function loadText({ processes }: System): string {
  const all = processes.list();
  const running = all.filter(({ state }) => state === 'running').length;
  return `0.00 0.00 0.00 ${Math.max(1, running)}/${all.length} ${all.at(-1)?.pid ?? 0}\n`;
}

export function uptimeText({ clock, machine }: System): string {
  const seconds = Math.max(0, clock.now() - machine.bootedAtMs) / 1000;
  return `${seconds.toFixed(2)} ${(seconds * machine.cpus).toFixed(2)}\n`;
}

export function versionText({ machine }: System): string {
  return `Linux version ${machine.kernelRelease} ${machine.kernelVersion}\n`;
}

/** /proc/stat. */
export function statisticsText({ clock, machine, processes }: System): string {
  const idle = Math.max(0, Math.floor((clock.now() - machine.bootedAtMs) / 10));
  const cpu = (name: string, ticks: number) => `${name} 0 0 0 ${ticks} 0 0 0 0 0 0\n`;
  const each = Array.from({ length: machine.cpus }, (_, index) => cpu(`cpu${index}`, idle)).join('');
  const running = processes.list().filter(({ state }) => state === 'running').length;
  return `${cpu('cpu ', idle * machine.cpus)}${each}btime ${Math.floor(machine.bootedAtMs / 1000)}\nprocesses ${processes.list().length}\nprocs_running ${running}\nprocs_blocked 0\n`;
}

export const fileSystemsText = [
  'nodev\tsysfs',
  'nodev\ttmpfs',
  'nodev\tproc',
  'nodev\tcgroup2',
  'nodev\tdevtmpfs',
  'nodev\tmqueue',
  'nodev\tdevpts',
  '\text4',
  'nodev\toverlay',
]
  .map((line) => `${line}\n`)
  .join('');
