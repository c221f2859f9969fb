import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { ended, get, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'fluent/fluent-bit:3.1';

/** A Fluent Bit with that configuration, quick to flush. */
function fluent(config: string, more: Parameters<typeof run>[1] = {}, name = 'fluent-bit.conf') {
  const tree = new VolumeTree({ now: () => 0 });
  tree.write(`/${name}`, config);
  return {
    image,
    name: 'fluent',
    args: ['/fluent-bit/bin/fluent-bit', '-c', `/config/${name}`],
    ...more,
    mounts: [{ containerPath: '/config', tree, subPath: '', readOnly: true }, ...(more.mounts ?? [])],
  };
}

const service = '[SERVICE]\n    Flush 0.02\n    Parsers_File /fluent-bit/etc/parsers.conf\n';
const dummy = (text: string) =>
  `[INPUT]\n    Name dummy\n    Tag d\n    Dummy ${text}\n    Rate 100\n    Samples 2\n`;
const out = '[OUTPUT]\n    Name stdout\n    Match *\n    Format json_lines\n    json_date_key false\n';

describe('fluent-bit', () => {
  it('says what it is, prints records, and stops on SIGTERM', async () => {
    const container = run(
      pod(),
      fluent(`${service}${dummy('{"a":"b","n":1}')}[OUTPUT]\n    Name stdout\n    Match d\n`),
    );
    await logged(container, '"n"=>1}');
    expect(logOf(container)).toMatch(
      /^Fluent Bit v3\.1\.\d+\n[\s\S]*\[ info\] \[input:dummy:dummy\.0\] initializing\n/,
    );
    expect(logOf(container)).toMatch(/\n\[0\] d: \[\[\d{10}\.\d{9}, \{\}\], \{"a"=>"b", "n"=>1\}\]\n/);
    container.signal('TERM');
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      0,
      expect.stringContaining('[engine] caught signal (SIGTERM)\n'),
    ]);
  });

  it.each([
    ['[FILTER]\n    Name grep\n    Match *\n    Regex log ^a\n', '{"log":"abc"}', '{"log":"abc"}'],
    [
      '[FILTER]\n    Name record_modifier\n    Match *\n    Record pod ${HOSTNAME}\n    Remove_key x\n',
      '{"x":1,"y":2}',
      '{"y":2,"pod":"web"}',
    ],
    [
      '[FILTER]\n    Name modify\n    Match *\n    Rename a b\n    Add c d\n    Set e f\n    Remove z\n',
      '{"a":1,"z":0}',
      '{"b":1,"c":"d","e":"f"}',
    ],
    [
      '[FILTER]\n    Name parser\n    Match *\n    Key_Name log\n    Parser json\n    Reserve_Data On\n',
      '{"log":"{\\"k\\":5}","o":1}',
      '{"k":5,"o":1}',
    ],
    [
      '[FILTER]\n    Name parser\n    Match *\n    Key_Name log\n    Parser cri\n',
      '{"log":"2026-01-02T03:04:05.6Z stdout F hi there"}',
      '{"time":"2026-01-02T03:04:05.6Z","stream":"stdout","logtag":"F","message":"hi there"}',
    ],
    ['[FILTER]\n    Name grep\n    Match other\n    Exclude log .\n', '{"log":"kept"}', '{"log":"kept"}'],
  ])('filters by %j', async (filter, record, expected) => {
    const container = run(pod(), fluent(`${service}${dummy(record)}${filter}${out}`));
    await logged(container, `${expected}\n`);
    expect(logOf(container)).toContain(`\n${expected}\n`);
  });

  it('tails files that another container writes, by a YAML configuration', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.mkdir('/', { mode: 0o777 });
    tree.write('/app.log', 'before\n');
    const logs = { containerPath: '/var/log/app', tree, subPath: '', readOnly: false };
    const yaml = [
      'service: {flush: 0.02}',
      'parsers: [{name: level, format: regex, regex: "^(?<level>\\\\w+): (?<text>.*)$"}]',
      'pipeline:',
      '  inputs: [{name: tail, path: /var/log/app/*.log, tag: app.*, read_from_head: true, parser: level, path_key: file}]',
      '  filters: [{name: grep, match: "app.*", exclude: level DEBUG}]',
      '  outputs:',
      '    - {name: stdout, match: "*", format: json_lines, json_date_key: false}',
      '    - {name: file, match: "*", path: /var/log/app, file: copy.txt, format: plain}',
    ];
    const sandbox = pod();
    const container = run(sandbox, fluent(yaml.join('\n'), { mounts: [logs] }, 'fluent-bit.yaml'));
    await logged(container, '"before"');
    run(sandbox, {
      command: [
        'sh',
        '-c',
        'echo "DEBUG: no" >> /var/log/app/app.log; echo "INFO: yes" >> /var/log/app/app.log',
      ],
      mounts: [logs],
    });
    await logged(container, '"yes"');
    const told =
      '{"file":"/var/log/app/app.log","log":"before"}\n{"file":"/var/log/app/app.log","level":"INFO","text":"yes"}\n';
    expect(logOf(container).replace(/^(?!\{).*\n/gm, '')).toBe(told);
    while (Buffer.from(tree.read('/copy.txt') ?? []).length < told.length) await new Promise(setImmediate);
    expect(Buffer.from(tree.read('/copy.txt') ?? []).toString()).toBe(told);
  });

  it('posts records, and answers probes', async () => {
    const sandbox = pod();
    const receiver = run(sandbox, {
      image: 'busybox:1.36',
      name: 'receiver',
      command: ['nc', '-l', '-p', '9000'],
    });
    const config = `${service}    HTTP_Server On\n    HTTP_Port 80\n${dummy('{"a":1}')}[OUTPUT]\n    Name http\n    Match *\n    Port 9000\n    URI /in\n    Format json\n    json_date_key off\n    Header X-Team blue\n`;
    const container = run(sandbox, fluent(config));
    await logged(receiver, '[{"a":1}');
    expect(logOf(receiver)).toMatch(/^POST \/in HTTP\/1\.1\r?\n[\s\S]*X-Team: blue/);
    await logged(container, 'stream processor started');
    expect((await get(sandbox, '/api/v1/health')).body).toBe('ok\n');
  });

  it.each([
    [
      '[INPUT]\n    Name nonsense\n',
      "section 'input' tried to instance a plugin name that doesn't exist: nonsense",
    ],
    [
      '[INPUT]\n    Name cpu\n',
      'The embedded cluster does not simulate Fluent Bit\'s input "cpu"; use a kind cluster for that.',
    ],
    [
      '[INPUT]\n    Name tail\n    Path /a\n    Tag_Regex (?<a>.*)\n',
      'does not simulate the property "tag_regex" of Fluent Bit\'s input "tail"',
    ],
    ['[INPUT]\n    Name dummy\n    Foo bar\n', "dummy: unknown configuration property 'foo'."],
    [
      `${dummy('{}')}[FILTER]\n    Name kubernetes\n    Match *\n`,
      'does not simulate Fluent Bit\'s filter "kubernetes"',
    ],
    [
      `${dummy('{}')}[OUTPUT]\n    Name http\n    Match *\n`,
      'format msgpack of the http output (set format json)',
    ],
    ['[INPUT]\n    Name\n', 'Key has an empty value'],
    ['[INPUT]\n    Name dummy\n    Rate fast\n', "invalid value for 'rate': fast"],
    ['[INPUT]\n    Name dummy\n    Dummy 5\n', 'invalid JSON in dummy: 5'],
    [
      `${dummy('{}')}[FILTER]\n    Name grep\n    Logical_Op or\n`,
      'does not simulate the property "logical_op" of Fluent Bit\'s filter "grep"',
    ],
    ['', 'no input plugins are defined'],
  ])('does not start with %j', async (config, message) => {
    const container = run(pod(), fluent(config));
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([1, expect.stringContaining(message)]);
  });

  it('does not let an output that gets no answer hold up the others', async () => {
    const sandbox = pod();
    const silent = run(sandbox, {
      image: 'busybox:1.36',
      name: 'silent',
      command: ['nc', '-l', '-p', '9000'],
    });
    const config = `${service}[INPUT]\n    Name dummy\n    Tag d\n    Dummy {"a":1}\n    Rate 100\n[OUTPUT]\n    Name http\n    Match *\n    Port 9000\n    Format json\n${out}`;
    const container = run(sandbox, fluent(config));
    await logged(silent, 'POST / HTTP/1.1');
    const before = logOf(container).length;
    while (!logOf(container).slice(before).includes('{"a":1}')) await new Promise(setImmediate);
  });

  it('reads JSON from its standard input, and ends with it', async () => {
    const args = '-q -f 0.02 -i stdin -o stdout -p format=json_lines -p json_date_key=false -m "*"';
    const container = run(pod(false, {}, ['fluent/fluent-bit:3.1-debug']), {
      image: 'fluent/fluent-bit:3.1-debug',
      command: [
        'sh',
        '-c',
        `printf '{"a":1}\\nno JSON\\n[5, {"b":2}]\\n' | /fluent-bit/bin/fluent-bit ${args}`,
      ],
    });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      0,
      expect.stringContaining('{"a":1}\n{"b":2}\n'),
    ]);
    expect(logOf(container)).toContain('end of file (stdin closed by remote end)');
  });

  it('follows a file that takes the place of another, and reads long lines as it is told', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.mkdir('/', { mode: 0o777 });
    tree.write('/app.log', `one\n${'x'.repeat(40_000)}`);
    const logs = { containerPath: '/logs', tree, subPath: '', readOnly: false };
    const tail =
      '    Name tail\n    Path /logs/*.log\n    Read_from_Head On\n    Refresh_Interval 0.1\n    Skip_Long_Lines On\n';
    const sandbox = pod();
    const container = run(sandbox, fluent(`${service}[INPUT]\n${tail}${out}`, { mounts: [logs] }));
    await logged(container, 'have long lines. Skipping long lines.');
    await logged(container, '{"log":"one"}');
    const rotate = 'mv /logs/app.log /logs/app.1; printf "two\\n\\n" > /logs/app.log';
    await ended(run(sandbox, { command: ['sh', '-c', rotate], mounts: [logs] }));
    await logged(container, '{"log":"two"}\n{"log":""}');
  });

  it('takes plugins from its command line', async () => {
    const args = '-q -f 0.02 -i dummy -p dummy={"x":1} -p rate=100 -o stdout -p format=json_lines -m *'.split(
      ' ',
    );
    const container = run(pod(), { image, args: ['/fluent-bit/bin/fluent-bit', ...args] });
    await logged(container, '"x":1}');
    expect(logOf(container)).toMatch(/\{"date":\d+\.\d+,"x":1\}\n/);
  });
});
