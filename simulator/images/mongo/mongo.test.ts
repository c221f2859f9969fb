import { describe, expect, it } from 'vitest';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';
import { encodeDocument } from './bson';

/** What `mongosh` sends for a command, for printf. */
function message(command: string): string {
  const body = Buffer.concat([Buffer.alloc(5), encodeDocument({ [command]: 1 })]);
  const head = Buffer.alloc(16);
  head.writeInt32LE(body.length + 16);
  head.writeInt32LE(2013, 12);
  return [...head, ...body].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

describe('the mongo image', () => {
  it.each([
    [
      'mongo:7',
      /"c":"NETWORK", {2}"id":23016, {3}"ctx":"listener","msg":"Waiting for connections","attr":\{"port":27017,"ssl":"off"\}\}\n/,
    ],
    ['mongo:4.2', /I {2}NETWORK {2}\[listener\] waiting for connections on port 27017\n/],
  ])('%s starts, answers a ping, and ends', async (image, said) => {
    const sandbox = pod(false, {}, [image]);
    const container = run(sandbox, { image });
    await logged(container, /4\.2/.test(image) ? 'waiting for connections' : 'Waiting for connections');
    expect(logOf(container)).toMatch(said);
    // busybox has nc, which shares the network.
    const asks = `printf '${message('ping')}${message('find')}' | nc localhost 27017 | tr -c '[:print:]' ' '`;
    const client = run(sandbox, { image: 'busybox:1.36', name: 'client', command: ['sh', '-c', asks] });
    await ended(client);
    expect(logOf(client)).toMatch(/ok .* ok .*errmsg .*does not simulate MongoDB's command "find"/);
    const shell = image === 'mongo:7' ? ['mongosh', '{ ok: 1 }\n'] : ['mongo', '{ "ok" : 1 }\n'];
    expect(await exec(container, shell[0] ?? '', '--eval', "db.adminCommand('ping')")).toBe(shell[1]);
    container.signal('TERM');
    await ended(container);
    expect(container.exitCode).toBe(0);
  });

  it.each([
    [
      { env: [{ name: 'MONGO_INITDB_ROOT_USERNAME', value: 'root' }] },
      1,
      'both must be specified for a user to be created',
    ],
    [{ args: ['--replSet', 'rs0'] }, 2, 'does not simulate mongod\'s option "--replSet"'],
  ])('does not start with %j', async (how, code, said) => {
    const image = 'mongo:7';
    const container = run(pod(false, {}, [image]), { image, ...how });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([code, expect.stringContaining(said)]);
  });
});
