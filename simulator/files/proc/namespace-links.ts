import type { Process } from '../../runtime/process';

/** Numbers of the namespaces that are the node's own (proc_ns.h). */
const initial = { time: 4_026_531_834, user: 4_026_531_837, uts: 4_026_531_838 };
let nextNumber = 4_026_532_200;
const numbers = new WeakMap<object, Map<string, number>>();

/** /proc/<pid>/ns (namespaces(7)): two processes are in the same namespace when the numbers are the same. */
export function namespaceLinks({ system }: Process): [name: string, shown: string][] {
  const { sandbox, hostNetwork, firstUser } = system;
  const all = {
    cgroup: numberOf(system.limits, 'cgroup'),
    ipc: numberOf(sandbox, 'ipc'),
    mnt: numberOf(system.mounts, 'mnt'),
    net: numberOf(system.network, 'net'),
    pid: numberOf(system.processes, 'pid'),
    pid_for_children: numberOf(system.processes, 'pid'),
    time: initial.time,
    time_for_children: initial.time,
    user: firstUser === undefined ? initial.user : numberOf(sandbox, 'user'),
    uts: hostNetwork ? initial.uts : numberOf(sandbox, 'uts'),
  };
  return Object.entries(all).map(([name, number]) => [
    name,
    `${name.replace('_for_children', '')}:[${number}]`,
  ]);
}

function numberOf(what: object, kind: string): number {
  const known = numbers.get(what) ?? new Map<string, number>();
  numbers.set(what, known);
  const number = known.get(kind) ?? nextNumber++;
  known.set(kind, number);
  return number;
}
