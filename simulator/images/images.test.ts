import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../files/volume-tree';
import {
  clock,
  ended,
  exec,
  get,
  images,
  logged,
  logOf,
  plain,
  pod,
  run,
  statuses,
} from '../runtime/pod-for-tests';
import { ImageStore } from './image-store';
import { preloadedImages } from './preloaded';
import { formatReference, parseReference } from './reference';

describe('images that are on every node', () => {
  it('are told of as their catalogue does', () => {
    expect(preloadedImages).toEqual(statuses('busybox:1.36', 'nginx:1.27-alpine'));
  });
});

describe('image references', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['team/app', 'docker.io/team/app:latest'],
    ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.2'],
    ['localhost:5000/x', 'localhost:5000/x:latest'],
    ['nginx:1.27-alpne.invalid/x', undefined],
    ['UPPER', undefined],
    ['nginx:', undefined],
    ['nginx@sha256:12', undefined],
  ])('%s means %s', (text, name) => {
    const reference = parseReference(text);
    expect(reference && formatReference(reference)).toBe(name);
  });

  it.each([
    ['nginx:1.25', undefined],
    ['quay.io/team/nginx:1.27', undefined],
    ['registry.k8s.io/e2e-test-images/nginx:1.14-4', undefined],
    // What the tests of 1.36 name (test/utils/image).
    ['registry.k8s.io/e2e-test-images/agnhost:2.63.0', undefined],
    ['registry.k8s.io/e2e-test-images/busybox:1.37.0-1', undefined],
    ['registry.k8s.io/e2e-test-images/glibc-dns-testing:2.0.0', undefined],
    ['registry.k8s.io/e2e-test-images/nonewprivs:1.4', undefined],
    ['registry.k8s.io/e2e-test-images/nonroot:1.5', undefined],
    ['registry.k8s.io/pause:3.10.2', undefined],
    ['nginx:1.14-4', 'docker.io/library/nginx:1.14-4: not found'],
    ['nginx:1.27-alpne', 'docker.io/library/nginx:1.27-alpne: not found'],
    [
      'nosuchregistry.invalid/team/app:1.0',
      'dial tcp: lookup nosuchregistry.invalid on 172.18.0.1:53: no such host',
    ],
    [
      'registry.example.com/team/app:1.0',
      'dial tcp: lookup registry.example.com on 172.18.0.1:53: no such host',
    ],
    ['busybox:1', undefined],
    ['alpine/curl:8.5.0', undefined],
    ['python:3.12-slim', undefined],
    ['node:20', 'The embedded cluster does not simulate the image "library/node"'.toLowerCase()],
  ])('pulling %s fails with %s', async (reference, refusal) => {
    const store = new ImageStore(images, clock);
    const told = await store.pull(reference).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (refusal === undefined) expect(told).toBeUndefined();
    else expect(told?.toLowerCase()).toContain(refusal.toLowerCase());
  });
});

