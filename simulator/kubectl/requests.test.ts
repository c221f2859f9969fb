import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

const get = (path: string, headers: Record<string, string> = {}, accept = 'application/json') =>
  session.request('GET', path, { headers, accept });

describe('field validation', () => {
  const twice = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"},"unknown":1}';
  const problems = 'unknown field "unknown", duplicate field "data.a"';

  it.each<[validation: string, status: number, message: string | undefined, warnings: number]>([
    [
      'Strict',
      400,
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${problems}`,
      0,
    ],
    ['Warn', 201, undefined, 2],
    ['Ignore', 201, undefined, 0],
  ])('%s answers %i for a field that stands twice', async (validation, status, message, warnings) => {
    const path = `/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=${validation}`;
    const reply = await session.request('POST', path, { body: twice });
    expect(reply.status).toBe(status);
    expect(reply.json.message).toBe(message);
    expect([reply.headers['warning'] ?? []].flat().join().split('299 - ').length - 1).toBe(warnings);
  });

  it('names the line of a key that stands twice in an applied YAML', async () => {
    const path = '/api/v1/namespaces/default/configmaps/twice?fieldManager=m&fieldValidation=Strict';
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: x\n  a: y\n';
    const reply = await session.request('PATCH', path, { body, contentType: 'application/apply-patch+yaml' });
    expect(reply.json.message).toBe(
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map',
    );
  });
});

describe('the bytes of an answer', () => {
  it.each<[query: string, agent: string, start: string, end: string]>([
    ['', 'kubectl/v1.36.0', '{"kind":"Namespace","apiVersion":"v1","metadata":{', '}\n'],
    ['?pretty=true', 'kubectl/v1.36.0', '{\n  "kind": "Namespace",\n  "apiVersion": "v1",\n', '\n}'],
    ['', 'curl/8.14.1', '{\n  "kind": "Namespace",\n', '\n}'],
    ['?pretty=false', 'curl/8.14.1', '{"kind":"Namespace"', '}\n'],
  ])('%j for %s', async (query, agent, start, end) => {
    const { text } = await get(`/api/v1/namespaces/default${query}`, { 'user-agent': agent });
    expect(text.slice(0, start.length)).toBe(start);
    expect(text.slice(-end.length)).toBe(end);
  });

  it('are YAML for those who would rather have that', async () => {
    const one = await get('/api/v1/namespaces/default', {}, 'application/yaml');
    expect(one.headers['content-type']).toBe('application/yaml');
    expect(one.text).toMatch(/^kind: Namespace\napiVersion: v1\nmetadata:\n/);
    const list = await get('/api/v1/nodes', {}, 'application/yaml, application/json');
    expect(list.text).toMatch(/^kind: NodeList\napiVersion: v1\n/);
  });

  it('are YAML that its older readers understand, too', async () => {
    const same = ['kubectl-says-so-in-one-line-however-long-that-line-may-become '.repeat(3)];
    const body = { metadata: { name: 'yaml' }, data: { on: 'yes', long: same[0], again: same[0] } };
    await session.request('POST', '/api/v1/namespaces/default/configmaps', { body });
    const { text } = await get('/api/v1/namespaces/default/configmaps/yaml', {}, 'application/yaml');
    expect(text).toContain(`\n  "on": "yes"\n  long: "${same[0]}"\n  again: "${same[0]}"\n`);
  });

  it.each<[accept: string, status: number]>([
    ['application/vnd.kubernetes.protobuf,application/json', 200],
    ['*/*', 200],
    ['application/vnd.kubernetes.protobuf', 406],
    ['text/html', 406],
  ])('for %s: %i', async (accept, status) => {
    expect((await get('/api/v1/namespaces/default', {}, accept)).status).toBe(status);
  });

  it('has no Table of what is answered and not stored', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const body = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await session.request('POST', path, { body, accept })).status).toBe(406);
  });
});

describe('health', () => {
  it.each(['healthz', 'livez', 'readyz'])('%s names its checks', async (path) => {
    const { text } = await get(`/${path}?verbose`);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '[+]ping ok',
        '[+]etcd ok',
        '[+]autoregister-completion ok',
        `${path} check passed`,
      ]),
    );
    expect((await get(`/${path}/etcd`)).text).toBe('ok');
    expect((await get(`/${path}/nosuch`)).status).toBe(404);
  });
});

describe('the issuer of tokens', () => {
  it('tells every account how to check them, and nobody else', async () => {
    const token = (await session.kubectl('create token default')).stdout.trim();
    const configuration = await session.request('GET', '/.well-known/openid-configuration', { token });
    const { issuer, jwks_uri: address } = configuration.json;
    expect(issuer).toBe('https://kubernetes.default.svc.cluster.local');
    const keys = await session.request('GET', new URL(address).pathname, { token });
    expect(keys.headers['content-type']).toBe('application/jwk-set+json');
    expect(keys.json.keys).toMatchObject([{ use: 'sig', alg: 'ES256' }]);
    expect((await session.request('GET', '/openid/v1/jwks', { token: '' })).status).toBe(403);
  });
});

/** Each kind's statusStrategy: which metadata comes along with a status. */
describe('a status', () => {
  it.each<[path: string, body: unknown, labels: boolean]>([
    ['/api/v1/namespaces/default/services', { spec: { ports: [{ port: 80 }] } }, true],
    ['/api/v1/namespaces/default/resourcequotas', { spec: { hard: { pods: '5' } } }, true],
    [
      '/apis/apps/v1/namespaces/default/deployments',
      {
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { containers: [{ name: 'c', image: 'nginx' }] },
          },
        },
      },
      false,
    ],
  ])('of %s brings annotations, and labels: %#', async (path, body, labels) => {
    const sent = { metadata: { name: 'status-metadata' }, ...(body as object) };
    expect((await session.request('POST', path, { body: sent })).status).toBe(201);
    const patch = { metadata: { annotations: { by: 'status' }, labels: { by: 'status' } } };
    const { json } = await session.request('PATCH', `${path}/status-metadata/status`, {
      body: patch,
      contentType: 'application/merge-patch+json',
    });
    expect(json.metadata.annotations.by).toBe('status');
    expect(json.metadata.labels?.by).toBe(labels ? 'status' : undefined);
  });
});

describe('a kind that is known by name only', () => {
  it.each([
    'get deviceclasses',
    'get validatingwebhookconfigurations x',
    'get resourceclaims',
    'delete ipaddresses 10.0.0.1',
  ])('%s is refused in a sentence', async (command) => {
    const { stderr, exit } = await session.kubectl(command);
    expect(stderr).toMatch(/The embedded cluster does not simulate \w+; use a kind cluster for that\.\n$/);
    expect(exit).toBe(1);
  });
});

describe('a kind that only the cluster changes', () => {
  it.each<[command: string, lines: RegExp]>([
    [
      'get apiservices',
      /^NAME +SERVICE +AVAILABLE +AGE\nv1\. +Local +True +\S+\n[\s\S]*\nv2\.autoscaling +Local +True/,
    ],
    [
      'get flowschemas',
      /^NAME +PRIORITYLEVEL +MATCHINGPRECEDENCE +DISTINGUISHERMETHOD +AGE +MISSINGPL\ncatch-all +catch-all +10000 +ByUser +\S+ +False\n/,
    ],
    [
      'get prioritylevelconfigurations',
      /\ncatch-all +Limited +5 +<none> +<none> +<none> +\S+\nexempt +Exempt +<none> +<none> +<none> +<none> +\S+\nglobal-default +Limited +20 +128 +6 +50 /,
    ],
    ['get csinodes', /^NAME +DRIVERS +AGE\npodlab-control-plane +0 +\S+\n$/],
  ])('%s', async (command, lines) => {
    expect((await session.kubectl(command)).stdout).toMatch(lines);
  });

  it('is not changed by others', async () => {
    for (const command of ['delete flowschema exempt', 'label apiservice v1.apps a=b'])
      expect((await session.kubectl(command)).stderr).toMatch(
        /The embedded cluster does not simulate changes of \w+ objects; use a kind cluster for that\.\n$/,
      );
  });
});

describe('options of a request', () => {
  const path = '/api/v1/namespaces/default/configmaps';
  it.each<[method: string, query: string, status: number, message: string]>([
    [
      'GET',
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'GET',
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    [
      'GET',
      'watch=true&resourceVersionMatch=NotOlderThan',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    [
      'POST',
      'dryRun=Some',
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    ],
    [
      'POST',
      'fieldValidation=Loud',
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loud": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    [
      'DELETE',
      'propagationPolicy=Sideways',
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
  ])('%s ?%s', async (method, query, status, message) => {
    const body = method === 'POST' ? { metadata: { name: 'options' } } : undefined;
    const reply = await session.request(method, `${path}?${query}`, { body });
    expect([reply.status, reply.json.message]).toEqual([status, message]);
  });

  it.each([
    ['force=true', 'force: Forbidden: may not be specified for non-apply patch'],
    [`fieldManager=${'m'.repeat(129)}`, 'fieldManager: Too long: may not be more than 128 bytes'],
    ['fieldManager=a%0Ab', 'fieldManager: Invalid value: "a\\nb": invalid character U+000A (at position 1)'],
  ])('PATCH ?%s', async (query, message) => {
    const reply = await session.request('PATCH', `${path}/options?${query}`, {
      body: {},
      contentType: 'application/merge-patch+json',
    });
    expect(reply.json.message).toBe(`PatchOptions.meta.k8s.io "" is invalid: ${message}`);
  });
});

describe('a name that every JavaScript object knows', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s is no field', async (name) => {
    const sent = `{"metadata":{"name":"c"},"${name}":{"a":1}}`;
    const post = await session.request(
      'POST',
      '/api/v1/namespaces/default/configmaps?fieldValidation=Strict',
      {
        body: sent,
      },
    );
    expect(post.json.message).toContain(`unknown field "${name}"`);
    for (const type of ['merge-patch', 'strategic-merge-patch']) {
      const patch = await session.request('PATCH', '/api/v1/namespaces/default?fieldValidation=Strict', {
        body: `{"spec":{"${name}":{"a":1}}}`,
        contentType: `application/${type}+json`,
      });
      expect(patch.status).toBeLessThan(500);
    }
  });
});

describe('what is no path', () => {
  it.each(['//api', '//', '*'])('%s is refused', async (path) => {
    const { simulator } = session;
    const status = await new Promise<number>((resolve, reject) => {
      const options = { ca: simulator.caCertificate, agent: false as const, path };
      const request = httpsRequest(simulator.url, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      request.end();
    });
    expect(status).toBe(400);
  });
});

describe('what is not served', () => {
  it.each(['/nope', '/apis/nope/v1/things'])('%s is found nowhere, in Go’s plain words', async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(text).toBe('404 page not found\n');
  });

  it.each([
    '/api/v2',
    '/apis/apps/v2',
    '/api/v1/namespaces/default/pods/x/nope',
  ])('%s is not found by the group that it is of', async (path) => {
    const { status, json } = await get(path);
    expect([status, json.reason, json.message]).toEqual([
      404,
      'NotFound',
      'the server could not find the requested resource',
    ]);
  });

  it('is told only to those who might ask for it', async () => {
    const { stderr } = await session.kubectl('get --raw /apis/nope/v1/namespaces/a/things/b --as=eve');
    expect(stderr).toBe(
      'Error from server (Forbidden): things.nope "b" is forbidden: User "eve" cannot get resource "things" in API group "nope" in the namespace "a"\n',
    );
  });
});

describe('what the API server tells of itself', () => {
  it('lists its paths', async () => {
    const { paths } = (await get('/')).json;
    expect(paths).toEqual(expect.arrayContaining(['/apis/apps', '/apis/apps/v1', '/livez/ping', '/version']));
  });

  it('counts what is stored', async () => {
    expect((await get('/metrics')).text).toMatch(
      /^apiserver_resource_objects\{group="",resource="nodes"\} 1$/m,
    );
  });
});

describe('ComponentStatuses', () => {
  it('tell that scheduler, controllers and store are well', async () => {
    const { stdout, stderr } = await session.kubectl('get cs');
    expect(stderr).toBe('Warning: v1 ComponentStatus is deprecated in v1.19+\n');
    expect(stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
      'NAME STATUS MESSAGE ERROR',
      'controller-manager Healthy ok',
      'scheduler Healthy ok',
      'etcd-0 Healthy ok',
      '',
    ]);
    expect((await session.kubectl('get cs nosuch')).stderr).toContain('componentstatuses "nosuch" not found');
  });
});

describe('PodTemplates', () => {
  it('are kept and shown', async () => {
    const body = {
      metadata: { name: 'web' },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'nginx' }] },
      },
    };
    const path = '/api/v1/namespaces/default/podtemplates';
    const { json } = await session.request('POST', path, { body });
    expect(json.template.spec.restartPolicy).toBe('Always');
    const { stdout } = await session.kubectl('get podtemplates');
    expect(stdout).toBe('NAME   CONTAINERS   IMAGES   POD LABELS\nweb    c            nginx    app=web\n');
  });
});
