import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'redis:7.2-alpine';
const ready = 'Ready to accept connections tcp';

async function started(config: Parameters<typeof run>[1] = {}) {
  const sandbox = pod();
  const container = run(sandbox, { image, ...config });
  await logged(container, ready);
  return { sandbox, container };
}

/** Commands in one redis-cli, each line one; its raw answers. */
const talk = (container: ReturnType<typeof run>, lines: string, options = '') =>
  exec(container, 'sh', '-c', `redis-cli ${options} <<'END'\n${lines}\nEND`);

describe('redis-cli', () => {
  it.each([
    ['ping', 'PONG'],
    ['set a 1\nget a\nincr a\nincrby a 10\ndecr a\nget none', 'OK\n1\n2\n12\n11\n'],
    ['set s x\nincr s', 'OK\nERR value is not an integer or out of range\n'],
    ['set k v EX 100\nttl k\npersist k\nttl k\nttl none', 'OK\n100\n1\n-1\n-2'],
    ['set k v NX\nset k w NX\nset k w XX GET\nget k', 'OK\n\nv\nw'],
    ['set k v PX 1\nexists other\nset k v KEEPTTL', 'OK\n0\nOK'],
    [
      'mset a 1 b 2\nmget a b c\nappend a 23\nstrlen a\ngetrange a 1 -1\ngetset a x',
      'OK\n1\n2\n\n3\n3\n23\n123',
    ],
    ['setex k 10 v\nsetnx k w\ngetdel k\nexists k', 'OK\n0\nv\n0'],
    ['incrbyfloat f 10.5\nincrbyfloat f 0.1', '10.5\n10.6'],
    [
      'rpush l a b c\nlpush l z\nlrange l 0 -1\nlpop l\nrpop l\nllen l\nlindex l -1',
      '3\n4\nz\na\nb\nc\nz\nc\n2\nb',
    ],
    [
      'rpush l a b a c a\nlrem l -2 a\nlrange l 0 -1\nltrim l 1 -1\nlset l 0 q\nlrange l 0 9',
      '5\n2\na\nb\nc\nOK\nOK\nq\nc',
    ],
    ['rpush l a\nlmove l m left right\nexists l\nlrange m 0 -1\nblpop none m 1', '1\na\n0\na\nm\na'],
    [
      'hset h a 1 b 2\nhget h a\nhgetall h\nhincrby h a 5\nhdel h b\nhkeys h\nhexists h b',
      '2\n1\na\n1\nb\n2\n6\n1\na\n0',
    ],
    [
      'sadd s a b c\nsadd s a\nscard s\nsismember s b\nsadd t b z\nsinter s t\nsdiff t s\nsmove s t a\nscard t',
      '3\n0\n3\n1\n2\nb\nz\n1\n3',
    ],
    [
      'zadd z 2 b 1 a 3 c\nzrange z 0 -1 WITHSCORES\nzrevrange z 0 0\nzscore z b\nzincrby z 5 a\nzrank z a',
      '3\na\n1\nb\n2\nc\n3\nc\n2\n6\n2',
    ],
    [
      'zadd z 1 a 2 b 3 c\nzrangebyscore z (1 +inf\nzcount z 2 3\nzpopmin z\nzrange z 0 1 REV',
      '3\nb\nc\n2\na\n1\nc\nb',
    ],
    [
      'mset user:1 a user:2 b x c\nkeys user:*\nscan 0 MATCH user:[2-9]\ntype x\ndbsize\nrename x y\ndel y none',
      'OK\nuser:1\nuser:2\n0\nuser:2\nstring\n3\nOK\n1',
    ],
    [
      'multi\nset a 1\nincr a\nexec\nmulti\nset a 2\ndiscard\nget a',
      'OK\nQUEUED\nQUEUED\nOK\n2\nOK\nQUEUED\nOK\n2',
    ],
    [
      'multi\nnosuch\nexec',
      "OK\nERR unknown command 'nosuch', with args beginning with: \n\nEXECABORT Transaction discarded because of previous errors.\n",
    ],
    ['lpush l a\nget l', '1\nWRONGTYPE Operation against a key holding the wrong kind of value\n'],
    ['get', "ERR wrong number of arguments for 'get' command\n"],
    [
      'xadd s * a b',
      "ERR The embedded cluster does not simulate Redis' command XADD; use a kind cluster for that.\n",
    ],
    [
      'config set maxmemory 2mb\nconfig get maxmemory\nconfig get maxmemory-p*\nconfig set port 1',
      /^OK\nmaxmemory\n2097152\nmaxmemory-policy\nnoeviction\nERR CONFIG SET failed .* - can't set immutable config\n\n$/,
    ],
    [
      'select 1\nset a 1\nselect 0\nexists a\nmove none 1\nselect 99',
      'OK\nOK\nOK\n0\n0\nERR DB index is out of range\n',
    ],
    ['object encoding none\nset n 12\nobject encoding n\nflushall\ndbsize', '\nOK\nint\nOK\n0'],
    ['hello 3\nhset h a 1\nhgetall h\nzadd z 1.5 m\nzscore z m', /proto 3\n.*\n1\na 1\n1\n1.5\n$/s],
    ['zadd z 1 a 2 b\nzpopmin z -1\nzcard z', '2\nERR value is out of range, must be positive\n\n2'],
    ['zadd z inf a\nzincrby z -inf a', '1\nERR resulting score is not a number (NaN)\n'],
    [
      'sadd s a\nsrandmember s -999999999',
      /^1\nERR The embedded cluster does not simulate SRANDMEMBER of more than/,
    ],
    ['watch k\nset k 1\nmulti\nset k 2\nexec\nget k', 'OK\nOK\nOK\nQUEUED\n\n1'],
    ['lpop none\nltrim none 0 1\ninfo persistence', /rdb_changes_since_last_save:0\r/],
    ['mset a 1 d 2\nkeys [c-a]', 'OK\na'],
    ['watch a a\nwatch a\nset a 1\nmulti\nexec', 'OK\nOK\nOK\nOK\n'],
    ['publish news hi\npubsub numpat\necho "a\\nb"', '0\n0\na\nb'],
  ])('answers %j', async (lines, expected) => {
    const { container } = await started();
    const said = await talk(container, lines);
    if (typeof expected === 'string') expect(said).toBe(`${expected}\n`);
    else expect(said).toMatch(expected);
  });

  it.each([
    [['--no-raw', 'incr', 'n'], '(integer) 1\n'],
    [['--no-raw', 'get', 'none'], '(nil)\n'],
    [['--no-raw', 'set', 'a', 'b c'], 'OK\n'],
    [['--no-raw', 'echo', 'a"\t\x01'], '"a\\"\\t\\x01"\n'],
    [['--no-raw', 'keys', '*'], '(empty array)\n'],
    [['--no-raw', 'rpush', 'a'], "(error) ERR wrong number of arguments for 'rpush' command\n"],
    [['--no-raw', '-r', '2', 'ping'], 'PONG\nPONG\n'],
    [['--no-raw', 'scan', '0'], '1) "0"\n2) (empty array)\n'],
    [['-e', 'nosuch'], "ERR unknown command 'nosuch', with args beginning with: \n\n[1]"],
    [['-p', '1', 'ping'], 'Could not connect to Redis at 127.0.0.1:1: Connection refused\n[1]'],
    [
      ['-h', 'nosuch.invalid', 'ping'],
      'Could not connect to Redis at nosuch.invalid:6379: Name or service not known\n[1]',
    ],
    [
      ['--bigkeys'],
      'redis-cli: The embedded cluster does not simulate "redis-cli --bigkeys"; use a kind cluster for that.\n[1]',
    ],
    [['--version'], /^redis-cli 7\.2\.\d+\n$/],
  ])('%j', async (args, expected) => {
    const { container } = await started();
    const said = await exec(container, 'redis-cli', ...args);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it('talks at a prompt', async () => {
    const { container } = await started();
    const session = container.exec({ command: ['redis-cli'], stdin: true, tty: true });
    let shown = '';
    const reading = (async () => {
      for await (const chunk of session.stdout) shown += Buffer.from(chunk).toString();
    })();
    for (const line of ['lpush l "a b"', 'lrange l 0 -1', 'select 2', 'quit'])
      await session.stdin?.write(Buffer.from(`${line}\r`));
    expect(await session.exited).toBe(0);
    await reading;
    expect(shown.replaceAll('\r', '')).toContain(
      '(integer) 1\n127.0.0.1:6379> lrange l 0 -1\n1) "a b"\n127.0.0.1:6379> select 2\nOK\n127.0.0.1:6379[2]> quit\n',
    );
  });
});

describe('redis-server', () => {
  it('says that it starts, runs as redis, and saves when it is stopped', async () => {
    const { sandbox, container } = await started();
    expect(logOf(container)).toMatch(
      /^1:C \d\d \w{3} \d{4} [\d:.]{12} \* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n1:C .* \* Redis version=7\.2\.\d+, bits=64, .* pid=1, just started\n1:C .* # Warning: no config file specified/,
    );
    expect(await exec(container, 'stat', '-c', '%U %G', '/data')).toBe('redis redis\n');
    expect(sandbox.ip).not.toBe('');
    container.signal('TERM');
    await ended(container);
    expect(container.exitCode).toBe(0);
    expect(logOf(container)).toMatch(
      /1:signal-handler \(\d+\) Received SIGTERM scheduling shutdown\.\.\.\n.*User requested shutdown.*\n.*Saving the final RDB.*\n.*DB saved on disk\n.*ready to exit, bye bye\.\.\.\n$/,
    );
  });

  it.each([
    ['a snapshot', ['redis-server']],
    ['the append-only file', ['redis-server', '--appendonly', 'yes', '--save', '']],
  ])('finds its data again by %s', async (_by, args) => {
    const tree = new VolumeTree({ now: () => 0 });
    const mounts = [{ containerPath: '/data', tree, subPath: '', readOnly: false }];
    const first = await started({ args, mounts });
    await talk(
      first.container,
      'set a 1\nrpush l x y\nhset h f v\nsadd s m\nzadd z 1.5 q\nset t 1 EX 1000\ndel a\nset b 2',
    );
    first.container.signal('TERM');
    await ended(first.container);
    const second = await started({ args, mounts });
    expect(
      await talk(second.container, 'get b\nexists a\nlrange l 0 -1\nhget h f\nsmembers s\nzscore z q\nttl t'),
    ).toMatch(/^2\n0\nx\ny\nv\nm\n1\.5\n(1000|99\d)\n$/);
  });

  it('asks for its password', async () => {
    const { container } = await started({ args: ['redis-server', '--requirepass', 'secret'] });
    expect(await exec(container, 'redis-cli', 'ping')).toBe('NOAUTH Authentication required.\n\n');
    expect(await exec(container, 'redis-cli', '-a', 'wrong', '--no-auth-warning', 'ping')).toBe(
      'NOAUTH Authentication required.\n\nAUTH failed: WRONGPASS invalid username-password pair or user is disabled.\n',
    );
    expect(await exec(container, 'redis-cli', '-a', 'secret', 'ping')).toBe(
      "PONG\nWarning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n",
    );
    expect(await exec(container, 'sh', '-c', 'REDISCLI_AUTH=secret redis-cli ping')).toBe('PONG\n');
  });

  const configured = (text: string) => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/redis.conf', text);
    return {
      command: ['redis-server', '/etc/redis/redis.conf'],
      mounts: [{ containerPath: '/etc/redis', tree, subPath: '', readOnly: true }],
    };
  };

  it('evicts what was not used for longest when its configuration says so', async () => {
    const { container } = await started(
      configured('maxmemory 1100kb\nmaxmemory-policy allkeys-lru\nsave ""\n'),
    );
    const value = 'x'.repeat(1000);
    await exec(
      container,
      'sh',
      '-c',
      `for i in $(seq 400); do echo "set k$i ${value}"; done | redis-cli > /dev/null`,
    );
    const left = Number(await exec(container, 'redis-cli', 'dbsize'));
    expect(left).toBeGreaterThan(20);
    expect(left).toBeLessThan(200);
    expect(await exec(container, 'redis-cli', 'exists', 'k400', 'k1')).toBe('1\n');
    expect(await exec(container, 'redis-cli', 'config', 'set', 'maxmemory-policy', 'noeviction')).toBe(
      'OK\n',
    );
    await exec(container, 'redis-cli', 'config', 'set', 'maxmemory', '1mb');
    expect(await exec(container, 'redis-cli', 'set', 'new', value)).toBe(
      "OOM command not allowed when used memory > 'maxmemory'.\n\n",
    );
  });

  it.each([
    [
      'nonsense 1',
      /\*\*\* FATAL CONFIG FILE ERROR \(Redis 7\.2\.\d+\) \*\*\*\nReading the configuration file, at line 2\n>>> 'nonsense 1'\nBad directive or wrong number of arguments\n$/,
    ],
    ['replicaof leader 6379', /The embedded cluster does not simulate Redis' "replicaof leader 6379"/],
    ['appendonly maybe', /argument must be 'yes' or 'no'/],
    ['databases 100000000', /does not simulate more than 1024 databases/],
    ['port 70000', /argument must be between 0 and 65535 inclusive/],
  ])('does not start with %j', async (line, message) => {
    const container = run(pod(), { image, ...configured(`# a comment\n${line}\n`) });
    await ended(container);
    expect(container.exitCode).toBe(1);
    expect(logOf(container)).toMatch(message);
  });

  it('carries messages from who publishes to who subscribes', async () => {
    const { sandbox, container } = await started();
    const listener = run(sandbox, {
      image,
      name: 'listener',
      command: ['redis-cli', '--no-raw', 'subscribe', 'news'],
    });
    await logged(listener, '(integer) 1');
    expect(await exec(container, 'redis-cli', 'publish', 'news', 'hello')).toBe('1\n');
    await logged(listener, 'hello');
    expect(logOf(listener)).toBe(
      'Reading messages... (press Ctrl-C to quit)\n1) "subscribe"\n2) "news"\n3) (integer) 1\n1) "message"\n2) "news"\n3) "hello"\n',
    );
  });

  it('holds lists of more items than a function has arguments', async () => {
    const { container } = await started();
    const many =
      'seq 1 150000 | tr "\\n" " " | sed "s/^/rpush l /" | redis-cli; redis-cli ltrim l 1 -1; redis-cli llen l';
    expect(await exec(container, 'sh', '-c', many)).toBe('150000\nOK\n149999\n');
  });

  it('gives the memory of what has expired back, whether it is asked for or not', async () => {
    const { container } = await started();
    const filled =
      'for i in $(seq 100); do echo "set k$i $(printf %01000d 0) px 1"; done | redis-cli > /dev/null';
    await exec(container, 'sh', '-c', `${filled}; ${filled}`);
    const stats = await exec(container, 'sh', '-c', 'redis-cli info stats | grep expired_keys');
    expect(Number(stats.split(':')[1])).toBeGreaterThan(50);
  });

  it('carries out a line as soon as it comes', async () => {
    const { sandbox } = await started();
    const client = run(sandbox, {
      image,
      name: 'client',
      command: ['sh', '-c', '(echo ping; sleep 1000) | redis-cli'],
    });
    await logged(client, 'PONG');
  });

  it('wakes a client that waits for a list', async () => {
    const { sandbox, container } = await started();
    const worker = run(sandbox, { image, name: 'worker', command: ['redis-cli', 'blpop', 'jobs', '0'] });
    while (!(await exec(container, 'redis-cli', 'info', 'clients')).includes('blocked_clients:1'))
      await new Promise(setImmediate);
    await exec(container, 'redis-cli', 'rpush', 'jobs', 'one');
    await ended(worker);
    expect(logOf(worker)).toBe('jobs\none\n');
  });

  it('answers in its protocol to anybody, and closes on nonsense', async () => {
    const { container } = await started();
    expect(await exec(container, 'sh', '-c', "printf 'PING\\r\\nGET \"\\r\\n' | nc localhost 6379")).toBe(
      '+PONG\r\n-ERR Protocol error: unbalanced quotes in request\r\n',
    );
  });
});
