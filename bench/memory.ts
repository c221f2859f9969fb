import { readdirSync, readFileSync } from 'node:fs';
import { PodlabServer } from '../e2e/podlab-server';
import { Guest, type Terminal } from './guest';
import { printRows, type Row } from './report';

// What an idle lab costs: its cluster, its shell with the sandbox, its terminal. All processes below the server count,
// by proportional set size, so that what they share counts once. Against an idle kind cluster.
const idleKindMiB = 525;

/** PSS of a process and all its descendants, in MiB. */
function treeMiB(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(parents.get(pid) ?? 0));
  let kib = 0;
  for (const pid of parents.keys()) {
    if (!belongs(pid)) continue;
    try {
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // As above.
    }
  }
  return kib / 1024;
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 8_000));
const server = await PodlabServer.start();
const terminals: Terminal[] = [];
try {
  await settle();
  const before = treeMiB(server.pid);
  console.log(`  the server with nobody there: ${before.toFixed(0)} MiB`);
  const rows: Row[] = [];
  for (const sessions of [1, 10, 50]) {
    while (terminals.length < sessions)
      terminals.push((await new Guest(server.url).openLab('first-pod')).terminal);
    await settle();
    const each = (treeMiB(server.pid) - before) / sessions;
    rows.push({
      what: `${sessions} idle session${sessions > 1 ? 's' : ''}, each`,
      ours: `${each.toFixed(1)} MiB`,
      alternative: 'an idle kind cluster (measured elsewhere)',
      theirs: `${idleKindMiB} MiB`,
      ratio: `${(each / idleKindMiB).toFixed(3)} ×`,
      goal: { text: '≤ 40 MiB', reached: each <= 40 },
    });
  }
  printRows('Memory of idle sessions', rows);
} finally {
  for (const terminal of terminals) terminal.close();
  await server.dispose();
}
process.exit(0);
