import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../certificate';
import { VolumeTree } from '../../files/volume-tree';
import type { RuntimeContainer } from '../../runtime/container-runtime';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'nginx:1.27-alpine';

function folder(path: string, files: Record<string, string>) {
  const tree = new VolumeTree({ now: () => 0 });
  for (const [name, text] of Object.entries(files)) tree.write(`/${name}`, text);
  return { containerPath: path, tree, subPath: '', readOnly: false };
}

const site = (text: string) => folder('/etc/nginx/conf.d', { 'default.conf': text });

/** A running nginx with that site. */
async function serving(text: string, more: ReturnType<typeof folder>[] = []): Promise<RuntimeContainer> {
  const container = run(pod(), { image, mounts: [site(text), ...more] });
  await logged(container, 'start worker process');
  return container;
}

const sh = (container: RuntimeContainer, script: string) => exec(container, 'sh', '-c', script);

describe('what nginx adds to its answers', () => {
  it.each([
    [
      'charset utf-8;',
      'curl -sI localhost/ | grep -i ^content-type',
      'Content-Type: text/plain; charset=utf-8\r\n',
    ],
    ['expires 1h;', 'curl -sI localhost/ | grep -i ^cache-control', 'Cache-Control: max-age=3600\r\n'],
    ['expires -1;', 'curl -sI localhost/ | grep -i ^cache-control', 'Cache-Control: no-cache\r\n'],
    [
      'gzip on; gzip_types text/plain;',
      'curl -s -H "Accept-Encoding: gzip" localhost/ | gunzip',
      'a text of some length, for it is packed\n',
    ],
    ['gzip on; gzip_types text/plain;', 'curl -s localhost/', 'a text of some length, for it is packed\n'],
  ])('%s', async (directives, script, said) => {
    const text = 'default_type text/plain; return 200 "a text of some length, for it is packed\\n";';
    const container = await serving(`server { listen 80; ${directives} ${text} }`);
    expect(await sh(container, script)).toBe(said);
  });
});

describe('redirects of nginx', () => {
  it.each([
    [
      'listen 80;',
      'curl -s -o /dev/null -w "%{redirect_url}" -H "Host: web.test:8080" localhost/old',
      'http://web.test/new',
    ],
    [
      'listen 8080;',
      'curl -s -o /dev/null -w "%{redirect_url}" localhost:8080/old',
      'http://localhost:8080/new',
    ],
    [
      'listen 8080; port_in_redirect off;',
      'curl -s -o /dev/null -w "%{redirect_url}" localhost:8080/old',
      'http://localhost/new',
    ],
    ['listen 80; absolute_redirect off;', 'curl -sI localhost/old | grep -i ^location', 'Location: /new\r\n'],
  ])('%s', async (listen, script, said) => {
    const container = await serving(`server { ${listen} location /old { return 301 /new; } }`);
    expect(await sh(container, script)).toBe(said);
  });
});

