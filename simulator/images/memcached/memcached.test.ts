import { describe, expect, it } from 'vitest';
import { ended, exec, logOf, pod, run } from '../../runtime/pod-for-tests';
import { Session, type SessionHost } from './session';
import { Store } from './store';

let now = 1_000_000;

function host(megabytes = 1): SessionHost {
  return {
    store: new Store(() => now, megabytes * 1024 * 1024),
    release: '1.6.39',
    mostValue: 1024 * 1024,
    now: () => now,
    count: () => undefined,
    stats: () => [['curr_items', 0]],
    changed: () => undefined,
  };
}

const say = (session: Session, text: string) => [...session.take(text.replaceAll('\n', '\r\n'))].join('');

describe('memcached’s text protocol', () => {
  it.each([
    ['set k 5 0 2\nab\nget k\n', 'STORED\nVALUE k 5 2\nab\nEND\n'],
    ['set k 0 0 2 noreply\nab\ngets k none\n', 'VALUE k 0 2 1\nab\nEND\n'],
    ['add k 0 0 1\na\nadd k 0 0 1\nb\nreplace none 0 0 1\nc\n', 'STORED\nNOT_STORED\nNOT_STORED\n'],
    [
      'set k 0 0 1\nb\nappend k 0 0 1\nc\nprepend k 0 0 1\na\nget k\n',
      'STORED\nSTORED\nSTORED\nVALUE k 0 3\nabc\nEND\n',
    ],
    [
      'set k 0 0 1\na\ncas k 0 0 1 9\nb\ncas k 0 0 1 1\nb\ncas no 0 0 1 1\nb\n',
      'STORED\nEXISTS\nSTORED\nNOT_FOUND\n',
    ],
    ['set n 0 0 2\n10\nincr n 5\ndecr n 6\nget n\ndecr n 100\n', 'STORED\n15\n9\nVALUE n 0 2\n9 \nEND\n0\n'],
    [
      'set n 0 0 1\nx\nincr n 1\nincr no 1\nincr n x\n',
      'STORED\nCLIENT_ERROR cannot increment or decrement non-numeric value\nNOT_FOUND\nCLIENT_ERROR invalid numeric delta argument\n',
    ],
    ['set k 0 0 1\na\ndelete k\ndelete k\n', 'STORED\nDELETED\nNOT_FOUND\n'],
    ['set k 0 0 1\na\nflush_all\nget k\n', 'STORED\nOK\nEND\n'],
    ['set k 0 0 3\nhello\n', 'CLIENT_ERROR bad data chunk\nERROR\n'],
    ['set k 0 0 x\n', 'CLIENT_ERROR bad command line format\n'],
    ['set k 0 0 2000000\n', 'SERVER_ERROR object too large for cache\n'],
    [`get ${'k'.repeat(251)}\n`, 'CLIENT_ERROR bad command line format\n'],
    ['version\nstats\nget\nwhat\n', 'VERSION 1.6.39\nSTAT curr_items 0\nEND\nERROR\nERROR\n'],
    [
      'mg k v\n',
      "SERVER_ERROR The embedded cluster does not simulate memcached's command mg; use a kind cluster for that.\n",
    ],
    ['quit\nversion\n', ''],
  ])('%j', (said, answered) => {
    expect(say(new Session(host()), said).replaceAll('\r\n', '\n')).toBe(answered);
  });

  it('takes values in pieces, and lets them go at their time', () => {
    const session = new Session(host());
    expect(say(session, 'set k 0 10 4\na')).toBe('');
    expect(say(session, 'bcd\ntouch k 20\n')).toBe('STORED\r\nTOUCHED\r\n');
    now += 15_000;
    expect(say(session, 'get k\n')).toContain('abcd');
    now += 6_000;
    expect(say(session, 'get k\n')).toBe('END\r\n');
  });

  it('forgets what was used longest ago when its memory ends', () => {
    const one = host();
    const session = new Session(one);
    const big = (key: string) => say(session, `set ${key} 0 0 400000\n${'x'.repeat(400_000)}\n`);
    big('a');
    big('b');
    say(session, 'get a\n');
    big('c');
    expect([one.store.get('a'), one.store.get('b'), one.store.evictions].map(Boolean)).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('the memcached image', () => {
  const image = 'memcached:1.6-alpine';

  it('serves, and ends when it is told to', async () => {
    const sandbox = pod(false, {}, [image]);
    const container = run(sandbox, { image });
    const script =
      'until nc -z localhost 11211; do sleep 0.05; done; printf "set k 0 0 2\\r\\nhi\\r\\nget k\\r\\nquit\\r\\n" | nc localhost 11211';
    expect(await exec(container, 'sh', '-c', script)).toBe('STORED\r\nVALUE k 0 2\r\nhi\r\nEND\r\n');
    container.signal('TERM');
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([0, 'Signal handled: Terminated.\n']);
  });

  it.each([
    [{ user: { uid: 0, gid: 0, supplementalGroups: [] } }, "can't run as root without the -u switch\n"],
    [{ args: ['-s', '/tmp/x'] }, /does not simulate memcached's option "-s"/],
  ])('does not start with %j', async (how, said) => {
    const container = run(pod(false, {}, [image]), { image, ...how });
    await ended(container);
    expect(container.exitCode).toBe(64);
    if (typeof said === 'string') expect(logOf(container)).toBe(said);
    else expect(logOf(container)).toMatch(said);
  });
});