describe('containers', () => {
  it('run their command with image, Pod and user settings, and keep its output and exit code', async () => {
    const sandbox = pod();
    const container = run(sandbox, {
      command: [
        'sh',
        '-c',
        'echo "$HOSTNAME $HOME $GREETING"; pwd; cat /etc/hosts; echo problem >&2; exit 3',
      ],
      env: [{ name: 'GREETING', value: 'grüß' }],
      workingDir: '/made/here',
    });
    await ended(container);
    expect(container.exitCode).toBe(3);
    expect(logOf(container)).toContain('web /root grüß\n/made/here\n');
    expect(logOf(container)).toContain(`${sandbox.ip}\tweb\n`);
    expect(logOf(container)).toContain('192.0.2.9\tfar\n');
    const streams = container.log.entries().map(({ stream }) => stream);
    expect(streams.filter((stream) => stream === 'stderr')).toHaveLength(1);
  });

  it.each([
    [['nosuch'], 'exec: "nosuch": executable file not found in $PATH'],
    [['/bin/nosuch'], 'exec: "/bin/nosuch": stat /bin/nosuch: no such file or directory'],
    [['/etc/passwd'], 'exec: "/etc/passwd": permission denied'],
    [['/tmp'], 'exec: "/tmp": is a directory'],
  ])('that name %j as command fail with %s', (command, text) => {
    const container = pod().createContainer({ ...plain, command });
    expect(() => container.start()).toThrow(text);
    expect([container.phase, container.exitCode]).toEqual(['exited', 128]);
  });

  it('share volumes, and cannot write what is mounted read-only', async () => {
    const sandbox = pod();
    const tree = new VolumeTree({ now: () => 0 });
    const mount = { containerPath: '/data', tree, subPath: '', readOnly: false };
    await ended(run(sandbox, { command: ['sh', '-c', 'echo shared > /data/f'], mounts: [mount] }));
    const reader = run(sandbox, {
      command: ['sh', '-c', 'cat /data/f; echo more > /data/f'],
      mounts: [{ ...mount, readOnly: true }],
    });
    await ended(reader);
    expect(logOf(reader)).toMatch(/^shared\n.*Read-only file system\n$/s);
  });

  it('keep to memory and log limits', async () => {
    const flood = run(pod(), {
      command: [
        'sh',
        '-c',
        'while true; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done',
      ],
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    flood.signal('KILL');
    await ended(flood);
    const kept = flood.log.entries().reduce((sum, { text }) => sum + text.length, 0);
    expect(flood.exitCode).toBe(137);
    expect(kept).toBeLessThanOrEqual(10 * 1024 * 1024);
  });
});

describe('nginx', () => {
  const site = (text: string) => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/default.conf', text);
    return { containerPath: '/etc/nginx/conf.d', tree, subPath: '', readOnly: true };
  };
  const nginx = { image: 'nginx:1.27-alpine', name: 'nginx' };

  it('greets, logs to the container, and stops on SIGQUIT', async () => {
    const sandbox = pod();
    const container = run(sandbox, nginx);
    await logged(container, 'start worker process');
    expect((await get(sandbox, '/')).body).toContain('<h1>Welcome to nginx!</h1>');
    expect((await get(sandbox, '/missing')).status).toBe(404);
    await logged(container, 'GET /missing HTTP/1.1" 404 153');
    expect(logOf(container)).toContain('docker-entrypoint.sh: Configuration complete; ready for start up');
    expect(logOf(container)).toContain(
      'open() "/usr/share/nginx/html/missing" failed (2: No such file or directory)',
    );
    expect(container.stopSignal).toBe('QUIT');
    container.signal('QUIT');
    await ended(container);
    expect(container.exitCode).toBe(0);
  });

  it('writes files when a volume covers its log folder', async () => {
    const sandbox = pod();
    const tree = new VolumeTree({ now: () => 0, mode: 0o777 });
    const container = run(sandbox, {
      ...nginx,
      mounts: [{ containerPath: '/var/log/nginx', tree, subPath: '', readOnly: false }],
    });
    await logged(container, 'ready for start up');
    while (
      !Buffer.from(tree.read('/error.log') ?? [])
        .toString()
        .includes('start worker process')
    )
      await new Promise(setImmediate);
    await get(sandbox, '/?q=1');
    while (Buffer.from(tree.read('/access.log') ?? []).length === 0) await new Promise(setImmediate);
    expect(Buffer.from(tree.read('/access.log')!).toString()).toContain('"GET /?q=1 HTTP/1.1" 200');
  });

  it.each([
    ['location / { return 200 "hi $request_method $arg_a\\n"; }', '/?a=7', 200, 'hi GET 7'],
    ['location = / { return 204; }', '/', 204, ''],
    ['location /old { return 301 /new; }', '/old', 301, '301 Moved Permanently'],
    [
      'location / { rewrite ^/a/(.*)$ /b/$1 last; return 404; } location /b { return 200 "$uri"; }',
      '/a/x',
      200,
      '/b/x',
    ],
    ['location ~ \\.txt$ { return 200 regex; } location /a { return 200 prefix; }', '/a.txt', 200, 'regex'],
    [
      'location ~ \\.txt$ { return 200 regex; } location ^~ /a { return 200 prefix; }',
      '/a.txt',
      200,
      'prefix',
    ],
    ['location / { try_files $uri /index.html; root /usr/share/nginx/html; }', '/nope', 200, 'Welcome'],
    [
      'location / { root /nowhere; } error_page 404 /e.html; location = /e.html { return 200 custom; }',
      '/x',
      404,
      'custom',
    ],
    ['location / { deny all; }', '/', 403, '403 Forbidden'],
    ['location /s { stub_status; }', '/s', 200, 'Active connections: 1'],
    [
      'location / { proxy_pass http://127.0.0.1:8081/in/; } } server { listen 8081; location / { return 200 "up $uri $http_host"; }',
      '/x',
      200,
      'up /in/x 127.0.0.1:8081',
    ],
    ['location / { proxy_pass http://127.0.0.1:9; }', '/', 502, '502 Bad Gateway'],
  ])('%s answers %s with %i', async (rules, path, status, body) => {
    const sandbox = pod();
    const container = run(sandbox, { ...nginx, mounts: [site(`server { listen 80; ${rules} }`)] });
    await logged(container, 'start worker process');
    const answer = await get(sandbox, path);
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(body)]);
  });

  it.each([
    ['server { listen 80 }', 'unexpected "}" in /etc/nginx/conf.d/default.conf:1'],
    ['server { listen 80;', 'unexpected end of file, expecting "}" in /etc/nginx/conf.d/default.conf:1'],
    ['server { lisen 80; }', 'unknown directive "lisen" in /etc/nginx/conf.d/default.conf:1'],
    ['listen 80;', '"listen" directive is not allowed here in /etc/nginx/conf.d/default.conf:1'],
    [
      'server { location / { proxy_pass http://nosuch; } }',
      'host not found in upstream "nosuch" in /etc/nginx/conf.d/default.conf:1',
    ],
    ['server { limit_rate 1k; }', 'The embedded cluster does not simulate nginx\'s directive "limit_rate"'],
  ])('does not start with %s', async (text, message) => {
    const container = run(pod(), { ...nginx, mounts: [site(text)] });
    await ended(container);
    expect(container.exitCode).toBe(1);
    expect(logOf(container)).toContain(`nginx: [emerg] ${message}`);
  });

  it('says that its port is taken, five times, and gives up', async () => {
    const sandbox = pod();
    await logged(run(sandbox, nginx), 'start worker process');
    const second = run(sandbox, { ...nginx, name: 'second' });
    await ended(second);
    expect(second.exitCode).toBe(1);
    expect(
      logOf(second).match(
        /nginx: \[emerg\] bind\(\) to 0\.0\.0\.0:80 failed \(98: Address already in use\)/g,
      ),
    ).toHaveLength(5);
    expect(logOf(second)).toContain('still could not bind()');
  });

  it('tests and reloads its configuration', async () => {
    const sandbox = pod();
    const mount = site('server { listen 80; return 200 one; }');
    const container = run(sandbox, { ...nginx, mounts: [mount] });
    await logged(container, 'start worker process');
    expect(await exec(container, 'nginx', '-t')).toContain('test is successful');
    mount.tree.write('/default.conf', 'server { listen 80; return 200 two; }');
    expect(await exec(container, 'nginx', '-s', 'reload')).toContain('signal process started');
    while ((await get(sandbox, '/')).body !== 'two') await new Promise(setImmediate);
    mount.tree.write('/default.conf', 'server {');
    expect(await exec(container, 'nginx', '-t')).toContain('test failed\n[1]');
  });
});
