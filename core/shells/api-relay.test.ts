import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log';
import { chooseRelay } from './api-relay';
import { detectIsolation } from './detect-isolation';
import { writeShellFiles } from './shell-files';
import { ShellSession } from './shell-session';
import { ProcessRecords } from './terminal-processes';
import { look } from './viewer-for-tests';

const programs = ['/usr/bin/socat', '/usr/bin/perl', '/usr/bin/python3', '/usr/bin/node'];
const { isolation, ownUsers } = await detectIsolation('auto');
const canSandbox = isolation.kind === 'bubblewrap';
const large = 'x'.repeat(3_000_000);
let root: string;
let api: Server;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'podlab-relay-'));
  api = createServer((request, response) => response.end(request.url === '/large' ? large : 'hello'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  api.close();
  await rm(root, { recursive: true, force: true });
});

describe('the way from a sandbox to its API server', () => {
  it('is the cheapest that the host has', () => {
    expect(chooseRelay((path) => path.endsWith('perl') || path.endsWith('node'))?.command).toMatch(/^perl /);
    expect(chooseRelay(() => false)).toBeUndefined();
  });

  for (const program of programs)
    it.runIf(canSandbox && existsSync(program))(`works by ${program}, many at once too`, async () => {
      const relay = chooseRelay((path) => path === program);
      const folder = join(root, program.replaceAll('/', '-'));
      const workingFolder = join(folder, 'lab');
      await mkdir(workingFolder, { recursive: true });
      const { share, etc } = await writeShellFiles(folder, relay, ownUsers);
      const run = await mkdtemp(join(tmpdir(), 'podlab-relay-run-'));
      const session = new ShellSession(
        {
          sessionId: 'lab',
          workingFolder,
          kubeconfig: () => '',
          endpoint: { host: '127.0.0.1', port: (api.address() as AddressInfo).port },
          labTitle: '',
          namespace: 'default',
        },
        {
          relay: relay?.command,
          ownUsers,
          share,
          etc,
          hidden: [],
          run,
          kubectl: undefined,
          programs: join(folder, 'bin'),
          bash: '/bin/bash',
          records: new ProcessRecords(join(folder, 'processes')),
          log: createLog(() => {}),
        },
      );
      try {
        await session.open();
        const viewer = await look(await session.start('relay'));
        await viewer.run(
          'get() { exec 3<>/dev/tcp/127.0.0.1/6443; printf "GET $1 HTTP/1.0\\r\\n\\r\\n" >&3; sed "1,/^\\r/d" <&3; }',
        );
        await viewer.run('until (: < /dev/tcp/127.0.0.1/6443) 2>/dev/null; do sleep 0.1; done');
        expect(await viewer.run('get /')).toBe('hello');
        expect(await viewer.run('get /large | wc -c')).toBe('3000000');
        expect(await viewer.run('(for i in {1..20}; do get / & done; wait) | grep -o hello | wc -l')).toBe(
          '20',
        );
      } finally {
        await session.close('done');
        await rm(run, { recursive: true, force: true });
      }
    });
});
