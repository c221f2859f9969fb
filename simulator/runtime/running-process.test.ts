import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock';
import { MountTable } from '../files/mount-table';
import { nativeExecutable, VolumeTree } from '../files/volume-tree';
import type { NetworkNamespace } from '../network/namespace';
import type { Program, SignalName, System } from './process';
import { ProcessTable } from './process-table';

function machine(programs: Record<string, Program> = {}, limits: System['limits'] = {}) {
  const clock = new VirtualClock();
  const tree = new VolumeTree({ now: () => clock.now() });
  for (const name of Object.keys(programs))
    tree.write(`/bin/${name}`, nativeExecutable(name), { mode: 0o755 });
  const table = new ProcessTable();
  const killed: number[] = [];
  const system: System = {
    clock,
    hostname: 'test',
    mounts: new MountTable(tree.root),
    network: {} as NetworkNamespace,
    processes: table,
    program: (name) => programs[name],
    limits,
    sandbox: {},
    processor: { usedMs: 0, periods: 0, throttled: 0, throttledMs: 0 },
    machine: {
      kernelRelease: '6',
      kernelVersion: '1',
      architecture: 'x86_64',
      cpus: 2,
      memoryBytes: 1 << 30,
      bootedAtMs: 0,
    },
    onOutOfMemory: (victim) => killed.push(victim.pid),
  };
  const start = (program: Program) =>
    table.start({
      system,
      program,
      argv: ['main'],
      env: new Map(),
      cwd: '/',
      credentials: { uid: 0, gid: 0, groups: [] },
      fds: new Map(),
    });
  return { clock, table, system, start, killed, tree };
}

const forever: Program = (process) => process.sleep(1e12).then(() => 0);

describe('a process and signals', () => {
  const cases: [string, SignalName, boolean, number | undefined][] = [
    ['the first process does not hear SIGTERM that it does not handle', 'TERM', true, undefined],
    ['nor SIGKILL from its own namespace', 'KILL', false, undefined],
    ['but SIGKILL from outside', 'KILL', true, 137],
  ];
  it.each(cases)('%s', async (_name, signal, outside, code) => {
    const { start, clock } = machine();
    const main = start(forever);
    await clock.advance(1);
    main.signal(signal, outside);
    expect(main.status?.code).toBe(code);
  });

  it.each([
    ['TERM', 143],
    ['INT', 130],
    ['SEGV', 139],
    ['CHLD', undefined],
    ['WINCH', undefined],
  ] as const)('another process ends by SIG%s with %s', async (signal, code) => {
    const { start, clock } = machine();
    const main = start(async (process) => {
      const child = process.spawn({ argv: ['child'], program: forever });
      child.signal(signal);
      return (await process.wait(child)).code;
    });
    await clock.advance(1);
    expect(main.status?.code).toBe(code);
  });

  it('a handled signal interrupts a wait, and the program may go on', async () => {
    const { start, clock } = machine();
    const heard: string[] = [];
    const main = start(async (process) => {
      process.setAction('TERM', (signal) => heard.push(signal));
      await process.sleep(1e9).catch((error: Error) => heard.push(error.name));
      return 3;
    });
    await clock.advance(1);
    main.signal('TERM', true);
    expect((await main.exited).code).toBe(3);
    expect(heard).toEqual(['TERM', 'Interrupted']);
  });

  it('SIGSTOP holds it until SIGCONT', async () => {
    const { start, clock, table } = machine();
    let passes = 0;
    start(async (process) => {
      const child = process.spawn({
        argv: ['loop'],
        program: async (self) => {
          for (;;) {
            passes++;
            await self.sleep(100);
          }
        },
      });
      await process.wait(child);
      return 0;
    });
    await clock.advance(250);
    table.get(2)?.signal('STOP');
    const before = passes;
    await clock.advance(1_000);
    expect(passes).toBe(before);
    expect(table.get(2)?.state).toBe('stopped');
    table.get(2)?.signal('CONT');
    await clock.advance(1_000);
    expect(passes).toBeGreaterThan(before);
  });
});

