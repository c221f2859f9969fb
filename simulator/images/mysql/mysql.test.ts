import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import type { RuntimeContainer } from '../../runtime/container-runtime';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'mysql:8.0';
const ready = '/usr/sbin/mysqld: ready for connections.';
const variables = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

async function started(values: Record<string, string> = {}, tree?: VolumeTree): Promise<RuntimeContainer> {
  const mounts = tree ? [{ containerPath: '/var/lib/mysql', tree, subPath: '', readOnly: false }] : [];
  const env = variables({ MYSQL_ROOT_PASSWORD: 'secret', ...values });
  const container = run(pod(false, {}, [image]), { image, env, mounts });
  await logged(container, ready);
  return container;
}

describe('the mysql image', () => {
  it.each([
    [
      {},
      'Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n',
    ],
    [{ MYSQL_ROOT_PASSWORD: 'x', MYSQL_USER: 'root' }, '[ERROR] [Entrypoint]: MYSQL_USER="root"'],
  ])('does not start with %j', async (values, said) => {
    const container = run(pod(false, {}, [image]), { image, env: variables(values) });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([1, expect.stringContaining(said)]);
  });

  it('starts, and stops when it is told to', async () => {
    const container = await started({ MYSQL_DATABASE: 'shop', MYSQL_USER: 'app', MYSQL_PASSWORD: 'pw' });
    expect(logOf(container)).toMatch(
      /Switching to dedicated user 'mysql'\n.*Creating database shop\n.*Creating user app\n.*Giving user app access to schema shop\n/s,
    );
    container.signal('TERM');
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([0, expect.stringContaining('Shutdown complete')]);
  });

  it('keeps databases and accounts in its folder', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.mkdir('/', { mode: 0o777 });
    const first = await started({}, tree);
    expect(await exec(first, 'mysql', '-psecret', '-e', 'create database kept')).toContain('[Warning]');
    first.signal('TERM');
    await ended(first);
    const second = await started({ MYSQL_ROOT_PASSWORD: 'other' }, tree);
    expect(await exec(second, 'sh', '-c', 'MYSQL_PWD=secret mysql -Ne "show databases"')).toBe(
      'information_schema\nkept\nmysql\nperformance_schema\nsys\n',
    );
  });

  it('does not put its data among other files', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/notes.txt', 'x');
    const mounts = [{ containerPath: '/var/lib/mysql', tree, subPath: '', readOnly: false }];
    const container = run(pod(false, {}, [image]), {
      image,
      env: variables({ MYSQL_ROOT_PASSWORD: 'x' }),
      mounts,
    });
    await ended(container);
    expect(logOf(container)).toContain(
      '--initialize specified but the data directory has files in it. Aborting.',
    );
  });
});

describe('mysql and mysqladmin', () => {
  it.each([
    [
      'mysqladmin ping -uroot',
      "mysqladmin: connect to server at 'localhost' failed\nerror: 'Access denied for user 'root'@'localhost' (using password: NO)'\n",
    ],
    ['MYSQL_PWD=secret mysqladmin ping', 'mysqld is alive\n'],
    [
      'mysqladmin -h 127.0.0.1 -P 3307 ping',
      "mysqladmin: connect to server at '127.0.0.1' failed\nerror: 'Can't connect to MySQL server on '127.0.0.1:3307' (111)'\n[1]",
    ],
    ['mysql -h nowhere -e "select 1"', "ERROR 2005 (HY000): Unknown MySQL server host 'nowhere' (-2)\n[1]"],
    [
      'mysql -uroot -pwrong -e "select 1" 2>&1 | tail -1',
      "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n",
    ],
    [
      'mysql -uapp -ppw shop -e "select database(), user(), 1 as one" 2>/dev/null',
      'database()\tuser()\tone\nshop\tapp@localhost\t1\n',
    ],
    ['MYSQL_PWD=secret mysql -t -e "select 1"', '+---+\n| 1 |\n+---+\n| 1 |\n+---+\n'],
    [
      'export MYSQL_PWD=secret; echo "create database x; use x; show tables; drop database x; use x" | mysql',
      "ERROR 1049 (42000) at line 1: Unknown database 'x'\n[1]",
    ],
    [
      "export MYSQL_PWD=secret; mysql -e \"create user 'eve'@'%' identified by 'a  b'\"; MYSQL_PWD='a  b' mysql -u eve -Ne 'select 2'",
      '2\n',
    ],
    [
      'MYSQL_PWD=secret mysql -e "create table t (a int)"',
      /^ERROR 1235 \(42000\) at line 1: The embedded cluster does not simulate CREATE TABLE of MySQL/,
    ],
  ])('%s', async (script, said) => {
    const container = await started({ MYSQL_DATABASE: 'shop', MYSQL_USER: 'app', MYSQL_PASSWORD: 'pw' });
    const told = await exec(container, 'sh', '-c', script);
    if (typeof said === 'string') expect(told).toBe(said);
    else expect(told).toMatch(said);
  });
});
