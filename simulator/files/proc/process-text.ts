import { type Process, signalNumbers } from '../../runtime/process';
import { capabilityMask } from './capability-mask';

const pageBytes = 4096;
/** USER_HZ: the unit of times in /proc/<pid>/stat. */
const ticksPerSecond = 100;
/** Address space beyond what is resident: the code of a small static binary and its stack. */
const mappedBytes = 3_891_200;

const stateNames = {
  running: ['R', 'running'],
  sleeping: ['S', 'sleeping'],
  stopped: ['T', 'stopped'],
  zombie: ['Z', 'zombie'],
  dead: ['X', 'dead'],
} as const;

/** /proc/<pid>/status. */
export function statusText(process: Process): string {
  const { system, uid, gid } = process;
  const [letter, state] = stateNames[process.state];
  const kib = (bytes: number) => `${String(Math.round(bytes / 1024)).padStart(8)} kB`;
  const held = uid === 0 ? system.capabilities : new Set<string>();
  const none = capabilityMask(new Set());
  const size = process.memoryBytes + mappedBytes;
  const cpus = system.machine.cpus;
  const fields: [string, string][] = [
    ['Name', process.name],
    ['Umask', process.umask.toString(8).padStart(4, '0')],
    ['State', `${letter} (${state})`],
    ['Tgid', String(process.pid)],
    ['Ngid', '0'],
    ['Pid', String(process.pid)],
    ['PPid', String(process.ppid)],
    ['TracerPid', '0'],
    ['Uid', Array(4).fill(uid).join('\t')],
    ['Gid', Array(4).fill(gid).join('\t')],
    ['FDSize', '64'],
    ['Groups', `${process.groups.join(' ')} `],
    ['NStgid', String(process.pid)],
    ['NSpid', String(process.pid)],
    ['NSpgid', String(process.group)],
    ['NSsid', String(process.session)],
    ['VmPeak', kib(size)],
    ['VmSize', kib(size)],
    ['VmHWM', kib(process.memoryBytes)],
    ['VmRSS', kib(process.memoryBytes)],
    ['RssAnon', kib(process.memoryBytes)],
    ['VmSwap', kib(0)],
    ['Threads', '1'],
    ['SigPnd', '0000000000000000'],
    ['ShdPnd', '0000000000000000'],
    ['SigBlk', '0000000000000000'],
    ['SigIgn', signalMask(process, (action) => action === 'ignore')],
    ['SigCgt', signalMask(process, (action) => typeof action === 'function')],
    ['CapInh', none],
    ['CapPrm', capabilityMask(held)],
    ['CapEff', capabilityMask(held)],
    ['CapBnd', capabilityMask(system.capabilities)],
    ['CapAmb', none],
    ['NoNewPrivs', system.noNewPrivileges ? '1' : '0'],
    ['Seccomp', system.seccomp ? '2' : '0'],
    ['Seccomp_filters', system.seccomp ? '1' : '0'],
    ['Cpus_allowed', (2 ** cpus - 1).toString(16)],
    ['Cpus_allowed_list', cpus === 1 ? '0' : `0-${cpus - 1}`],
    ['voluntary_ctxt_switches', '1'],
    ['nonvoluntary_ctxt_switches', '0'],
  ];
  // A zombie has no memory left to tell of.
  const shown = process.status ? fields.filter(([name]) => !/^(Vm|Rss)/.test(name)) : fields;
  return shown.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

/** /proc/<pid>/stat: 52 fields (proc_pid_stat(5)); those that are not simulated are 0. */
export function statText(process: Process): string {
  const { system } = process;
  const ticks = (ms: number) => Math.max(0, Math.floor((ms * ticksPerSecond) / 1000));
  const terminal = process.terminal;
  const fields: (number | string)[] = Array(52).fill(0);
  const put = (from: number, ...values: (number | string)[]) => {
    for (const [at, value] of values.entries()) fields[from - 1 + at] = value;
  };
  put(1, process.pid, `(${process.name})`, stateNames[process.state][0], process.ppid);
  put(5, process.group, process.session);
  put(7, terminal ? 136 * 256 + terminal.index : 0, terminal ? terminal.foreground : -1);
  put(14, ticks(process.cpuMs));
  put(18, 20, 0, 1);
  put(22, ticks(process.startedAtMs - system.machine.bootedAtMs));
  put(23, process.memoryBytes + mappedBytes, Math.ceil(process.memoryBytes / pageBytes));
  put(25, '18446744073709551615');
  put(38, 17);
  return `${fields.join(' ')}\n`;
}

export function statmText(process: Process): string {
  const resident = Math.ceil(process.memoryBytes / pageBytes);
  return `${resident + mappedBytes / pageBytes} ${resident} 0 0 0 ${resident} 0\n`;
}

/** /proc/<pid>/uid_map and gid_map (user_namespaces(7)). */
export function userMapText({ system: { firstUser } }: Process): string {
  const [outside, count] = firstUser === undefined ? [0, 4_294_967_295] : [firstUser, 65_536];
  return `${[0, outside, count].map((id) => String(id).padStart(10)).join(' ')}\n`;
}

/** /proc/<pid>/limits with containerd's values. */
export function limitsText(): string {
  const rows = [
    ['Max cpu time', 'unlimited', 'unlimited', 'seconds'],
    ['Max file size', 'unlimited', 'unlimited', 'bytes'],
    ['Max data size', 'unlimited', 'unlimited', 'bytes'],
    ['Max stack size', '8388608', 'unlimited', 'bytes'],
    ['Max core file size', 'unlimited', 'unlimited', 'bytes'],
    ['Max resident set', 'unlimited', 'unlimited', 'bytes'],
    ['Max processes', 'unlimited', 'unlimited', 'processes'],
    ['Max open files', '1048576', '1048576', 'files'],
    ['Max locked memory', '8388608', '8388608', 'bytes'],
    ['Max address space', 'unlimited', 'unlimited', 'bytes'],
    ['Max file locks', 'unlimited', 'unlimited', 'locks'],
    ['Max pending signals', '63432', '63432', 'signals'],
    ['Max msgqueue size', '819200', '819200', 'bytes'],
    ['Max nice priority', '0', '0', ''],
    ['Max realtime priority', '0', '0', ''],
    ['Max realtime timeout', 'unlimited', 'unlimited', 'us'],
  ];
  return [['Limit', 'Soft Limit', 'Hard Limit', 'Units'], ...rows]
    .map(
      ([name = '', soft = '', hard = '', unit = '']) =>
        `${name.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit.padEnd(10)}\n`,
    )
    .join('');
}

/** Bit n-1 for every signal n that the test holds for. */
function signalMask(process: Process, holds: (action: unknown) => boolean): string {
  let mask = 0n;
  for (const [name, number] of Object.entries(signalNumbers))
    if (holds(process.action(name as keyof typeof signalNumbers))) mask |= 1n << BigInt(number - 1);
  return mask.toString(16).padStart(16, '0');
}
