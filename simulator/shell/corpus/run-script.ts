import { RealClock } from '../../clock/real-clock';
import { encode } from '../../files/byte-string';
import { MountTable } from '../../files/mount-table';
import type { OpenFile } from '../../files/open-file';
import { makePipe } from '../../files/pipe';
import { procRoot } from '../../files/proc/proc-tree';
import { nativeExecutable, VolumeTree } from '../../files/volume-tree';
import type { NetworkNamespace } from '../../network/namespace';
import type { System } from '../../runtime/process';
import { ProcessTable } from '../../runtime/process-table';
import { bash } from '../sh';
import { applets, busybox } from '../utilities/index';

export interface Outcome {
  stdout: string;
  stderr: string;
  code: number;
}

/** A container with BusyBox and nothing else. */
export function makeSystem(limits: System['limits'] = {}): { system: System; tree: VolumeTree } {
  const clock = new RealClock();
  const tree = new VolumeTree({ now: () => clock.now() });
  tree.write('/bin/busybox', nativeExecutable('busybox'), { mode: 0o755 });
  tree.write('/bin/bash', nativeExecutable('bash'), { mode: 0o755 });
  for (const name of Object.keys(applets)) tree.link('/bin/busybox', `/bin/${name}`);
  for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const)
    tree.device(device, `/dev/${device}`);
  tree.symlink('/proc/self/fd', '/dev/fd');
  tree.mkdir('/proc');
  tree.mkdir('/tmp', { mode: 0o1777 });
  tree.write(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  );
  tree.write('/etc/group', 'root:x:0:\nnogroup:x:65534:\n');
  tree.mkdir('/root');
  const cgroup = { processor: { usedMs: 0, periods: 0, throttled: 0, throttledMs: 0 }, sandbox: {} };
  const mounts = new MountTable(tree.root);
  const now = () => clock.now();
  mounts.mount(
    '/proc',
    procRoot(() => system, {}, now),
    { readOnly: false, subPath: '' },
  );
  const processes = new ProcessTable();
  processes.onError = (error) => console.error(error);
  const system: System = {
    clock,
    hostname: 'vm',
    mounts,
    network: {} as NetworkNamespace,
    processes,
    program: (name) => ({ busybox, bash })[name],
    limits,
    ...cgroup,
    machine: {
      kernelRelease: '6.1.0',
      kernelVersion: '#1 SMP',
      architecture: 'x86_64',
      cpus: 2,
      memoryBytes: 8 << 30,
      bootedAtMs: clock.now() - 3_600_000,
    },
  };
  return { system, tree };
}

/** Runs a script file with sh in /tmp/script, standard input empty. */
export async function runScript(
  script: string,
  argv = ['sh', 'script.sh'],
  files: Record<string, string> = {},
): Promise<Outcome> {
  const { system, tree } = makeSystem();
  tree.mkdir('/tmp/script');
  tree.write('/tmp/script/script.sh', encode(script));
  for (const [path, text] of Object.entries(files)) tree.write(`/tmp/script/${path}`, text);
  const out = makePipe();
  const err = makePipe();
  const process = system.processes.start({
    system,
    argv: ['init'],
    program: async (init) => {
      const child = init.spawn({ path: `/bin/${argv[0]}`, argv });
      for (const fd of [...init.fds.keys()]) init.closeFd(fd);
      return (await init.wait(child)).code;
    },
    env: new Map([['PATH', '/bin']]),
    cwd: '/tmp/script',
    credentials: { uid: 0, gid: 0, groups: [0] },
    fds: new Map([
      [0, nullInput(tree)],
      [1, out.writer],
      [2, err.writer],
    ]),
  });
  out.writer.release();
  err.writer.release();
  const [stdout, stderr] = await Promise.all([drain(out.reader), drain(err.reader)]);
  const { code } = await process.exited;
  return { stdout, stderr, code };
}

function nullInput(tree: VolumeTree): OpenFile {
  const device = tree.lookup('/dev/null') as unknown as {
    open(owner: unknown, mode: unknown, path: string): OpenFile;
  };
  return device.open({}, { read: true, write: false, append: false }, '/dev/null');
}

async function drain(file: OpenFile): Promise<string> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const data = file.read(65_536);
    if (data?.length === 0) return Buffer.concat(parts).toString('latin1');
    if (data) parts.push(data);
    else {
      await new Promise<void>((resolve) => {
        const end = file.onReady('read', () => {
          end();
          resolve();
        });
      });
    }
  }
}