describe('nginx as a proxy', () => {
  const back =
    'server { listen 8081; location / { return 200 "$server_protocol $http_host $http_x_a $http_connection $uri\\n"; } location /bad { return 500 bad; } location /moved { return 302 http://127.0.0.1:8081/new; } }';
  const proxy = (rules: string) => `server { listen 80; ${rules} } ${back}`;

  it.each([
    [
      'speaks HTTP/1.0 and closes',
      'location / { proxy_pass http://127.0.0.1:8081; }',
      'curl -s -H "X-A: 1" localhost/x',
      'HTTP/1.0 127.0.0.1:8081 1 close /x\n',
    ],
    [
      'speaks 1.1 when told',
      'location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://127.0.0.1:8081; }',
      'curl -s localhost/x',
      'HTTP/1.1 127.0.0.1:8081   /x\n',
    ],
    [
      'sets headers',
      'location / { proxy_set_header Host $host; proxy_set_header X-A $remote_addr; proxy_pass http://127.0.0.1:8081; }',
      'curl -s localhost/x',
      'HTTP/1.0 localhost 127.0.0.1 close /x\n',
    ],
    [
      'drops header names with underscores',
      'location / { proxy_pass http://127.0.0.1:8081; }',
      'curl -s -H "X_A: 1" localhost/x',
      'HTTP/1.0 127.0.0.1:8081  close /x\n',
    ],
    [
      'adds a slash',
      'location /api/ { proxy_pass http://127.0.0.1:8081/; }',
      'curl -s -o /dev/null -w "%{http_code} %{redirect_url}" "localhost/api?a=1"',
      '301 http://localhost/api/?a=1',
    ],
    [
      'takes over error pages',
      'location / { proxy_intercept_errors on; error_page 500 /sorry; proxy_pass http://127.0.0.1:8081; } location = /sorry { return 200 sorry; }',
      'curl -s -w " %{http_code}" localhost/bad',
      'sorry 500',
    ],
    [
      'answers a client that has said all it has to say',
      'location / { proxy_pass http://127.0.0.1:8081; }',
      'printf "GET /x HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n" | nc localhost 80 | tail -1',
      'HTTP/1.0 127.0.0.1:8081  close /x\n',
    ],
    [
      'rewrites Location',
      'location /app/ { proxy_pass http://127.0.0.1:8081/; }',
      'curl -s -o /dev/null -w "%{redirect_url}" localhost/app/moved',
      'http://localhost/app/new',
    ],
    [
      'asks the next server',
      'location / { proxy_next_upstream error http_500; proxy_pass http://both; } } upstream both { server 127.0.0.1:8081; server 127.0.0.1:8082; } server { listen 8082; location / { return 200 second; }',
      'curl -s localhost/bad; curl -s localhost/bad',
      'secondsecond',
    ],
    [
      'gives up after proxy_read_timeout',
      'location / { proxy_read_timeout 100ms; proxy_pass http://127.0.0.1:9000; }',
      'mkfifo /tmp/f; (nc -l -p 9000 < /tmp/f >/dev/null 2>&1 &); exec 3>/tmp/f; until netstat -ltn | grep -q :9000; do sleep 0.05; done; curl -s -o /dev/null -w "%{http_code}" localhost/',
      '504',
    ],
  ])('%s', async (_what, rules, script, said) => {
    expect(await sh(await serving(proxy(rules)), script)).toBe(said);
  });

  it('tells the upstream where nginx does, and who asks', async () => {
    const container = await serving(proxy('server_name site; location / { proxy_pass http://127.0.0.1:9; }'));
    expect(await sh(container, 'curl -s -o /dev/null -w "%{http_code}" localhost/x')).toBe('502');
    expect(logOf(container)).toContain(
      'connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: site, request: "GET /x HTTP/1.1", upstream: "http://127.0.0.1:9/x", host: "localhost"',
    );
  });

  it('looks names in variables up by resolver alone', async () => {
    const container = await serving(proxy('location / { set $to web; proxy_pass http://$to; }'));
    expect(await sh(container, 'curl -s -o /dev/null -w "%{http_code}" localhost/')).toBe('502');
    expect(logOf(container)).toContain('no resolver defined to resolve web, client: 127.0.0.1');
  });

  it('weighs its servers smoothly', async () => {
    const servers = [1, 2].map((n) => `server { listen 900${n}; return 200 ${n}; }`).join(' ');
    const upstream = 'upstream u { server 127.0.0.1:9001 weight=3; server 127.0.0.1:9002; }';
    const container = await serving(
      `${upstream} ${servers} server { listen 80; location / { proxy_pass http://u; } }`,
    );
    expect(await sh(container, 'for i in 1 2 3 4; do curl -s localhost; done')).toBe('1121');
  });

  it('passes TCP on in stream', async () => {
    const main = `error_log stderr notice;\nevents {}\nstream { upstream web { server 127.0.0.1:81; } server { listen 5000; proxy_pass web; } }\nhttp { server { listen 81; return 200 through; } }\n`;
    const container = run(pod(), {
      image,
      mounts: [{ ...folder('/etc/nginx/nginx.conf', { c: main }), subPath: 'c' }],
    });
    await logged(container, 'start worker process');
    expect(await sh(container, 'curl -s localhost:5000')).toBe('through');
  });
});

