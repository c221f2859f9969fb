import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makePipe } from '../../files/pipe';
import { makeSystem } from './run-script';

const scripts: [script: string, ash: boolean, bash: boolean][] = [
  ['sleep 9', true, true],
  ['echo hi >/dev/null; sleep 9', true, true],
  ['true && sleep 9', true, true],
  ['if true; then sleep 9; fi', true, false],
  ['for i in 1; do sleep 9; done', false, false],
  ['trap "" USR1; sleep 9', true, true],
  ['trap : USR1; sleep 9', false, false],
  ['{ sleep 9; }', true, false],
  ['(sleep 9)', true, false],
  ['sleep 9 > /dev/null', true, false],
  ['A=1 sleep 9', true, true],
  ['! sleep 9', false, false],
  ['true | sleep 9', false, false],
  ['f() { sleep 9; }; f', false, false],
  ['sleep 9\n', false, true],
  ['sleep 9 &\nwait', false, false],
];

/** Whether the process of `sh -c` becomes sleep, asked of a shell of this machine. */
async function real(shell: string[], script: string): Promise<boolean> {
  const child = spawn(shell[0] as string, [...shell.slice(1), '-c', script], {
    stdio: 'ignore',
    detached: true,
  });
  const { pid } = child;
  const isSleep = (each: string | number | undefined) =>
    readFileSync(`/proc/${each}/cmdline`, 'latin1').startsWith('sleep\0');
  try {
    for (;;) {
      if (isSleep(pid)) return true;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
      if (children.some((each) => each !== '' && isSleep(each))) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }
}

async function ours(shell: string, script: string): Promise<boolean> {
  const { system } = makeSystem();
  const pipe = makePipe();
  const { pid } = system.processes.start({
    system,
    path: `/bin/${shell}`,
    argv: [shell, '-c', script],
    env: new Map([['PATH', '/bin']]),
    cwd: '/',
    credentials: { uid: 0, gid: 0, groups: [0] },
    fds: new Map([[1, pipe.writer]]),
  });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const sleeping = system.processes.list().find(({ argv }) => argv[0] === 'sleep');
    if (!sleeping) continue;
    system.processes.killAll(system);
    return sleeping.pid === pid;
  }
}

const available = (program: string, ...args: string[]) => {
  try {
    execFileSync(program, args);
    return true;
  } catch {
    return false;
  }
};

describe('the last command of -c takes the place of the shell', () => {
  describe.each(scripts)('%j', (script, ash, bash) => {
    it('in ash and in bash', async () => {
      expect([await ours('sh', script), await ours('bash', script)]).toEqual([ash, bash]);
    });

    it.skipIf(!available('busybox', 'true') || !available('bash', '--version'))(
      'as in the real ones',
      async () => {
        expect([await real(['busybox', 'sh'], script), await real(['bash'], script)]).toEqual([ash, bash]);
      },
    );
  });
});