describe('a pid namespace', () => {
  it('gives orphans to its first process, and forgets them when they end', async () => {
    const { start, clock, table } = machine();
    start(async (process) => {
      const child = process.spawn({
        argv: ['parent'],
        program: (self) => {
          self.spawn({ argv: ['orphan'], program: (orphan) => orphan.sleep(1_000).then(() => 0) });
          return 0;
        },
      });
      await process.wait(child);
      return forever(process);
    });
    await clock.advance(10);
    expect(table.list().map(({ pid, ppid }) => [pid, ppid])).toEqual([
      [1, 0],
      [3, 1],
    ]);
    await clock.advance(2_000);
    expect(table.list().map(({ pid }) => pid)).toEqual([1]);
  });

  it('keeps a zombie until its parent asks', async () => {
    const { start, clock, table } = machine();
    start(async (process) => {
      const child = process.spawn({ argv: ['quick'], program: () => 0 });
      await process.sleep(1_000);
      await process.wait(child);
      return forever(process);
    });
    await clock.advance(10);
    expect(table.get(2)?.state).toBe('zombie');
    await clock.advance(2_000);
    expect(table.get(2)).toBeUndefined();
  });

  it('dies with its first process', async () => {
    const { start, clock, table } = machine();
    const main = start(async (process) => {
      process.spawn({ argv: ['child'], program: forever });
      await process.sleep(10);
      return 0;
    });
    await clock.advance(5);
    const child = table.get(2);
    await clock.advance(100);
    expect(main.status?.code).toBe(0);
    expect(child?.status?.code).toBe(137);
  });

  it('stops a fork bomb at the limit of processes', async () => {
    const { start, clock, table } = machine({}, { pids: 20 });
    const refused: string[] = [];
    start(async (process) => {
      for (let i = 0; i < 30; i++) {
        try {
          process.spawn({ argv: ['fork'], program: forever });
        } catch (error) {
          refused.push((error as { code: string }).code);
        }
      }
      return forever(process);
    });
    await clock.advance(10);
    expect(table.list()).toHaveLength(20);
    expect(new Set(refused)).toEqual(new Set(['EAGAIN']));
  });
});

describe('what a container may use', () => {
  it('memory over its limit ends the largest process with 137', async () => {
    const { start, clock, killed } = machine({}, { memoryBytes: 64 << 20 });
    const main = start(async (process) => {
      const child = process.spawn({
        argv: ['hungry'],
        program: async (self) => {
          for (let bytes = 0; ; bytes += 1 << 20) {
            self.setMemory(bytes);
            await self.sleep(1);
          }
        },
      });
      return (await process.wait(child)).code;
    });
    await clock.advance(1_000);
    expect(main.status?.code).toBe(137);
    expect(killed).toEqual([2]);
  });

  it('a busy loop leaves the event loop to others, and ends when it is killed', async () => {
    const { start } = machine();
    const main = start(async (process) => {
      for (;;) await process.checkpoint();
    });
    for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
    main.signal('KILL', true);
    expect((await main.exited).code).toBe(137);
  });

  it('two programs that feed each other leave the event loop to others', async () => {
    const { start } = machine();
    const main = start(async (process) => {
      const { reader, writer } = process.pipe();
      process.spawn({
        argv: ['yes'],
        fds: new Map([[1, writer]]),
        program: async (self) => {
          for (;;) await self.write(1, 'y\n'.repeat(4_096));
        },
      });
      process.spawn({
        argv: ['cat'],
        fds: new Map([[0, reader]]),
        program: async (self) => {
          for (;;) await self.read(0);
        },
      });
      return forever(process);
    });
    for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
    main.signal('KILL', true);
    expect((await main.exited).code).toBe(137);
  });
});

describe('executing files', () => {
  it('runs the program that a file names, through scripts with an interpreter', async () => {
    const seen: string[][] = [];
    const programs: Record<string, Program> = {
      show: (process) => {
        seen.push(process.argv);
        return 0;
      },
    };
    const { start, tree } = machine(programs);
    tree.write('/script', '#!/bin/show -x\nrest', { mode: 0o755 });
    tree.write('/text', 'no program', { mode: 0o755 });
    tree.write('/locked', '#!/bin/show\n', { mode: 0o644 });
    const failures: string[] = [];
    const main = start(async (process) => {
      await process.wait(process.spawn({ argv: ['show', 'a'], path: '/bin/show' }));
      await process.wait(process.spawn({ argv: ['./script', 'b'], path: '/script' }));
      for (const path of ['/text', '/locked', '/none']) {
        try {
          process.spawn({ argv: [path], path });
        } catch (error) {
          failures.push((error as { code: string }).code);
        }
      }
      return 0;
    });
    await main.exited;
    expect(seen).toEqual([
      ['show', 'a'],
      ['/bin/show', '-x', '/script', 'b'],
    ]);
    expect(failures).toEqual(['ENOEXEC', 'EACCES', 'ENOENT']);
  });
});
