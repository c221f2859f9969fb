import { spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../core/commands/run-command';
import { createLog } from '../core/log';
import { createWebServer, type WebServer } from './create-web-server';
import { createGuard } from './guard-requests';
import { createLocalUserCheck, userIn } from './local-users';

describe('the table of connections', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:D431 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1000        0 2
   2: 0500A8C0:D432 0100A8C0:0BB8 01 00000000:00000000 00:00000000 00000000  1001        0 3
   3: 0100007F:D433 0100007F:0BB8 06 00000000:00000000 00:00000000 00000000     0        0 0
   4: 00000000000000000000000001000000:D434 00000000000000000000000001000000:0BB8 01 00000000:00000000 00:00000000 00000000  1002        0 4
`;
  it.each([
    ['IPv4', 0xd431, 1000],
    ['IPv6', 0xd434, 1002],
    ['another address', 0xd432, undefined],
    ['a connection that is being closed', 0xd433, undefined],
    ['one that is not there', 0xd435, undefined],
  ])('tells whose the other end is: %s', (_, port, user) => {
    expect(userIn(table, port, 3000)).toBe(user);
  });
});

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const canBeOthers =
  process.getuid?.() === 0 && spawnSync('setpriv', [...nobody, 'curl', '--version']).status === 0;

describe.runIf(canBeOthers)('a server on loopback whose terminals are not shut in', () => {
  let web: WebServer;
  let origin: string;
  beforeAll(async () => {
    web = createWebServer({
      guard: createGuard({ host: '127.0.0.1', loopback: true, publicUrl: undefined }),
      log: createLog(() => {}),
      development: false,
      answering: Promise.resolve({
        admit: createLocalUserCheck(),
        gateway: { upgrade: () => false, explain: () => false, close: () => {} },
        health: async () => ({ status: 200, body: {} }),
        pages: async (_, response) => void response.end('a page'),
      }),
    });
    await new Promise<void>((resolve) => web.server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(web.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await web.close(0);
  });
  const curl = (...args: string[]) => ['curl', '-s', '-w', ' %{http_code}', ...args, origin];
  const upgrade = ['-H', 'Connection: Upgrade', '-H', 'Upgrade: websocket'];

  it('serves its own user', async () => {
    const [program = '', ...args] = curl();
    expect((await runCommand(program, args)).stdout).toBe('a page 200');
  });

  it.each([
    ['page', []],
    ['terminal', upgrade],
  ])('gives no other user of the machine a %s', async (_, options) => {
    const { stdout } = await runCommand('setpriv', [...nobody, ...curl(...options)]);
    expect(stdout).toMatch(/"code":"foreign-user".*number 65534.*bubblewrap.*403$/s);
  });
});
