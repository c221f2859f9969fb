import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { isPodlabError } from '../errors';
import { type KubeApi, KubeApiError, type KubeObject } from './kube-api';
import { createKubeApi, fromKubeconfig } from './kube-api-client';

/**
 * What the embedded cluster cannot be made to do on demand: expired continue tokens and watches, endless bodies, silence,
 * odd exec endings. The ordinary half runs against the embedded cluster in the grader's and providers' tests.
 */
type Route = (request: IncomingMessage, response: ServerResponse, url: URL, body: string) => void;
let routes: Record<string, Route> = {};
let execMessages: (string | Buffer)[] = [];
let received: { headers: IncomingMessage['headers']; stdin: Buffer[] };
let server: https.Server;
let pem: { private: string; cert: string };
let api: KubeApi;
let origin: string;
const pods = { group: '', version: 'v1', plural: 'pods', namespace: 'lab' };
const listPath = 'GET /api/v1/namespaces/lab/pods';
const sockets = new Set<{ destroy(): void }>();

beforeAll(async () => {
  pem = await generate([{ name: 'commonName', value: 'kubernetes' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'kubernetes' }] }],
  });
  server = https.createServer({ key: pem.private, cert: pem.cert }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://x');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received = { headers: request.headers, stdin: [] };
      const route = routes[`${request.method} ${url.pathname}`];
      if (route) route(request, response, url, body);
      else status(response, 404, { reason: 'NotFound', message: `no route ${url.pathname}` });
    });
  });
  const ws = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered, { url }) =>
      url?.includes('/pods/old/') && offered.has('v4.channel.k8s.io')
        ? 'v4.channel.k8s.io'
        : 'v5.channel.k8s.io',
  });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.includes('/pods/gone/'))
      return socket.end(
        'HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{"kind":"Status","code":404,"reason":"NotFound","message":"pods \\"gone\\" not found"}',
      );
    ws.handleUpgrade(request, socket, head, (client) => {
      received = { headers: request.headers, stdin: [] };
      const answer = () => {
        for (const message of execMessages) client.send(Buffer.from(message));
      };
      if (request.url?.includes('stdin=true'))
        client.on('message', (data: Buffer) => {
          received.stdin.push(data);
          if (data[0] === 255) answer();
        });
      else answer();
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = createKubeApi({ server: origin, ca: pem.cert, tlsServerName: 'kubernetes', token: 'sesame' });
});

afterEach(() => {
  routes = {};
  execMessages = [];
});

afterAll(() => {
  api.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

function json(response: ServerResponse, body: unknown, code = 200) {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
function status(response: ServerResponse, code: number, rest: object) {
  json(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...rest }, code);
}
const pod = (name: string) => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' },
});
const list = (items: unknown[], metadata: object = { resourceVersion: '7' }) => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata,
  items,
});

describe('list', () => {
  test('joins pages and gives every item its apiVersion and kind', async () => {
    routes[listPath] = (_q, r, url) =>
      url.searchParams.get('continue')
        ? json(r, list([pod('b')], { resourceVersion: '9' }))
        : json(r, list([pod('a')], { resourceVersion: '9', continue: 'more' }));
    const { items, resourceVersion } = await api.list(pods);
    expect(items.map((p) => `${p.apiVersion} ${p.kind} ${p.metadata.name}`)).toEqual([
      'v1 Pod a',
      'v1 Pod b',
    ]);
    expect(resourceVersion).toBe('9');
    expect(received.headers.authorization).toBe('Bearer sesame');
  });

  test('starts over in one piece when the continue token has expired', async () => {
    routes[listPath] = (_q, r, url) => {
      if (url.searchParams.get('continue')) return status(r, 410, { reason: 'Expired', message: 'too old' });
      const paged = url.searchParams.has('limit');
      json(
        r,
        list(paged ? [pod('a')] : [pod('a'), pod('b')], paged ? { continue: 'x' } : { resourceVersion: '3' }),
      );
    };
    expect((await api.list(pods)).items).toHaveLength(2);
  });

  test('asks for an earlier version by its first page, and tells when it is forgotten', async () => {
    const asked: string[] = [];
    routes[listPath] = (_q, r, url) => {
      asked.push(url.search);
      if (url.search.includes('resourceVersion=5')) return status(r, 410, { reason: 'Expired' });
      json(r, list([pod('a')], { resourceVersion: '6', ...(asked.length === 1 && { continue: 'x' }) }));
    };
    expect((await api.list(pods, undefined, '6')).items).toHaveLength(2);
    expect(asked).toEqual([
      '?limit=250&resourceVersion=6&resourceVersionMatch=Exact',
      '?limit=250&continue=x',
    ]);
    await expect(api.list(pods, undefined, '5')).rejects.toMatchObject({ code: 410 });
    expect(asked).toHaveLength(3);
  });
});