describe('who may see what nginx serves', () => {
  const users = folder('/etc/nginx/users', {
    htpasswd: 'ann:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/\nbob:{PLAIN}secret\neve:$2y$05$abc\n',
  });
  const guarded =
    'server { listen 80; location / { auth_basic "Staff only"; auth_basic_user_file users/htpasswd; return 200 "$remote_user"; root /usr/share/nginx/html; } }';

  it.each([
    [
      'curl -s -o /dev/null -w "%{http_code} %header{www-authenticate}" localhost/index.html',
      '401 Basic realm="Staff only"',
    ],
    ['curl -s -o /dev/null -w "%{http_code}" -u bob:secret localhost/index.html', '200'],
    ['curl -s -o /dev/null -w "%{http_code}" -u ann:myPassword localhost/index.html', '200'],
    ['curl -s -o /dev/null -w "%{http_code}" -u ann:other localhost/index.html', '401'],
    ['curl -s -o /dev/null -w "%{http_code}" -u eve:x localhost/index.html', '500'],
  ])('%s', async (script, said) => {
    const container = await serving(guarded.replace('return 200 "$remote_user"; ', ''), [users]);
    expect(await sh(container, script)).toBe(said);
  });

  it('believes a trusted proxy whom it asks for', async () => {
    const rules = 'set_real_ip_from 127.0.0.0/8; real_ip_header X-Forwarded-For; deny 192.0.2.1;';
    const container = await serving(
      `server { listen 80; ${rules} location / { return 200 "$remote_addr"; } }`,
    );
    expect(await sh(container, 'curl -s -H "X-Forwarded-For: 10.0.0.1, 192.0.2.7" localhost')).toBe(
      '192.0.2.7',
    );
  });
});

describe('nginx with TLS', () => {
  const { ca, cert, key } = makeCertificate('web.test', ['web.test'], []);
  const tls = folder('/etc/nginx/tls', {
    'tls.crt': `${cert}${ca}`,
    'tls.key': key,
    'ca.crt': ca,
    'other.key': makeCertificate('x').key,
  });
  const server = (certificate: string, secret: string) =>
    `server { listen 443 ssl; server_name web.test; ssl_certificate ${certificate}; ssl_certificate_key ${secret}; ssl_protocols TLSv1.2 TLSv1.3; location / { return 200 "$scheme $ssl_protocol\\n"; } }`;

  it.each([
    [
      'curl -s --cacert /etc/nginx/tls/ca.crt --resolve web.test:443:127.0.0.1 https://web.test',
      'https TLSv1.3\n',
    ],
    ['curl -sk https://localhost', 'https TLSv1.3\n'],
    ['curl -s http://localhost:443 | grep -c "The plain HTTP request was sent to HTTPS port"', '2\n'],
  ])('%s', async (script, said) => {
    const container = await serving(server('tls/tls.crt', 'tls/tls.key'), [tls]);
    expect(await sh(container, script)).toBe(said);
  });

  it.each([
    [
      server('tls/none.crt', 'tls/tls.key'),
      'cannot load certificate "/etc/nginx/tls/none.crt": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/etc/nginx/tls/none.crt, r)',
    ],
    [
      server('tls/tls.crt', 'tls/other.key'),
      'SSL_CTX_use_PrivateKey("/etc/nginx/tls/other.key") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)',
    ],
    [
      'server { listen 443 ssl; }',
      'no "ssl_certificate" is defined for the "listen ... ssl" directive in /etc/nginx/conf.d/default.conf:1',
    ],
  ])('does not start without its certificate: %#', async (text, message) => {
    const container = run(pod(), { image, mounts: [site(text), tls] });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      1,
      expect.stringContaining(`nginx: [emerg] ${message}`),
    ]);
  });
});

describe('a configuration that nginx does not like', () => {
  it.each([
    [
      'server { root /a; root /b; }',
      '[emerg] "root" directive is duplicate in /etc/nginx/conf.d/default.conf:1',
    ],
    ['server { return 200 $nosuch; }', '[emerg] unknown "nosuch" variable'],
    [
      'server { listen 80 default_server; } server { listen 80 default_server; }',
      '[emerg] a duplicate default server for 0.0.0.0:80 in /etc/nginx/conf.d/default.conf:1',
    ],
    ['server { listen 80 udp; }', '[emerg] The embedded cluster does not simulate'],
    [
      'server { listen 80; server_name "~^("; }',
      '[emerg] pcre2_compile() failed: bad regular expression "^(" in /etc/nginx/conf.d/default.conf:1',
    ],
    [
      'map $uri $x { "~[" 1; } server { listen 80; }',
      '[emerg] pcre2_compile() failed: bad regular expression "[" in /etc/nginx/conf.d/default.conf:1',
    ],
    [
      'server { listen 80; listen 80; }',
      '[emerg] a duplicate listen 0.0.0.0:80 in /etc/nginx/conf.d/default.conf:1',
    ],
    [
      'server { add_header "X Y" z; }',
      '[emerg] The embedded cluster does not simulate the header name "X Y"',
    ],
  ])('%s', async (text, message) => {
    const container = run(pod(), { image, mounts: [site(text)] });
    await ended(container);
    expect(container.exitCode).toBe(1);
    // In the error log, and on the console.
    expect(logOf(container).split(message.replace('[emerg] ', ''))).toHaveLength(3);
    expect(logOf(container)).toContain(`nginx: ${message}`);
  });

  it('is warned of, and served', async () => {
    const two =
      'server { listen 80; server_name a; return 200 1; } server { listen 80; server_name a; return 200 2; }';
    const container = await serving(two);
    expect(logOf(container)).toContain('nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored\n');
    expect(await sh(container, 'curl -s -H "Host: a" localhost')).toBe('1');
  });

  it('has a user that only the superuser can give', async () => {
    const container = run(pod(), { image, user: { uid: 101, gid: 101, supplementalGroups: [] } });
    await ended(container);
    expect(logOf(container)).toContain(
      'nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2\n',
    );
    expect(logOf(container)).toContain(
      'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)\n',
    );
  });
});

