import { nativeExecutable } from '../../files/volume-tree';
import type { Process, Program } from '../../runtime/process';
import { buildAlpine } from '../base/alpine-root';
import { defaultPath, type Image } from '../image';
import { chargeProcessor } from './processor-use';

const sizes: Record<string, number> = { '': 1, B: 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };
const seconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, y: 31_557_600 };

interface Hogs {
  cpu: number;
  io: number;
  vm: number;
  hdd: number;
  vmBytes: number;
  /** Seconds for which memory is held before it is taken anew; 0: for ever. */
  vmHang: number | undefined;
  timeout: number;
  quiet: boolean;
  dryRun: boolean;
}

const names: Record<string, string> = {
  c: 'cpu',
  i: 'io',
  m: 'vm',
  d: 'hdd',
  t: 'timeout',
  q: 'quiet',
  v: 'verbose',
  n: 'dry-run',
};

/** The options, or what is wrong with them. */
function parse(args: readonly string[]): Hogs | string {
  const hogs: Hogs = {
    cpu: 0,
    io: 0,
    vm: 0,
    hdd: 0,
    vmBytes: 256 << 20,
    vmHang: undefined,
    timeout: 0,
    quiet: false,
    dryRun: false,
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, long, given] = /^--([\w-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const name = long ?? names[/^-(\w)$/.exec(arg)?.[1] ?? ''];
    if (name === 'quiet') hogs.quiet = true;
    else if (name === 'dry-run') hogs.dryRun = true;
    else if (name !== 'verbose' && name !== 'vm-keep') {
      if (!/^(cpu|io|vm|hdd|timeout|backoff|(vm|hdd)-bytes|vm-hang|vm-stride)$/.test(name ?? ''))
        return `unrecognized option: ${arg}`;
      const value = given ?? args[++at];
      const [, digits, unit = ''] = /^(\d+)([A-Za-z]?)$/.exec(value ?? '') ?? [];
      if (digits === undefined) return `not a number: ${value ?? ''}`;
      const number = Number(digits);
      if (name === 'cpu' || name === 'io' || name === 'vm' || name === 'hdd') hogs[name] = number;
      else if (name === 'timeout') hogs.timeout = number * (seconds[unit] ?? 1);
      else if (name === 'vm-bytes') hogs.vmBytes = number * (sizes[unit.toUpperCase()] ?? 1);
      else if (name === 'vm-hang') hogs.vmHang = number;
    }
  }
  return hogs;
}

/** stress(1): processes that use processor time and memory. What it writes to the disk is not kept. */
const stress: Program = async (process) => {
  const hogs = parse(process.argv.slice(1));
  const say = (kind: string, text: string) =>
    process.write(kind === 'info' ? 1 : 2, `stress: ${kind}: [${process.pid}] ${text}\n`);
  if (typeof hogs === 'string') {
    await say('FAIL', hogs);
    return 1;
  }
  const { cpu, io, vm, hdd } = hogs;
  if (cpu + io + vm + hdd === 0) {
    await process.write(1, 'Usage: stress [OPTION [ARG]] ...\n');
    return 0;
  }
  if (!hogs.quiet) await say('info', `dispatching hogs: ${cpu} cpu, ${io} io, ${vm} vm, ${hdd} hdd`);
  const start = (program: Program, count: number) =>
    Array.from({ length: count }, () => process.spawn({ argv: process.argv, program }));
  const workers = hogs.dryRun
    ? []
    : [
        ...start((worker) => hog(worker, 1), cpu),
        ...start((worker) => hog(worker, 0.05), io + hdd),
        ...start((worker) => holdMemory(worker, hogs), vm),
      ];
  const startedAt = process.clock.now();
  if (hogs.timeout > 0 && !hogs.dryRun) {
    await process.sleep(hogs.timeout * 1_000);
    for (const worker of workers) worker.signal('TERM');
  }
  for (const worker of workers) await process.wait(worker);
  const took = Math.round((process.clock.now() - startedAt) / 1_000);
  if (!hogs.quiet) await say('info', `successful run completed in ${took}s`);
  return 0;
};

async function hog(worker: Process, cores: number): Promise<number> {
  await chargeProcessor(worker, cores);
  return 0;
}

/** Takes the memory; without --vm-hang it goes on writing to it, which keeps a core busy. */
async function holdMemory(worker: Process, { vmBytes, vmHang }: Hogs): Promise<number> {
  worker.setMemory(vmBytes);
  await chargeProcessor(worker, vmHang === undefined ? 1 : 0.05);
  return 0;
}

/** polinux/stress */
export function stressImage(applets: readonly string[]): Image {
  return {
    name: 'stress',
    repositories: ['polinux/stress'],
    hasTag: (tag) => /^(latest|1\.0\.4)$/.test(tag),
    sizeBytes: 4_041_495,
    config: () => ({
      entrypoint: [],
      cmd: ['stress'],
      env: { PATH: defaultPath },
      workingDir: '/',
      user: '',
    }),
    build: (root) => {
      buildAlpine(root, applets, '3.8.0');
      root.write('/usr/local/bin/stress', nativeExecutable('stress'), { mode: 0o755 });
    },
    programs: { stress },
  };
}