describe('errors are of three kinds', () => {
  test('a refusal carries the Status of the API server', async () => {
    routes[listPath] = (_q, r) =>
      status(r, 403, { reason: 'Forbidden', message: 'pods is forbidden: User "x" cannot list' });
    const error = await api.list(pods).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KubeApiError);
    expect(error).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: expect.stringContaining('cannot list'),
    });
  });

  test.each([
    ['nothing listens', { server: 'https://127.0.0.1:1' }, 'connection refused'],
    ['the certificate is not trusted', {}, 'not signed by the authority'],
  ])('cluster-unreachable when %s', async (_name, options, why) => {
    const other = createKubeApi({ server: origin, ...options });
    const error = await other.list(pods).catch((e: unknown) => e);
    expect(isPodlabError(error) && error.code).toBe('cluster-unreachable');
    expect(String(error)).toContain(why);
    other.close();
  });

  test('cluster-unreachable when it takes the request and never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const asked = new Promise<void>((resolve) => {
        routes[listPath] = () => resolve();
      });
      const error = api.list(pods).catch((e: unknown) => e);
      await asked;
      vi.advanceTimersByTime(60_000);
      expect(await error).toMatchObject({
        code: 'cluster-unreachable',
        message: expect.stringContaining('silent for a minute'),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test('an abort rejects with the reason of the signal', async () => {
    routes[listPath] = () => {};
    const abort = new AbortController();
    const reason = new Error('enough');
    const pending = api.list(pods, abort.signal);
    setTimeout(() => abort.abort(reason), 20);
    await expect(pending).rejects.toBe(reason);
  });
});

test('get gives undefined for what is not there', async () => {
  expect(await api.get(pods, 'nobody')).toBeUndefined();
});

test('apply finds the plural of a kind it does not know by discovery, and sends a server-side apply', async () => {
  const widget = { apiVersion: 'example.com/v1', kind: 'Mouse', metadata: { name: 'm' } };
  routes['GET /apis/example.com/v1'] = (_q, r) =>
    json(r, {
      resources: [
        { name: 'mice', kind: 'Mouse', namespaced: true },
        { name: 'mice/status', kind: 'Mouse' },
      ],
    });
  let seen = '';
  routes['PATCH /apis/example.com/v1/namespaces/lab/mice/m'] = (q, r, url, body) => {
    seen = `${q.headers['content-type']} ${url.search} ${body}`;
    json(r, widget);
  };
  await api.apply(widget, 'lab');
  expect(seen).toBe(`application/apply-patch+yaml ?fieldManager=podlab&force=true ${JSON.stringify(widget)}`);
  await expect(api.apply({ ...widget, kind: 'Cat' }, 'lab')).rejects.toThrow('no matches for kind "Cat"');
});

test('logs are cut at 1 MiB', async () => {
  routes['GET /api/v1/namespaces/lab/pods/web/log'] = (_q, r) => {
    r.writeHead(200);
    const line = 'x'.repeat(64 * 1024);
    const more = () => {
      while (!r.destroyed && r.write(line));
    };
    r.on('drain', more);
    more();
  };
  expect((await api.logs('lab', 'web', {})).length).toBe(1024 * 1024);
});

describe('watch', () => {
  const collect = (resourceVersion = '7') =>
    new Promise<{ events: string[]; gone: boolean; error?: Error }>((resolve) => {
      const events: string[] = [];
      api.watch(pods, resourceVersion, {
        event: (type, object: KubeObject) => events.push(`${type} ${object.metadata.name}`),
        end: (reason) => resolve({ events, ...reason }),
      });
    });
  const stream = (...documents: unknown[]): Route => {
    return (_q, r) => {
      r.writeHead(200);
      // Cut in the middle of a line and of a character.
      const bytes = Buffer.from(documents.map((d) => `${JSON.stringify(d)}\n`).join(''));
      const middle = Math.floor(bytes.length / 2);
      r.write(bytes.subarray(0, middle));
      setTimeout(() => r.end(bytes.subarray(middle)), 5);
    };
  };

  test('passes events on, not bookmarks, and tells an ordinary end', async () => {
    routes[listPath] = stream(
      { type: 'ADDED', object: pod('ä-1') },
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8' } } },
      { type: 'DELETED', object: pod('ä-1') },
    );
    expect(await collect()).toEqual({ events: ['ADDED ä-1', 'DELETED ä-1'], gone: false });
  });

  test.each([
    ['as an event', stream({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })],
    ['as a status', ((_q, r) => status(r, 410, { message: 'too old' })) as Route],
  ])('a 410 %s asks for a new list', async (_name, route) => {
    routes[listPath] = route;
    expect(await collect()).toMatchObject({ gone: true });
  });

  test('a broken stream ends with its error', async () => {
    routes[listPath] = (_q, r) => {
      r.writeHead(200);
      r.write('{"type":"ADDED"');
      setTimeout(() => r.destroy(), 5);
    };
    const { gone, error } = await collect();
    expect(gone).toBe(false);
    expect(isPodlabError(error) && error.code).toBe('cluster-unreachable');
  });
});

