import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, rest: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...rest,
});

describe('refusals', () => {
  it.each([
    ['an unknown object', 'GET', `${CONFIGMAPS}/nope`, {}, 404, 'NotFound', 'configmaps "nope" not found'],
    [
      'a wrong method',
      'PUT',
      CONFIGMAPS,
      { body: {} },
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
    ['a bad token', 'GET', CONFIGMAPS, { token: 'wrong' }, 401, 'Unauthorized', 'Unauthorized'],
    [
      'nobody in particular',
      'GET',
      CONFIGMAPS,
      { token: '' },
      403,
      'Forbidden',
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'a truncated body',
      'POST',
      CONFIGMAPS,
      { body: '{"kind":' },
      400,
      'BadRequest',
      /json parse error: unexpected end of JSON input/,
    ],
    [
      'a body that is no object',
      'POST',
      CONFIGMAPS,
      { body: '[]' },
      400,
      'BadRequest',
      /couldn't get version\/kind/,
    ],
    [
      'another kind',
      'POST',
      CONFIGMAPS,
      { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } } },
      400,
      'BadRequest',
      /^Secret in version "v1" cannot be handled as a ConfigMap/,
    ],
    [
      'another version',
      'POST',
      CONFIGMAPS,
      { body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } } },
      400,
      'BadRequest',
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    [
      'a content type that is not read',
      'POST',
      CONFIGMAPS,
      { body: 'x', contentType: 'text/plain' },
      415,
      'UnsupportedMediaType',
      /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml/,
    ],
    [
      'a body above 3 MiB',
      'POST',
      CONFIGMAPS,
      { body: configMap('big', { data: { a: 'x'.repeat(3.2 * 2 ** 20) } }) },
      413,
      'RequestEntityTooLarge',
      'Request entity too large: limit is 3145728',
    ],
    [
      'a wrong field selector',
      'GET',
      `${CONFIGMAPS}?fieldSelector=data.a%3D1`,
      {},
      400,
      'BadRequest',
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [
      'a wrong limit',
      'GET',
      `${CONFIGMAPS}?limit=many`,
      {},
      400,
      'BadRequest',
      'strconv.ParseInt: parsing "many": invalid syntax',
    ],
  ] as const)('%s', async (_what, method, path, options, code, reason, message) => {
    const { status, json } = await session.request(method, path, options);
    expect(json).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
    expect(status).toBe(code);
    if (typeof message === 'string') expect(json.message).toBe(message);
    else expect(json.message).toMatch(message);
  });

  it('an object above 1.5 MiB, in the words of etcd', async () => {
    const rules = [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['x'.repeat(1.6 * 2 ** 20)] },
    ];
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'large' },
      rules,
    };
    const { json } = await session.request(
      'POST',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
      { body },
    );
    expect(json).toMatchObject({ code: 500, message: 'etcdserver: request is too large' });
  });
});

