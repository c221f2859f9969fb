import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'postgres:16-alpine';
const password = { name: 'POSTGRES_PASSWORD', value: 'secret' };
const up = 'PostgreSQL init process complete; ready for start up.';

async function serving(container: ReturnType<typeof run>): Promise<void> {
  while ((await exec(container, 'pg_isready', '-q')) !== '') await new Promise(setImmediate);
}

async function started(config: Parameters<typeof run>[1] = {}) {
  const sandbox = pod();
  const container = run(sandbox, { image, env: [password], ...config });
  await serving(container);
  return { sandbox, container };
}

const sql = (container: ReturnType<typeof run>, ...commands: string[]) =>
  exec(container, 'psql', '-U', 'postgres', '-At', ...commands.flatMap((each) => ['-c', each]));

describe('SQL', () => {
  const people = [
    'create table people (id serial primary key, name varchar(10) not null, age int check (age > 0), born date)',
    "insert into people (name, age, born) values ('ann', 30, '1996-02-29'), ('bob', 25, null), ('cy', null, '2000-12-31')",
  ];

  it.each([
    ['select 1', '1'],
    ['select 1 + 2 * 3, 7 / 2, 7 % 4, 10 / 4.0, 1.10 + 2, -5 / 2', '7|3|3|2.5000000000000000|3.10|-2'],
    [
      "select 'a' || 'b', upper('x'), length('grün'), coalesce(null, 'z'), replace('aba', 'a', 'c')",
      'ab|X|4|z|cbc',
    ],
    ['select true and null, not false, null is null, 2 between 1 and 3, 1 in (2, 3)', '|t|t|t|f'],
    ["select 'a' in ('a'), 1 not in (1), 1 in (select 2)", 't|f|f'],
    ["select case when 1 > 2 then 'a' else 'b' end, nullif(1, 1), greatest(1, 3, 2)", 'b||3'],
    [
      "select '2026-01-31'::date + interval '1 month', '2026-03-01'::date - '2026-02-01'::date",
      '2026-02-28 00:00:00|28',
    ],
    ["select extract(year from '2026-05-06'::date), round(2.567, 2), floor(-1.5), 5::text", '2026|2.57|-2|5'],
    ['select * from generate_series(1, 3)', '1\n2\n3'],
    [
      'select count(*), sum(age), avg(age), min(name), max(born) from people',
      '3|55|27.5000000000000000|ann|2000-12-31',
    ],
    ['select name from people where age is not null order by age desc', 'ann\nbob'],
    ['select id, name from people order by name desc limit 1 offset 1', '2|bob'],
    ["select name from people where name like '%b%' or name ilike 'C_'", 'bob\ncy'],
    ['select age is null as unknown, count(*) from people group by 1 order by 1', 'f|2\nt|1'],
    ['select distinct age > 20 from people where age > 0', 't'],
    ['select p.name, q.name from people p join people q on q.id = p.id + 1 order by p.id', 'ann|bob\nbob|cy'],
    ['select p.id, q.id from people p left join people q on q.id = p.id + 2', '1|3\n2|\n3|'],
    ['select name from people where id = (select max(id) from people)', 'cy'],
    ['select name from people p where exists (select 1 from people q where q.id = p.id + 2)', 'ann'],
    ["with old as (select * from people where age > 26) select name from old union all select 'x'", 'ann\nx'],
    ["insert into people (name) values ('dee') returning id, name", '4|dee\nINSERT 0 1'],
    ["update people set age = age + 1 where name = 'ann' returning age", '31\nUPDATE 1'],
    ['delete from people where id > 1', 'DELETE 2'],
    [
      "insert into people (id, name) values (1, 'eve') on conflict (id) do update set name = excluded.name returning name",
      'eve\nINSERT 0 1',
    ],
    ["select '{\"a\": {\"b\": 1}}'::jsonb -> 'a' ->> 'b'", '1'],
    ["alter table people add column note text default '-'", 'ALTER TABLE'],
    ['truncate people', 'TRUNCATE TABLE'],
    ['drop table people', 'DROP TABLE'],
    [
      "insert into people (name) select 'p' from generate_series(1, 20000); select count(*) from people p join people q on q.id = p.id",
      'INSERT 0 20000\n20003',
    ],
    ["set client_encoding = 'UTF8'", 'SET'],
    [
      "create user app with password 'x'; grant all privileges on database postgres to app",
      /^CREATE ROLE\nGRANT\n/,
    ],
    ['select 1.0 = 1.00, 1 from people p join people q on p.age = q.age limit 1', 't|1'],
    ['show max_connections', '100'],
    ['select current_user, current_database()', 'postgres|postgres'],
    ['select table_name from information_schema.tables', 'people'],
  ])('%s', async (statement, expected) => {
    const { container } = await started();
    const said = (await sql(container, ...people, statement)).replace('CREATE TABLE\nINSERT 0 3\n', '');
    if (typeof expected === 'string') expect(said).toBe(`${expected}\n`);
    else expect(said).toMatch(expected);
  });

  it.each([
    [
      'selec 1',
      'ERROR:  syntax error at or near "selec"\nLINE 1: selec 1\n        ^\nHINT:  If this is SQL, then it is more of it than the embedded cluster reads; use a kind cluster for that.\n',
    ],
    ['select * from nope', 'ERROR:  relation "nope" does not exist\n'],
    ['select nope from people', 'ERROR:  column "nope" does not exist\n'],
    [
      'insert into people (age) values (1)',
      'ERROR:  null value in column "name" of relation "people" violates not-null constraint\nDETAIL:  Failing row contains (4, null, 1, null).\n',
    ],
    [
      "insert into people (id, name) values (1, 'x')",
      'ERROR:  duplicate key value violates unique constraint "people_pkey"\nDETAIL:  Key (id)=(1) already exists.\n',
    ],
    ["insert into people (name, age) values ('x', -1)", /violates check constraint "people_age_check"/],
    [
      "insert into people (name) values ('far too long a name')",
      'ERROR:  value too long for type character varying(10)\n',
    ],
    [
      "insert into people (name, age) values ('x', 'y')",
      'ERROR:  invalid input syntax for type integer: "y"\n',
    ],
    ['select 1 / 0', 'ERROR:  division by zero\n'],
    ["select 'a' + 1", 'ERROR:  invalid input syntax for type integer: "a"\n'],
    [
      'select name, count(*) from people',
      'ERROR:  column "people.name" must appear in the GROUP BY clause or be used in an aggregate function\n',
    ],
    ['create table people (x int)', 'ERROR:  relation "people" already exists\n'],
    [
      'select array[1]',
      'ERROR:  The embedded cluster does not simulate the expression "array"; use a kind cluster for that.\n',
    ],
    [
      'explain select 1',
      'ERROR:  The embedded cluster does not simulate EXPLAIN; use a kind cluster for that.\n',
    ],
    [
      'create view v as select 1',
      'ERROR:  The embedded cluster does not simulate CREATE VIEW; use a kind cluster for that.\n',
    ],
    [
      'select count(*) from generate_series(1, 100000) a join generate_series(1, 100000) b on a.a < b.b - 99999',
      'ERROR:  The embedded cluster does not simulate statements that look at more than 1000000 rows; use a kind cluster for that.\n',
    ],
    ['drop role postgres', 'ERROR:  current user cannot be dropped\n'],
    ['grant select on people to nobody', 'ERROR:  role "nobody" does not exist\n'],
    [
      "select repeat('a', 200) || '!' ~ '^(?=a)(a+)+$'",
      'ERROR:  The embedded cluster does not simulate matches that take so many steps; use a kind cluster for that.\n',
    ],
    [`grant${' '.repeat(1_900)}x`, /does not simulate GRANT/],
    ["set timezone to 'CET'", /does not simulate SET timezone = CET/],
    [
      'select row_number() over () from people',
      'ERROR:  The embedded cluster does not simulate window functions; use a kind cluster for that.\n',
    ],
  ])('refuses %s', async (statement, expected) => {
    const { container } = await started();
    const said = (await sql(container, ...people, statement)).replace('CREATE TABLE\nINSERT 0 3\n', '');
    expect(said).toMatch(/\[1\]$/);
    if (typeof expected === 'string') expect(said).toBe(`${expected}[1]`);
    else expect(said).toMatch(expected);
  });

  it('keeps a transaction whole, and a foreign key true', async () => {
    const { container } = await started();
    const said = await exec(
      container,
      'sh',
      '-c',
      `psql -U postgres -At <<'END'
create table a (id int primary key);
create table b (a int references a on delete cascade);
begin; insert into a values (1); rollback;
select count(*) from a;
begin; insert into a values (1), (2); insert into b values (1), (2); commit;
insert into b values (9);
delete from a where id = 1;
select a from b;
begin;
select nope;
select 1;
commit;
END`,
    );
    expect(said).toBe(
      [
        ...['CREATE TABLE', 'CREATE TABLE', 'BEGIN', 'INSERT 0 1', 'ROLLBACK', '0'],
        ...['BEGIN', 'INSERT 0 2', 'INSERT 0 2', 'COMMIT', 'DELETE 1', '2', 'BEGIN', 'ROLLBACK'],
        'psql:<stdin>:6: ERROR:  insert or update on table "b" violates foreign key constraint "b_a_fkey"',
        'DETAIL:  Key (a)=(9) is not present in table "a".',
        'psql:<stdin>:10: ERROR:  column "nope" does not exist',
        'psql:<stdin>:11: ERROR:  current transaction is aborted, commands ignored until end of transaction block',
        '',
      ].join('\n'),
    );
  });
});