describe('exec', () => {
  const ending = (status: object) => `\x03${JSON.stringify(status)}`;
  const run = (options: { stdin?: string } = {}) =>
    api.exec('lab', 'web', { command: ['sh', '-c', 'x'], ...options });

  test('gathers both streams and the exit code', async () => {
    const cause = { reason: 'ExitCode', message: '3' };
    execMessages = [
      '\x01one ',
      '\x02warn',
      '\x01two',
      ending({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [cause] } }),
    ];
    expect(await run()).toEqual({ stdout: 'one two', stderr: 'warn', exitCode: 3 });
    expect(received.headers).toMatchObject({ authorization: 'Bearer sesame' });
  });

  test('sends stdin and closes it', async () => {
    execMessages = [ending({ status: 'Success' })];
    expect(await run({ stdin: 'hello' })).toMatchObject({ exitCode: 0 });
    expect(received.stdin.map((m) => m.toString('latin1'))).toEqual(['\0hello', '\xff\0']);
  });

  test.each([
    [
      'the command is not there',
      [ending({ status: 'Failure', reason: 'InternalError', message: 'no such file' })],
      'no such file',
    ],
    ['the output has no end', ['\x01'.padEnd(700_000, 'y'), '\x01'.padEnd(700_000, 'y')], 'more than 1 MiB'],
  ])('has no exit code when %s', async (_name, messages, error) => {
    execMessages = messages;
    expect(await run()).toMatchObject({ exitCode: null, error: expect.stringContaining(error) });
  });

  test('works with an API server before 1.30, but for the end of its input', async () => {
    execMessages = ['\x01old', ending({ status: 'Success' })];
    expect(await api.exec('lab', 'old', { command: ['true'] })).toMatchObject({ stdout: 'old', exitCode: 0 });
    expect(await api.exec('lab', 'old', { command: ['cat'], stdin: 'x' })).toMatchObject({
      exitCode: null,
      error: expect.stringContaining('too old'),
    });
  });

  test('a refused upgrade is the refusal of the API server', async () => {
    await expect(api.exec('lab', 'gone', { command: ['true'] })).rejects.toMatchObject({
      name: 'KubeApiError',
      code: 404,
    });
  });
});

describe('fromKubeconfig', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const text = (user: string) => `
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: c, user: u, namespace: lab}}]
clusters: [{name: c, cluster: {server: "${origin}", certificate-authority-data: ${base64(pem.cert)}, tls-server-name: kubernetes}}]
users: [{name: u, user: ${user}}]
`;

  test('uses the token of the current context', async () => {
    routes[listPath] = (_q, r) => json(r, list([]));
    const client = fromKubeconfig(text('{token: abc}'));
    await client.list(pods);
    expect(received.headers.authorization).toBe('Bearer abc');
    client.close();
  });

  test('runs an exec plug-in once until its credentials expire', async () => {
    routes[listPath] = (_q, r) => json(r, list([]));
    const script = `echo '{"status":{"token":"'$$'"}}'`;
    const client = fromKubeconfig(text(`{exec: {command: sh, args: [-c, ${JSON.stringify(script)}]}}`));
    await client.list(pods);
    const first = received.headers.authorization;
    await client.list(pods);
    expect(first).toMatch(/^Bearer \d+$/);
    expect(received.headers.authorization).toBe(first);
    client.close();
  });

  test.each([
    ['is empty', ''],
    ['has no current-context', 'contexts: []'],
    ['has no context "x" (it has: y)', 'current-context: x\ncontexts: [{name: y, context: {}}]'],
    ['is not YAML', '{'],
  ])('says that the file %s', (what, broken) => {
    expect(() => fromKubeconfig(broken)).toThrow(what);
  });
});
