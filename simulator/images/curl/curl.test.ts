import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { exec, logged, pod, run } from '../../runtime/pod-for-tests';

const site = `
server {
  listen 80;
  location /hello { return 200 "hello\\n"; }
  location /old { return 302 /hello; }
  location /loop { return 302 /loop; }
  location /busy { return 503; }
  location /connection { return 200 "$http_connection.\\n"; }
  location /echo { return 200 "$request_method $http_x_mark $http_cookie $http_authorization $args\\n"; }
  location /set { add_header Set-Cookie "seen=1; Path=/"; return 200; }
}
`;

async function curl(script: string): Promise<string> {
  const tree = new VolumeTree({ now: () => 0 });
  tree.write('/default.conf', site);
  const mounts = [{ containerPath: '/etc/nginx/conf.d', tree, subPath: '', readOnly: true }];
  const container = run(pod(), { image: 'nginx:1.27-alpine', name: 'nginx', mounts });
  await logged(container, 'start worker process');
  return exec(container, 'sh', '-c', script);
}

describe('curl', () => {
  it.each([
    ['curl -s localhost/hello', 'hello\n'],
    [
      "curl -s -o /dev/null -w '%{http_code} %{content_type} %{size_download}\\n' localhost/hello",
      '200 application/octet-stream 6\n',
    ],
    ['curl -s -L localhost/old', 'hello\n'],
    ["curl -s -o /dev/null -w '%{redirect_url}' localhost/old", 'http://localhost/hello'],
    ['curl -sS -L --max-redirs 3 localhost/loop', 'curl: (47) Maximum (3) redirects followed\n[47]'],
    ['curl -sI localhost/hello | head -1', 'HTTP/1.1 200 OK\r\n'],
    ['curl -si localhost/hello | tail -1', 'hello\n'],
    ['cd /tmp && curl -sO localhost/hello && cat hello', 'hello\n'],
    ['curl -s -X DELETE -H "X-Mark: 7" "localhost/echo?a=1"', 'DELETE 7   a=1\n'],
    ['curl -s -d a=1 localhost/echo', 'POST    \n'],
    ['curl -s -G -d a=1 -d b=2 localhost/echo', 'GET    a=1&b=2\n'],
    ['curl -s -G --data-urlencode "q=a b&c" localhost/echo', 'GET    q=a%20b%26c\n'],
    ['curl -s -u me:secret localhost/echo', 'GET   Basic bWU6c2VjcmV0 \n'],
    ['curl -s -b c=1 localhost/echo', 'GET  c=1  \n'],
    ['cd /tmp; curl -s -c jar localhost/set; curl -s -b jar localhost/echo', 'GET  seen=1  \n'],
    ['curl -s --resolve web.test:80:127.0.0.1 http://web.test/hello', 'hello\n'],
    ['curl -sf localhost/missing', '[22]'],
    ['curl -sSf localhost/missing', 'curl: (22) The requested URL returned error: 404\n[22]'],
    ['curl -sS -m 1 http://nosuch.invalid/', 'curl: (6) Could not resolve host: nosuch.invalid\n[6]'],
    [
      '(nc -l -p 81 >/dev/null </dev/null 2>/dev/null &); sleep 0.1; curl -sS localhost:81',
      'curl: (52) Empty reply from server\n[52]',
    ],
    [
      'curl -s -o /dev/null -w "%{remote_ip}:%{remote_port} %header{content-type}" localhost/hello',
      '127.0.0.1:80 application/octet-stream',
    ],
    [
      'curl -s -o /dev/null -w "%{nothing}." localhost/hello',
      ".curl: unknown --write-out variable: 'nothing'\n",
    ],
    [
      'curl -s "localhost/echo?n=[1-3]" "localhost/echo?n={a,b}"',
      [1, 2, 3, 'a', 'b'].map((n) => `GET    n=${n}\n`).join(''),
    ],
    ['curl -s -g "localhost/echo?n=[1-3]"', 'GET    n=[1-3]\n'],
    [
      'curl -sS "localhost/[a-]"',
      'curl: (3) bad range in URL position 12:\nlocalhost/[a-]\n           ^\n[3]',
    ],
    [
      'curl -sS -X "A B" localhost/hello',
      'curl: (43) The embedded cluster does not simulate this request: Method must be a valid HTTP token ["A B"]. Use a kind cluster for that.\n[43]',
    ],
    ['curl -s -H "X-Mark: 1" -H "X-Mark: 2" localhost/echo', 'GET 1, 2   \n'],
    ['curl -s localhost/connection', '.\n'],
    ['curl -s -x localhost:80 http://web.test/hello', 'hello\n'],
    ['http_proxy=localhost:80 curl -s http://web.test/hello', 'hello\n'],
    ['http_proxy=localhost:9 no_proxy=localhost curl -s localhost/hello', 'hello\n'],
    ['curl -s --connect-to web.test:80:localhost:80 http://web.test/hello', 'hello\n'],
    ['curl -s --interface lo localhost/hello', 'hello\n'],
    ['curl -sS --interface eth7 localhost/hello', "curl: (45) Couldn't bind to 'eth7'\n[45]"],
    ['curl --retry 2 --retry-delay 0 -sS -o /dev/null -w "%{http_code}" localhost/busy', '503'],
    [
      'curl',
      "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n[2]",
    ],
    [
      '(curl -s https://localhost:80 -S) 2>&1 | head -1',
      'curl: (35) TLS connect error: error:0A00010B:SSL routines::wrong version number\n',
    ],
    [
      'curl -sS --cacert /none https://localhost:80',
      'curl: (77) error setting certificate file: /none\n[77]',
    ],
    [
      'curl --nonsense localhost',
      'curl: option --nonsense: The embedded cluster does not simulate this option of curl; use a kind cluster for that.\n[2]',
    ],
  ])('%s', async (script, expected) => {
    expect(await curl(script)).toBe(expected);
  });

  it('says that nobody listens', async () => {
    expect(await curl('curl -sS http://localhost:9')).toMatch(
      /^curl: \(7\) Failed to connect to localhost port 9 after \d+ ms: Could not connect to server\n\[7\]$/,
    );
  });

  it('gives up after --max-time', async () => {
    expect(
      await curl('(sleep 9 | nc -l -p 81 >/dev/null 2>/dev/null &); sleep 0.1; curl -sS -m 0.2 localhost:81'),
    ).toMatch(/^curl: \(28\) Operation timed out after \d+ milliseconds with 0 bytes received\n\[28\]$/);
  });

  it('shows the conversation with -v, and a meter when it writes elsewhere', async () => {
    const said = await curl('curl -v localhost/hello 2>&1');
    expect(said).toContain('  % Total    % Received % Xferd');
    expect(said).toContain('* Connected to localhost (127.0.0.1) port 80\n');
    expect(said).toContain('> GET /hello HTTP/1.1\r\n> Host: localhost\r\n> User-Agent: curl/');
    expect(said).toContain('< HTTP/1.1 200 OK\r\n');
    expect(said).toContain('100     6  100     6');
  });
});