describe('psql', () => {
  it('shows tables as people read them', async () => {
    const { container } = await started();
    const psql = (command: string, ...more: string[]) =>
      exec(container, 'psql', '-U', 'postgres', ...more, '-c', command);
    await psql("create table t (id serial primary key, name text not null default 'x')");
    await psql("insert into t (name) values ('one'), ('three')");
    expect(await psql('select id, name, null as nothing from t order by id')).toMatch(
      / id \| name {2}\| nothing \n----\+-------\+---------\n {2}\d \| one {3}\| \n {2}\d \| three \| \n\(2 rows\)\n\n$/,
    );
    expect(await psql('\\dt')).toBe(
      '        List of relations\n Schema | Name | Type  |  Owner   \n--------+------+-------+----------\n public | t    | table | postgres\n(1 row)\n\n',
    );
    expect(await psql('\\d t')).toContain(
      " id     | integer |           | not null | nextval('t_id_seq'::regclass)\n name   | text    |           | not null | 'x'::text\nIndexes:\n    \"t_pkey\" PRIMARY KEY, btree (id)\n",
    );
    expect(await psql('\\di')).toContain(' public | t_pkey | index | postgres | t\n');
    expect(await psql('\\dt x*')).toBe('Did not find any relation named "x*".\n');
    await psql("create role reader; create user writer createdb password 'x'");
    expect(await psql('\\du')).toContain(
      ' postgres  | Superuser, Create role, Create DB, Replication, Bypass RLS\n reader    | Cannot login\n writer    | Create DB\n',
    );
    expect(await exec(container, 'psql', '-U', 'reader', 'postgres')).toContain(
      'FATAL:  role "reader" is not permitted to log in',
    );
    expect(
      (await psql('\\l'))
        .split('\n')[1]
        ?.split('|')
        .map((name) => name.trim()),
    ).toEqual([
      'Name',
      'Owner',
      'Encoding',
      'Locale Provider',
      'Collate',
      'Ctype',
      'ICU Locale',
      'ICU Rules',
      'Access privileges',
    ]);
    expect(await psql('select 1 as a', '-x')).toBe('-[ RECORD 1 ]\na | 1\n\n');
    expect(await psql('\\copy t from x')).toContain(`does not simulate psql's "\\copy"`);
  });

  it('talks at a prompt', async () => {
    const { container } = await started();
    const session = container.exec({ command: ['psql', '-U', 'postgres'], stdin: true, tty: true });
    let shown = '';
    const reading = (async () => {
      for await (const chunk of session.stdout) shown += Buffer.from(chunk).toString();
    })();
    for (const line of ['select 1 as a', ';', 'begin;', 'rollback;', '\\q'])
      await session.stdin?.write(Buffer.from(`${line}\r`));
    expect(await session.exited).toBe(0);
    await reading;
    expect(shown.replaceAll('\r', '')).toContain(
      'postgres=# select 1 as a\npostgres-# ;\n a \n---\n 1\n(1 row)\n\npostgres=# begin;\nBEGIN\npostgres=*# rollback;\nROLLBACK\npostgres=# \\q\n',
    );
  });

  it('says why it cannot connect', async () => {
    const { sandbox, container } = await started();
    expect(await exec(container, 'psql', '-h', '127.0.0.1', '-p', '1')).toMatch(
      /^psql: error: connection to server at "127\.0\.0\.1", port 1 failed: Connection refused\n\tIs the server running/,
    );
    expect(await exec(container, 'psql', '-U', 'nobody')).toBe(
      'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  role "nobody" does not exist\n[2]',
    );
    expect(await exec(container, 'psql', '-U', 'postgres', '-d', 'none')).toContain(
      'FATAL:  database "none" does not exist',
    );
    const remote = (secret: string) =>
      exec(
        container,
        'env',
        `PGPASSWORD=${secret}`,
        'psql',
        '-h',
        sandbox.ip,
        '-U',
        'postgres',
        '-Atc',
        'select 1',
      );
    expect(await remote('secret')).toBe('1\n');
    expect(await remote('wrong')).toContain('FATAL:  password authentication failed for user "postgres"');
  });
});

