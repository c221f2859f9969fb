import { describe, expect, it } from 'vitest';
import {
  clock,
  ended,
  exec,
  get,
  images,
  logged,
  logOf,
  pod,
  run,
  statuses,
} from '../../runtime/pod-for-tests';
import { ImageStore } from '../image-store';

describe('the httpd image', () => {
  it('serves its page, logs to the container, and stops on SIGWINCH', async () => {
    const sandbox = pod();
    const container = run(sandbox, { image: 'httpd:2.4' });
    await logged(container, 'resuming normal operations');
    expect((await get(sandbox, '/')).body).toBe('<html><body><h1>It works!</h1></body></html>\n');
    expect((await get(sandbox, '/none')).status).toBe(404);
    await exec(container, 'sh', '-c', 'mkdir htdocs/a; echo hi > htdocs/a/f.txt');
    expect((await get(sandbox, '/a')).status).toBe(301);
    expect((await get(sandbox, '/a/')).body).toContain('<a href="f.txt">');
    expect((await get(sandbox, '/a/f.txt')).body).toBe('hi\n');
    expect(logOf(container)).toContain('"GET /none HTTP/1.1" 404 ');
    expect(container.stopSignal).toBe('WINCH');
    container.signal('WINCH');
    await ended(container);
    expect(container.exitCode).toBe(0);
  });

  it.each([
    [
      'CustomLog logs/access_log combined',
      'wget -qO /dev/null -U me localhost; cat logs/access_log',
      /"GET \/ HTTP\/1\.1" 200 45 "-" "me"\n$/,
    ],
    ['ErrorLog logs/error_log', 'cat logs/error_log', /resuming normal operations\n/],
    [
      '<Directory /usr/local/apache2/htdocs/a>\nOptions -Indexes\n</Directory>',
      'mkdir -p htdocs/a; wget -qO- localhost/a/ 2>&1',
      /403 Forbidden/,
    ],
    [
      '<Directory /usr/local/apache2/htdocs/a>\\nRequire all denied\\n</Directory>',
      'mkdir -p htdocs/a; echo x > htdocs/a/b; wget -qO- localhost/a/b 2>&1',
      /403 Forbidden/,
    ],
  ])('does as %j says', async (directive, script, said) => {
    const container = run(pod(false, {}, ['httpd:2.4-alpine']), {
      image: 'httpd:2.4-alpine',
      command: ['sh', '-c', `printf '%b\\n' '${directive}' >> conf/httpd.conf; exec httpd -DFOREGROUND`],
    });
    const up = 'until wget -qO /dev/null localhost; do sleep 0.05; done 2>/dev/null';
    expect(await exec(container, 'sh', '-c', `${up}; ${script}`)).toMatch(said);
  });

  it('refuses a directive that it does not simulate', async () => {
    const container = run(pod(), {
      image: 'httpd:2.4',
      command: ['sh', '-c', 'echo "ProxyPass / http://x" >> conf/httpd.conf; exec httpd -DFOREGROUND'],
    });
    await ended(container);
    expect(logOf(container)).toMatch(
      /AH00526: Syntax error on line \d+ .*\n.*does not simulate httpd's directive "ProxyPass"/,
    );
  });
});

describe('the http-echo image', () => {
  it('says its text', async () => {
    const sandbox = pod();
    const container = run(sandbox, {
      image: 'hashicorp/http-echo:1.0',
      args: ['-text=hello', '-listen=:80'],
    });
    await logged(container, '[INFO] server is listening on :80');
    expect((await get(sandbox, '/any')).body).toBe('hello\n');
  });

  it('asks for a text', async () => {
    const container = run(pod(), { image: 'hashicorp/http-echo:1.0' });
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      127,
      'Missing -text option or ECHO_TEXT env var!\n',
    ]);
  });
});

describe('the whoami image', () => {
  it('tells who asks whom', async () => {
    const sandbox = pod();
    const container = run(sandbox, { image: 'traefik/whoami' });
    await logged(container, 'Starting up on port 80');
    const { body } = await get(sandbox, '/path', 'X-Mark: 7\r\n');
    expect(body).toContain(`Hostname: web\nIP: 127.0.0.1\nIP: ${sandbox.ip}\nRemoteAddr: `);
    expect(body).toContain('GET /path HTTP/1.1\nHost: site\n');
    expect(body).toContain('X-Mark: 7\n');
  });
});

describe('the curl image', () => {
  it.each([
    [['-sS', 'localhost:9'], /^curl: \(7\) Failed to connect to localhost port 9/],
    [['sh', '-c', 'id -un; pwd'], /^curl_user\n\/home\/curl_user\n$/],
  ])('runs %j', async (args, said) => {
    const container = run(pod(), { image: 'curlimages/curl', args });
    await ended(container);
    expect(logOf(container)).toMatch(said);
  });
});

describe('images that are mounted as volumes', () => {
  it.each([
    ['registry.k8s.io/e2e-test-images/kitten:1.8', '/data.json', '{\n"image": "kitten.jpg"\n}\n'],
    ['quay.io/crio/artifact:v2', '/dir/file', '1\n'],
  ])('%s has %s', (image, path, content) => {
    const store = new ImageStore(images, clock, statuses(image));
    expect(Buffer.from(store.files(image)?.read(path) ?? []).toString()).toBe(content);
  });
});
