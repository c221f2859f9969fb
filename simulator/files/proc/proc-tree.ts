import { randomUUID } from 'node:crypto';
import type { System } from '../../runtime/process';
import type { Inode } from '../inode';
import { Volume } from '../volume';
import { fixedDirectory, GeneratedDirectory, GeneratedFile, GeneratedLink } from './generated';
import {
  fileSystemsText,
  loadText,
  memoryText,
  processorsText,
  statisticsText,
  uptimeText,
  versionText,
} from './machine-text';
import { processDirectory } from './process-files';

/**
 * Root of /proc as a container sees it (proc(5)). `system` is asked late: it holds the mounts that this becomes one of.
 * `sysctls` are the Pod's, over what every node has.
 */
export function procRoot(
  system: () => System,
  sysctls: Readonly<Record<string, string>>,
  now: () => number,
): GeneratedDirectory {
  const volume = new Volume({ now, fstype: 'proc', source: 'proc' });
  const text = (content: () => string) => () => new GeneratedFile(volume, content);
  const link = (target: string) => () => new GeneratedLink(volume, () => target);
  const fixed = fixedDirectory(volume, {
    cmdline: text(() => 'console=ttyS0\n'),
    cpuinfo: text(() => processorsText(system())),
    filesystems: text(() => fileSystemsText),
    loadavg: text(() => loadText(system())),
    meminfo: text(() => memoryText(system())),
    mounts: link('self/mounts'),
    net: link('self/net'),
    // Read from outside of any process, it leads nowhere.
    self: () => new GeneratedLink(volume, (owner) => String(owner.process?.pid ?? '')),
    stat: text(() => statisticsText(system())),
    sys: () => settings(volume, system, sysctls),
    uptime: text(() => uptimeText(system())),
    version: text(() => versionText(system())),
  });
  return new GeneratedDirectory(volume, {
    names: () => [
      ...system()
        .processes.list()
        .map(({ pid }) => String(pid)),
      ...fixed.names(),
    ],
    get: (name) => {
      if (!/^\d+$/.test(name)) return fixed.get(name);
      const process = system().processes.get(Number(name));
      return process && processDirectory(volume, process);
    },
  });
}

/** /proc/sys, mounted read-only in containers: a tree of the names between the dots. */
function settings(
  volume: Volume,
  system: () => System,
  sysctls: Readonly<Record<string, string>>,
): GeneratedDirectory {
  const bootId = randomUUID();
  const values: Record<string, () => string> = {
    'fs.file-max': () => '9223372036854775807',
    'kernel.hostname': () => system().hostname,
    'kernel.osrelease': () => system().machine.kernelRelease,
    'kernel.ostype': () => 'Linux',
    'kernel.pid_max': () => '32768',
    'kernel.random.boot_id': () => bootId,
    'kernel.random.uuid': () => randomUUID(),
    'kernel.shm_rmid_forced': () => '0',
    'kernel.version': () => system().machine.kernelVersion,
    'net.core.somaxconn': () => '4096',
    'net.ipv4.ip_forward': () => '1',
    'net.ipv4.ip_local_port_range': () => '32768\t60999',
    'net.ipv4.ip_unprivileged_port_start': () => '0',
    'net.ipv4.ping_group_range': () => '0\t2147483647',
    'net.ipv4.tcp_keepalive_time': () => '7200',
    'net.ipv4.tcp_syncookies': () => '1',
    'vm.overcommit_memory': () => '1',
    'vm.swappiness': () => '60',
  };
  for (const [name, value] of Object.entries(sysctls)) values[name.replaceAll('/', '.')] = () => value;
  const folder = (prefix: string): GeneratedDirectory => {
    const entries: Record<string, () => Inode> = {};
    for (const [name, value] of Object.entries(values)) {
      if (!name.startsWith(prefix)) continue;
      const [head = '', ...more] = name.slice(prefix.length).split('.');
      entries[head] =
        more.length > 0
          ? () => folder(`${prefix}${head}.`)
          : () => new GeneratedFile(volume, () => `${value()}\n`, { mode: 0o644, refusal: 'EROFS' });
    }
    return fixedDirectory(volume, entries);
  };
  return folder('');
}