describe('writes', () => {
  it('gives a new object its identity, whatever was sent', async () => {
    const { status, json } = await session.request('POST', CONFIGMAPS, {
      body: configMap('identity', {
        metadata: {
          name: 'identity',
          uid: 'mine',
          creationTimestamp: '2001-01-01T00:00:00Z',
          selfLink: '/x',
          generation: 7,
        },
        data: { a: '1' },
      }),
    });
    expect(status).toBe(201);
    expect(json.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(json.metadata.creationTimestamp).not.toMatch(/^2001/);
    expect(json.metadata).not.toHaveProperty('selfLink');
    expect(json.metadata).not.toHaveProperty('generation');
    expect(json.metadata.managedFields).toMatchObject([{ operation: 'Update', fieldsType: 'FieldsV1' }]);
  });

  it('makes names from generateName', async () => {
    const body = configMap('', { metadata: { generateName: 'made-' } });
    const { json } = await session.request('POST', CONFIGMAPS, { body });
    expect(json.metadata.name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('refuses a change of an older version, and takes one without a version', async () => {
    const created = await session.request('POST', CONFIGMAPS, {
      body: configMap('race', { data: { n: '0' } }),
    });
    const old = created.json;
    const put = (body: unknown) => session.request('PUT', `${CONFIGMAPS}/race`, { body });
    expect((await put({ ...old, data: { n: '1' } })).status).toBe(200);
    const { status, json } = await put({ ...old, data: { n: '2' } });
    expect(status).toBe(409);
    expect(json.message).toBe(
      'Operation cannot be fulfilled on configmaps "race": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect((await put(configMap('race', { data: { n: '3' } }))).json.data).toEqual({ n: '3' });
  });

  it('issues no event and no new version when nothing changes', async () => {
    await session.request('POST', CONFIGMAPS, { body: configMap('still', { data: { a: '1' } }) });
    const before = (await session.request('GET', `${CONFIGMAPS}/still`)).json;
    const after = (await session.request('PUT', `${CONFIGMAPS}/still`, { body: before })).json;
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it('stores nothing with dryRun=All', async () => {
    const { status, json } = await session.request('POST', `${CONFIGMAPS}?dryRun=All`, {
      body: configMap('dry'),
    });
    expect(status).toBe(201);
    expect(json.metadata.uid).toBeTruthy();
    expect((await session.request('GET', `${CONFIGMAPS}/dry`)).status).toBe(404);
  });

  it('keeps an object with finalizers until the last is gone', async () => {
    const body = configMap('kept', { metadata: { name: 'kept', finalizers: ['example.com/hold'] } });
    await session.request('POST', CONFIGMAPS, { body });
    const deleted = await session.request('DELETE', `${CONFIGMAPS}/kept`);
    expect(deleted.json.metadata.deletionTimestamp).toBeTruthy();
    const patch = { metadata: { finalizers: null } };
    await session.request('PATCH', `${CONFIGMAPS}/kept`, {
      body: patch,
      contentType: 'application/merge-patch+json',
    });
    expect((await session.request('GET', `${CONFIGMAPS}/kept`)).status).toBe(404);
  });

  it('deletes a collection by selector, and only under the uid that was meant', async () => {
    for (const name of ['one', 'two']) {
      await session.request('POST', CONFIGMAPS, {
        body: configMap(name, { metadata: { name, labels: { batch: name } } }),
      });
    }
    await session.request('DELETE', `${CONFIGMAPS}?labelSelector=batch%3Done`);
    expect((await session.request('GET', `${CONFIGMAPS}/one`)).status).toBe(404);
    const { status, json } = await session.request('DELETE', `${CONFIGMAPS}/two`, {
      body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } },
    });
    expect(status).toBe(409);
    expect(json.message).toMatch(/Precondition failed: UID in precondition: other, UID in object meta: /);
  });
});

describe('field validation', () => {
  const body = configMap('fields', {
    data: { a: '1' },
    extra: true,
    metadata: { name: 'fields', lables: {} },
  });
  const post = (mode: string) =>
    session.request('POST', `${CONFIGMAPS}?dryRun=All&fieldValidation=${mode}`, { body });

  it('Strict refuses, naming every unknown field', async () => {
    const { status, json } = await post('Strict');
    expect(status).toBe(400);
    expect(json.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.lables", unknown field "extra"',
    );
  });

  it('Warn takes the rest and warns', async () => {
    const { status, headers, json } = await post('Warn');
    expect(status).toBe(201);
    expect(headers['warning']).toBe(
      '299 - "unknown field \\"metadata.lables\\"", 299 - "unknown field \\"extra\\""',
    );
    expect(json).not.toHaveProperty('extra');
  });

  it('Ignore is silent', async () => {
    expect((await post('Ignore')).headers).not.toHaveProperty('warning');
  });

  it.each([
    [{ data: { a: 1 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    [
      { data: ['a'] },
      'json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      { immutable: 'yes' },
      'json: cannot unmarshal string into Go struct field ConfigMap.immutable of type bool',
    ],
    [{ binaryData: { a: '%%' } }, 'illegal base64 data at input byte 0'],
  ])('refuses a value of another type: %o', async (rest, message) => {
    const { json } = await session.request('POST', CONFIGMAPS, { body: configMap('types', rest) });
    expect(json).toMatchObject({
      code: 400,
      message: `ConfigMap in version "v1" cannot be handled as a ConfigMap: ${message}`,
    });
  });
});

describe('lists', () => {
  it('come in pages of one consistent version', async () => {
    await session.kubectl('create namespace pages');
    const path = '/api/v1/namespaces/pages/secrets';
    for (const name of ['a', 'b', 'c', 'd']) {
      await session.request('POST', path, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name } } });
    }
    const first = (await session.request('GET', `${path}?limit=2`)).json;
    expect(first.metadata.remainingItemCount).toBe(2);
    await session.request('DELETE', `${path}/d`);
    const token = encodeURIComponent(first.metadata.continue);
    const second = (await session.request('GET', `${path}?limit=2&continue=${token}`)).json;
    const names = [...first.items, ...second.items].map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
    expect(names).toEqual(['a', 'b', 'c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata).not.toHaveProperty('continue');
  });

  it('lose nothing between namespaces of which one begins with the other', async () => {
    for (const namespace of ['pages-a', 'pages-a-b']) {
      await session.kubectl(`create namespace ${namespace}`);
      const body = configMap('one', { metadata: { name: 'one', labels: { paged: 'yes' } } });
      await session.request('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body });
    }
    const { stdout } = await session.kubectl('get configmaps -A -l paged=yes -o name --chunk-size=1');
    expect(stdout).toBe('configmap/one\nconfigmap/one\n');
  });

  it('go on from what is there when their version is forgotten', async () => {
    const path = '/api/v1/namespaces/pages/secrets';
    const first = await session.request('GET', `${path}?limit=1`);
    const stale = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start: 'pages/a' }));
    const text = 'x'.repeat(900_000);
    for (let n = 0; n < 24; n++) {
      const body = { metadata: { name: 'b' }, data: { n: Buffer.from(`${text}${n}`).toString('base64') } };
      await session.request('PUT', `${path}/b`, { body });
    }
    const expired = await session.request('GET', `${path}?limit=1&continue=${stale.toString('base64url')}`);
    expect([expired.status, expired.json.reason]).toEqual([410, 'Expired']);
    const token = encodeURIComponent(expired.json.metadata.continue);
    const next = await session.request('GET', `${path}?limit=1&continue=${token}`);
    expect(first.json.items[0].metadata.name).toBe('a');
    expect(next.json.items[0].metadata.name).toBe('b');
  });

  it('come as tables and as metadata alone', async () => {
    const table = await session.request('GET', '/api/v1/namespaces', {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect(table.json).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.json.rows[0].object.kind).toBe('PartialObjectMetadata');
    const metadata = await session.request('GET', '/api/v1/namespaces', {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(metadata.json.items[0]).not.toHaveProperty('status');
  });
});

describe('kubectl', () => {
  it('keeps what it has discovered: a second `get` is one request', async () => {
    await session.kubectl('get pods');
    const { stderr } = await session.kubectl('get pods -v=8');
    expect(stderr.match(/GET https:\S+/g)).toEqual([
      expect.stringMatching(/\/api\/v1\/namespaces\/default\/pods\?limit=500$/),
    ]);
  });
});
