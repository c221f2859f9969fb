import { mkdir, readFile, readlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../core/log';
import { identify } from '../core/shells/process-identity';
import { holdDataFolder } from './hold-data-folder';
import { startServer, temporaryFolder } from './server-for-tests';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  endings.push(remove);
  return path;
}

async function refusal(env: Record<string, string>): Promise<string> {
  const ended = await startServer(env);
  if ('origin' in ended) {
    await ended.stop('SIGKILL');
    throw new Error('it started');
  }
  expect(ended.exitCode).toBe(1);
  return ended.stderr.split('\n').find((line) => line.startsWith('Podlab cannot start: ')) ?? ended.stderr;
}

/** What goes wrong at a start ends the process with one sentence, and what to do, before anything is touched. */
describe('the server does not start', () => {
  it('on a port that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    endings.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    expect(await refusal({ PODLAB_PORT: String(port), PODLAB_DATA: await folder() })).toBe(
      `Podlab cannot start: Port ${port} of 127.0.0.1 is in use by another program. Stop that, or choose another port: PODLAB_PORT=${port + 1} npm start`,
    );
  });

  it.runIf(process.platform === 'linux')('on a data folder that another server uses', async () => {
    const data = await folder();
    const holder = { ...(await identify(process.pid)), namespace: await readlink('/proc/self/ns/pid') };
    await writeFile(join(data, 'server.json'), JSON.stringify(holder));
    expect(await refusal({ PODLAB_DATA: data })).toContain(
      `runs already on the data folder ${data}, as process ${process.pid}.`,
    );
  });

  it('on a data folder that a server uses whose process it cannot see', async () => {
    const data = await folder();
    const file = join(data, 'server.json');
    await writeFile(file, JSON.stringify({ ...(await identify(process.pid)), namespace: 'pid:[1]' }));
    const alive = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), 50);
    endings.push(() => clearInterval(alive));
    expect(await refusal({ PODLAB_DATA: data })).toContain(
      `runs already on the data folder ${data}, in another container or on another machine.`,
    );
  });

  it.runIf(process.platform === 'linux')('on a data folder that it may not write to', async () => {
    expect(await refusal({ PODLAB_DATA: '/sys/podlab' })).toMatch(
      /may not write to its data folder \/sys\/podlab\..*PODLAB_DATA/,
    );
  });

  it('on a data folder that is a file', async () => {
    const file = join(await folder(), 'file');
    await writeFile(file, '');
    expect(await refusal({ PODLAB_DATA: file })).toMatch(`something else is in the place of ${file}.`);
  });

  it('on a data folder in which something has the name of a file of its own', async () => {
    const data = await folder();
    await mkdir(join(data, 'server.json'));
    expect(await refusal({ PODLAB_DATA: data })).toMatch(
      /something else is in the place of .*server\.json\./,
    );
  });

  it('with a setting that is wrong', async () => {
    expect(await refusal({ PODLAB_PORT: 'http', PODLAB_DATA: await folder() })).toBe(
      'Podlab cannot start: PODLAB_PORT is "http", which is not a whole number from 0 to 65535. Set PODLAB_PORT to a whole number from 0 to 65535, or unset it (default: 3000).',
    );
  });

  it('for several people without a sandbox', async () => {
    expect(
      await refusal({ PODLAB_HOST: '0.0.0.0', PODLAB_SANDBOX: 'none', PODLAB_DATA: await folder() }),
    ).toContain('other people could open shells on this machine');
  });

  it('on an address that this machine does not have', async () => {
    expect(await refusal({ PODLAB_HOST: '192.0.2.1', PODLAB_DATA: await folder() })).toContain(
      'no address of this machine',
    );
  });
});

describe('a data folder', () => {
  it.each([
    ['of this machine', { pid: 4_194_305 }],
    ['of a container that is gone', { pid: 1, startTime: '1', boot: 'x', namespace: 'pid:[1]' }],
  ])('is taken over from a server %s that ended without giving it back', async (_, holder) => {
    const data = await folder();
    const file = join(data, 'server.json');
    const here = { ...(await identify(process.pid)), namespace: await readlink('/proc/self/ns/pid') };
    await writeFile(file, JSON.stringify({ ...here, ...holder }));
    const release = await holdDataFolder(
      data,
      createLog(() => {}),
    );
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(here);
    await release();
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
