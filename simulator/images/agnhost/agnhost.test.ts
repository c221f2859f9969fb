import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const pauseImage = 'registry.k8s.io/pause:3.10';

async function output(args: string[], config = {}): Promise<string> {
  const container = run(pod(), { image, args, ...config });
  await ended(container);
  return `${logOf(container)}${container.exitCode === 0 ? '' : `[${container.exitCode}]`}`;
}

describe('agnhost netexec', () => {
  it.each([
    ['/hostname', 'web'],
    ['/hostName', 'web'],
    ['/echo?msg=hello', 'hello'],
    ['/clientip', /^127\.0\.0\.1:\d+$/],
    ['/healthz', ''],
    ['/shell?cmd=echo+hi', '{"output":"hi\\n"}'],
    ['/shell?cmd=exit+3', '{"error":"exit status 3"}'],
    ['/shell?cmd=echo+a+%26%26+exit+3', '{"error":"exit status 3","output":"a\\n"}'],
    ['/header?key=Host', 'localhost:8080'],
    ['/serverport', '8080'],
    ['/redirect?location=/echo%3Fmsg=there', '<a href="/echo?msg=there">Found</a>.\n\n'],
    ['/dial?host=127.0.0.1&port=8080&request=echo%3Fmsg%3Dhi', '{"responses":["hi"]}'],
    ['/dial?host=127.0.0.1&port=8080', 'request parameter not specified. <nil>\n'],
    ['/nowhere', /^NOW: \d{4}-/],
    ['/dial?host=127.0.0.1&port=8080&request=hostname&tries=2', '{"responses":["web","web"]}'],
    ['/dial?host=127.0.0.1&port=8081&protocol=udp&request=hostname', '{"responses":["web"]}'],
    ['/dial?host=127.0.0.1&port=1&protocol=udp&request=hostname', /"errors":\["reading from udp .*refused/],
    ['/dial?host=127.0.0.1&port=1&request=hostname', /"errors":\["Get .*connection refused"\]/],
    ['/upload', '{"error":"Unable to upload file."}'],
  ])('answers %s', async (path, expected) => {
    const container = run(pod(), { image, args: ['netexec', '--http-port=8080', '--udp-port', '8081'] });
    await logged(container, 'Started HTTP server on port 8080');
    const said = await exec(container, 'curl', '-s', `localhost:8080${path}`);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
    expect(logOf(container)).toMatch(/^I\d{4} [\d:.]{15} {7}1 log\.go:245\] Started UDP server/);
  });

  it('logs each request with its parameters', async () => {
    const container = run(pod(), { image, args: ['netexec'] });
    await logged(container, 'Started HTTP server');
    await exec(container, 'curl', '-s', 'localhost:8080/echo?msg=poststart');
    expect(logOf(container)).toContain('] GET /echo?msg=poststart&code=\n');
  });

  it('keeps an uploaded file, executable', async () => {
    const container = run(pod(), { image, args: ['netexec'] });
    await logged(container, 'Started HTTP server');
    const form = 'printf hello > /tmp/f; curl -s -F file=@/tmp/f localhost:8080/upload';
    const posted = await exec(container, 'sh', '-c', form);
    expect(posted).toMatch(/^\{"output":"\/uploads\/upload\d+"\}$/);
    expect(await exec(container, 'sh', '-c', 'stat -c %a /uploads/*; cat /uploads/*')).toBe('700\nhello');
  });

  it('is not well without its UDP server', async () => {
    const container = run(pod(), { image, args: ['netexec', '--udp-port=-1'] });
    await logged(container, 'Started HTTP server');
    const said = await exec(container, 'curl', '-s', '-w', '%{http_code}', 'localhost:8080/healthz');
    expect(said).toBe('412');
  });

  it('speaks HTTPS with the certificate that the image brings', async () => {
    const tls = ['--tls-cert-file=/localhost.crt', '--tls-private-key-file=/localhost.key'];
    const container = run(pod(), { image, args: ['netexec', ...tls] });
    await logged(container, 'Started HTTP server');
    expect(await exec(container, 'curl', '-sk', 'https://localhost:8080/hostname')).toBe('web');
    expect(await exec(container, 'curl', '-s', 'http://localhost:8080/hostname')).not.toContain('web');
  });

  it.each([
    ['nc -vuz -w 1 127.0.0.1 8081', '127.0.0.1 (127.0.0.1:8081) open\n0'],
    ['nc -vuz 127.0.0.1 82', 'nc: 127.0.0.1 (127.0.0.1:82): Connection refused\n1'],
    ['echo hostName | nc -u -w 1 127.0.0.1 8081', 'web0'],
    ['echo hostName | nc -u -w 1 127.0.0.1 82', '0'],
    ['/agnhost connect --protocol=udp 127.0.0.1:8081', '0'],
    ['/agnhost connect --protocol=udp --udp-data=other --timeout=50ms 127.0.0.1:8081', /^TIMEOUT: .*1$/s],
    ['/agnhost connect --protocol=udp 127.0.0.1:82', /^REFUSED: .*connection refused\n1$/],
    [
      'nc -ulp 9000 -w 1 > got & until netstat -uln | grep -q :9000; do sleep 0.01; done; echo hello | nc -u -w 1 127.0.0.1 9000; until grep -s hello got; do sleep 0.01; done',
      'hello\n0',
    ],
  ])('hears datagrams: %s', async (command, expected) => {
    const container = run(pod(), { image, args: ['netexec'] });
    await logged(container, 'Started HTTP server');
    const said = await exec(container, 'sh', '-c', `cd /tmp; { ${command}; } 2>&1; printf $?`);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it('exits as /exit says', async () => {
    const container = run(pod(), { image, args: ['netexec'] });
    await logged(container, 'Started HTTP server');
    await exec(container, 'curl', '-s', 'localhost:8080/exit?code=7');
    await ended(container);
    expect(container.exitCode).toBe(7);
  });
});

describe('agnhost', () => {
  it.each([
    [['entrypoint-tester', 'override', 'args'], '[/agnhost entrypoint-tester override args]\n'],
    [['connect', '127.0.0.1:9', '--timeout=1s'], 'REFUSED\n[1]'],
    [['connect', 'nosuch.invalid:80'], 'DNS: lookup nosuch.invalid: no such host\n[1]'],
    [['dns-suffix'], '\n'],
    [['netexec', '--nonsense'], 'Error: unknown flag: --nonsense\n[1]'],
    [
      ['audit-proxy'],
      /^The embedded cluster does not simulate "agnhost audit-proxy"; use a kind cluster for that\..*\n\[1\]$/,
    ],
  ])('%j', async (args, expected) => {
    const said = await output(args);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it('writes as many log lines as asked for', async () => {
    const said = await output(['logs-generator', '--log-lines-total', '5', '--run-duration', '0s']);
    expect(said.trim().split('\n')).toHaveLength(5);
    expect(said).toMatch(
      /logs_generator\.go:76\] 4 (GET|POST|PUT) \/api\/v1\/namespaces\/\S+\/pods\/\S{3} \d{3}\n$/,
    );
  });

  it('tells about mounts and files', async () => {
    const tree = new VolumeTree({ now: () => 0, fstype: 'tmpfs', mode: 0o1777 });
    tree.write('/data', 'value-1\n', { mode: 0o400, uid: 7, gid: 8 });
    const mounts = [{ containerPath: '/vol', tree, subPath: '', readOnly: false }];
    const args = ['--fs_type=/vol', '--new_file_0660=/vol/new', '--file_perm=/vol/new', '--file_mode=/vol'];
    const said = await output(['mounttest', ...args, '--file_owner=/vol/data', '--file_content=/vol/data'], {
      mounts,
    });
    expect(said).toBe(
      [
        'mount type of "/vol": tmpfs',
        'content of file "/vol/new": mount-tester new file\n',
        'mode of file "/vol": dtrwxrwxrwx',
        'perms of file "/vol/new": -rw-rw----',
        'owner UID of "/vol/data": 7',
        'owner GID of "/vol/data": 8',
        'content of file "/vol/data": value-1',
        '',
        '',
      ].join('\n'),
    );
    expect(await output(['mounttest', '--file_content=/none'])).toMatch(/no such file or directory\n\[1\]$/);
  });

  it.each([
    [['serve-hostname'], 'Serving on port 9376', 'localhost:9376', 'web'],
    [['test-webserver', '--port=8000'], '', 'localhost:8000/etc/hostname', 'web\n'],
    [['liveness'], '', 'localhost:8080/healthz', 'ok'],
    [['liveness'], '', 'localhost:8080/redirect?loc=/x', '<a href="/x">Found</a>.\n\n'],
    [['grpc-health-checking'], 'gRPC server starting', 'localhost:8080/make-not-serving', /^[\d.]+s$/],
    [['guestbook'], '', 'localhost/set?key=a&value=1', '{"message":"Updated"}'],
    [['guestbook'], '', 'localhost/get', '{"data":{}}'],
    [['guestbook'], '', 'localhost/set', 'cannot set with empty key.\n'],
    [['nettest'], '', 'localhost:8080/status', /does not simulate the peers/],
  ])('%j serves', async (args, line, url, answer) => {
    const container = run(pod(), { image, args });
    if (line !== '') await logged(container, line);
    const said = await exec(
      container,
      'curl',
      '-s',
      '--retry-connrefused',
      '--retry',
      '30',
      '--retry-delay',
      '1',
      url,
    );
    if (typeof answer === 'string') expect(said).toBe(answer);
    else expect(said).toMatch(answer);
  });

  it('port-forward-tester reads what it expects, writes its chunks and ends', async () => {
    const env = Object.entries({
      BIND_PORT: '80',
      EXPECTED_CLIENT_DATA: 'abc',
      CHUNKS: '3',
      CHUNK_SIZE: '4',
      CHUNK_INTERVAL: '1',
    }).map(([name, value]) => ({ name, value }));
    const container = run(pod(), { image, args: ['port-forward-tester'], env });
    const script =
      'until netstat -ltn | grep -q :80; do sleep 0.05; done; (echo abc; sleep 1) | nc localhost 80';
    // The container, and with it this exec, goes once the server is done.
    expect(await exec(container, 'sh', '-c', script)).toMatch(/^xxxxxxxxxxxx(\[137\])?$/);
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      0,
      'Accepted client connection\nReceived expected client data\nShutting down connection\nDone\n',
    ]);
  });

  it.each([
    [
      'nc -zv localhost 9',
      'nc: connect to localhost (127.0.0.1) port 9 (tcp) failed: Connection refused\n[1]',
    ],
    ['nc -z -w 2 127.0.0.1 9', '[1]'],
    ['echo | nc localhost 9', '[1]'],
    // As Kubernetes' tests ask a Service; OpenBSD's own options.
    [
      '(echo hello | nc -lp 80) > /dev/null & until netstat -ltn | grep -q :80; do sleep 0.05; done; echo hostName | nc -t -N4 -q 1 -w 2 localhost 80',
      'hello\n',
    ],
    [
      'nc -lp 80 > /dev/null & until netstat -ltn | grep -q :80; do sleep 0.05; done; nc -vz 127.0.0.1 80',
      'Connection to 127.0.0.1 80 port [tcp/http] succeeded!\n',
    ],
    [
      'nc -z nowhere.invalid 80',
      'nc: getaddrinfo for host "nowhere.invalid" port 80: Name does not resolve\n[1]',
    ],
    ['dig -v', /^DiG 9\.\d/],
  ])('its image has the tools of OpenBSD and BIND: %s', async (script, said) => {
    const container = run(pod(), { image, args: ['pause'] });
    const told = await exec(container, 'sh', '-c', script);
    if (typeof said === 'string') expect(told).toBe(said);
    else expect(told).toMatch(said);
  });

  it('serve-hostname tells it over TCP and UDP', async () => {
    const container = run(pod(), { image, args: ['serve-hostname', '--http=false', '--tcp', '--udp'] });
    await logged(container, 'Serving on port 9376.');
    const asked = (options: string) =>
      exec(container, 'sh', '-c', `echo hostName | nc ${options} -w 2 localhost 9376`);
    expect([await asked('-t'), await asked('-u')]).toEqual(['web', 'web']);
    expect(await output(['serve-hostname', '--tcp'])).toContain('at the same time');
  });

  it('pause serves nothing', async () => {
    const container = run(pod(), { image, args: ['pause'] });
    await logged(container, 'Paused');
    expect(await exec(container, 'curl', '-s', 'localhost:1')).toBe('[7]');
  });

  it('reads a file again until it has what is expected', async () => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/data', 'mount-tester new file\n');
    const mounts = [{ containerPath: '/vol', tree, subPath: '', readOnly: true }];
    expect(await output(['mounttest', '--file_content_in_loop=/vol/data'], { mounts })).toBe(
      'content of file "/vol/data": mount-tester new file\n\n',
    );
  });

  it('guestbook takes over what its primary holds, and what it is told later', async () => {
    const sandbox = pod();
    const guestbook = (...args: string[]) => run(sandbox, { image, args: ['guestbook', ...args] });
    const primary = guestbook('--http-port=6379');
    const ask = (container: typeof primary, url: string) =>
      exec(container, 'sh', '-c', `until curl -s '${url}'; do sleep 0.1; done`);
    expect(await ask(primary, 'localhost:6379/set?key=a&value=1')).toBe('{"message":"Updated"}');
    const replica = guestbook('--replicaof=127.0.0.1', '--http-port=81');
    await logged(replica, 'Registered to node: 127.0.0.1');
    expect(await ask(replica, 'localhost:81/get')).toBe('{"data":{"a":"1"}}');
    expect(logOf(primary)).toContain('registered.');
  });

  it('counts what a hook writes to nettest', async () => {
    const container = run(pod(), { image, args: ['nettest'] });
    const said = await exec(
      container,
      'sh',
      '-c',
      `until wget -qO- --post-data='{"Source":"prestop"}' localhost:8080/write; do sleep 0.1; done; curl -s localhost:8080/read`,
    );
    expect(said).toContain('"Received":{"prestop":1}');
  });

  it('porter serves what its environment names over TLS', async () => {
    const env = [{ name: 'SERVE_TLS_PORT_443', value: 'foo' }];
    const container = run(pod(), { image, args: ['porter'], env });
    const script = 'until curl -sk https://localhost; do sleep 0.1; done';
    expect(await exec(container, 'sh', '-c', script)).toBe('foo');
  });

  it('porter says with which method it was asked', async () => {
    const env = [{ name: 'SERVE_TCP_PORT_81', value: 'foo' }];
    const container = run(pod(), { image, args: ['porter', '--json-response'], env });
    const script = 'until curl -s -X PUT localhost:81/some/path; do sleep 0.1; done';
    expect(JSON.parse(await exec(container, 'sh', '-c', script))).toEqual({ Method: 'PUT', Body: 'foo' });
  });

  it.each([
    ['foo', 'plain'],
    ['<a href="/x">x</a>', 'html'],
  ])('porter serves what its environment names: %s is %s', async (value, kind) => {
    const container = run(pod(), { image, args: ['porter'], env: [{ name: 'SERVE_PORT_81', value }] });
    const script = 'until curl -s -w " %{content_type}" localhost:81; do sleep 0.1; done';
    expect(await exec(container, 'sh', '-c', script)).toMatch(`${value} text/${kind}; charset=utf-8`);
  });
});

describe('the pause image', () => {
  it('waits, and ends well on SIGTERM', async () => {
    const container = run(pod(), { image: pauseImage });
    // Pid 1 does not notice what it has not asked for yet.
    while (container.phase === 'running') {
      container.signal('TERM');
      await new Promise(setImmediate);
    }
    await ended(container);
    expect(container.exitCode).toBe(0);
    expect(logOf(container)).toBe('Shutting down, got signal: Terminated\n');
  });

  it('has no shell', () => {
    const container = run(pod(), { image: pauseImage });
    expect(() => container.exec({ command: ['sh'], stdin: false, tty: false })).toThrow(
      'exec: "sh": executable file not found in $PATH',
    );
  });
});