describe('what a client of nginx cannot do', () => {
  const back = 'server { listen 8081; return 200 back; }';

  it.each([
    [
      'write headers by the path',
      `server { listen 80; add_header X-Path "$uri" always; location / { proxy_pass http://127.0.0.1:8081; } } ${back}`,
      'curl -s -o /dev/null -w "%{http_code} %header{x-path}" "localhost/a%0d%0aSet-Cookie:%20b"; curl -s localhost',
      '200 /aSet-Cookie: bback',
    ],
    [
      'hold it up by an expression',
      'server { listen 80; location ~ "^/(?=a)(a+)+$" { return 200 found; } location / { return 200 other; } }',
      `curl -s -o /dev/null -w "%{http_code} " localhost/${'a'.repeat(200)}!; curl -s localhost/b`,
      '500 other',
    ],
    [
      'fill the memory with a body in chunks',
      `server { listen 80; client_max_body_size 1k; location / { proxy_pass http://127.0.0.1:8081; } } ${back}`,
      '(printf "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n800\\r\\n"; head -c 2048 /dev/zero; printf "\\r\\n0\\r\\n\\r\\n") | nc localhost 80 2>/dev/null | grep -c "^HTTP/1.1 413"',
      '1\n',
    ],
  ])('%s', async (_what, text, script, said) => {
    expect(await sh(await serving(text), script)).toBe(said);
  });
});

describe('groups of expressions in nginx', () => {
  it.each([
    ['server_name "~^(?<sub>\\w+)\\.test$"; return 200 $sub;', 'www'],
    ['location ~ ^/(?<first>\\w+)/ { return 200 $first; }', 'one'],
    ['location ~ (?i)^/ONE/(.*) { return 200 $1; }', 'two'],
    ['if ($host ~ "^(?P<sub>w+)") { return 200 $sub; }', 'www'],
  ])('%s', async (rules, said) => {
    const container = await serving(`server { listen 80; ${rules} }`);
    expect(await sh(container, 'curl -s -H "Host: www.test" localhost/one/two')).toBe(said);
  });
});

describe('the lines of nginx at its end', () => {
  const lines = (container: RuntimeContainer) =>
    logOf(container)
      .replace(/^\S+ \S+ /gm, '')
      .replace(/\b\d+#\d+/g, 'N');

  it.each([
    ['QUIT', 'signal 3 (SIGQUIT) received, shutting down', true],
    ['TERM', 'signal 15 (SIGTERM) received, exiting', false],
  ])('by SIG%s', async (signal, received, gracefully) => {
    const container = await serving('server { listen 80; }');
    container.signal(signal);
    await ended(container);
    const shown = lines(container);
    expect(shown).toContain(`[notice] N: ${received}\n`);
    expect(shown.includes('[notice] N: gracefully shutting down\n')).toBe(gracefully);
    expect(shown).toMatch(
      /N: exiting\n.*N: exit\n.*worker process \d+ exited with code 0\n\[notice\] N: exit\n$/s,
    );
    expect(container.exitCode).toBe(0);
  });

  it('and when it is reloaded', async () => {
    const container = await serving('server { listen 80; }');
    await exec(container, 'nginx', '-s', 'reload');
    await logged(container, 'exited with code 0');
    expect(logOf(container)).toMatch(/signal 1 \(SIGHUP\) received from \d+, reconfiguring/);
    expect(logOf(container)).toMatch(
      /reconfiguring\n.*start worker processes\n.*gracefully shutting down\n/s,
    );
  });
});