describe('the postgres image', () => {
  it('asks for a password', async () => {
    const container = run(pod(), { image });
    await ended(container);
    expect(container.exitCode).toBe(1);
    expect(logOf(container)).toMatch(
      /^Error: Database is uninitialized and superuser password is not specified\.\n/,
    );
  });

  it('makes its data, runs the scripts that are mounted, and stops on its signal', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/1.sql', 'create table made (x int);\ninsert into made values (7);\n');
    tree.write('/2.sh', 'psql -c "insert into made values (8)"\n');
    const { container } = await started({
      env: [password, { name: 'POSTGRES_DB', value: 'shop' }, { name: 'POSTGRES_USER', value: 'keeper' }],
      mounts: [{ containerPath: '/docker-entrypoint-initdb.d', tree, subPath: '', readOnly: true }],
    });
    // The server that the scripts talk to answers, too.
    await logged(container, up);
    await serving(container);
    expect(logOf(container)).toMatch(
      /server started\nCREATE DATABASE\n\n.*running \/docker-entrypoint-initdb\.d\/1\.sql\nCREATE TABLE\nINSERT 0 1\n.*sourcing \/docker-entrypoint-initdb\.d\/2\.sh\n.*INSERT 0 1\n/s,
    );
    expect(await exec(container, 'psql', '-U', 'keeper', 'shop', '-Atc', 'select sum(x) from made')).toBe(
      '15\n',
    );
    expect(await exec(container, 'stat', '-c', '%U %a', '/var/lib/postgresql/data')).toBe('postgres 700\n');
    expect(await exec(container, 'pg_isready')).toBe('/var/run/postgresql:5432 - accepting connections\n');
    expect(container.stopSignal).toBe('INT');
    container.signal('INT');
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      0,
      expect.stringMatching(/LOG: {2}database system is shut down\n$/),
    ]);
  });

  it('finds its data again, even after being killed', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.mkdir('/pg');
    const mounts = [{ containerPath: '/var/lib/postgresql/data', tree, subPath: 'pg', readOnly: false }];
    const first = await started({ mounts });
    await sql(
      first.container,
      "create table t (n numeric, b bigint, at timestamptz, s text); insert into t values (1.50, 9007199254740993, '2026-01-02 03:04:05.678+00', 'grün')",
    );
    first.container.signal('KILL');
    await ended(first.container);
    const second = await started({ mounts, env: [] });
    expect(logOf(second.container)).toContain('Skipping initialization');
    expect(await sql(second.container, 'select * from t')).toBe(
      '1.50|9007199254740993|2026-01-02 03:04:05.678+00|grün\n',
    );
  });

  it('does not use a folder that holds something else', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.mkdir('/lost+found');
    const container = run(pod(), {
      image,
      env: [password],
      mounts: [{ containerPath: '/var/lib/postgresql/data', tree, subPath: '', readOnly: false }],
    });
    await ended(container);
    expect(container.exitCode).toBe(1);
    expect(logOf(container)).toContain(
      'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty\n',
    );
  });
});
