import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const openAPIV3Schema = {
  type: 'object',
  description: 'A thing that widgets are.',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, description: 'How large it is.' },
        colour: { type: 'string', default: 'red' },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    },
    status: { type: 'object', properties: { made: { type: 'integer' } } },
  },
};

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: ['v1', 'v1beta1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema },
      subresources: {
        status: {},
        scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.made' },
      },
      additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
    })),
  },
};

const widget = (name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec });

async function run(command: string, input?: string) {
  const { stdout, stderr } = await session.kubectl(command, input);
  return stdout + stderr;
}

describe('a CustomResourceDefinition', () => {
  beforeAll(async () => {
    await session.kubectl('apply -f -', JSON.stringify(definition));
    await session.kubectl('wait --for=condition=Established crd/widgets.example.com --timeout=60s');
  });

  it('has its names accepted', async () => {
    const { json } = await session.request('GET', `${DEFINITIONS}/widgets.example.com`);
    expect(json.status).toMatchObject({
      acceptedNames: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ],
      storedVersions: ['v1'],
    });
  });

  it('is discovered and explained', async () => {
    expect(await run('api-resources --api-group=example.com --no-headers')).toMatch(
      /^widgets +wd +example\.com\/v1 +true +Widget\n$/,
    );
    expect(await run('explain widget.spec')).toMatch(/size\t<integer> -required-\n {4}How large it is\./);
  });

  it('has its objects defaulted, shown in its columns, and in `all`', async () => {
    expect(await run('create -f -', widget('one', { size: 2 }))).toBe('widget.example.com/one created\n');
    expect(await run('get wd')).toBe('NAME   SIZE\none    2\n');
    expect(await run('get all -o name')).toContain('widget.example.com/one\n');
    expect(await run('get wd one -o jsonpath={.spec.colour}/{.metadata.generation}')).toBe('red/1');
  });

  it('serves every version of them', async () => {
    const { json } = await session.request('GET', '/apis/example.com/v1beta1/namespaces/default/widgets/one');
    expect(json).toMatchObject({ apiVersion: 'example.com/v1beta1', kind: 'Widget', spec: { size: 2 } });
  });

  it.each<[what: string, spec: object, told: string]>([
    [
      'an unknown field',
      { size: 1, weight: 3 },
      'Error from server (BadRequest): error when creating "STDIN": Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.weight"\n',
    ],
    [
      'a value out of bounds',
      { size: 0 },
      'The Widget "bad" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1\n',
    ],
    ['what is missing', {}, 'The Widget "bad" is invalid: spec.size: Required value\n'],
  ])('refuses %s', async (_, spec, told) => {
    expect(await run('create -f -', widget('bad', spec))).toBe(told);
  });

  it('has scale and status apart from the rest', async () => {
    await run('create -f -', widget('scaled', { size: 2 }));
    expect(await run('scale wd/scaled --replicas=5')).toBe('widget.example.com/scaled scaled\n');
    const path = '/apis/example.com/v1/namespaces/default/widgets/scaled';
    const patch = { spec: { size: 9 }, status: { made: 3 } };
    const contentType = 'application/merge-patch+json';
    const { json } = await session.request('PATCH', `${path}/status`, { body: patch, contentType });
    expect([json.spec.size, json.status.made, json.metadata.generation]).toEqual([5, 3, 2]);
    const scale = await session.request('GET', `${path}/scale`);
    expect([scale.json.spec, scale.json.status]).toEqual([{ replicas: 5 }, { replicas: 3 }]);
  });

  it('knows whose fields are whose', async () => {
    await run('apply --server-side -f -', widget('owned', { size: 2, parts: [{ name: 'a' }] }));
    const other = widget('owned', { size: 3, parts: [{ name: 'b' }] });
    expect(await run('apply --server-side --field-manager=other -f -', other)).toContain(
      'conflict with "kubectl": .spec.size',
    );
    await run('apply --server-side --field-manager=other --force-conflicts -f -', other);
    expect(await run('get wd owned -o jsonpath={.spec.parts[*].name}')).toBe('a b');
    const contentType = 'application/strategic-merge-patch+json';
    const path = '/apis/example.com/v1/namespaces/default/widgets/owned';
    expect((await session.request('PATCH', path, { body: {}, contentType })).status).toBe(415);
  });

  it('takes its objects, and those that depend on them, along', async () => {
    const watched = session.request('GET', '/apis/example.com/v1/widgets?watch=true');
    await run('create -f -', widget('owner', { size: 1 }));
    const uid = await run('get wd owner -o jsonpath={.metadata.uid}');
    const owners = [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'owner', uid }];
    const body = { metadata: { name: 'of-a-widget', ownerReferences: owners } };
    await session.request('POST', '/api/v1/namespaces/default/configmaps', { body });
    expect(await run('delete crd widgets.example.com --timeout=60s')).toBe(
      'customresourcedefinition.apiextensions.k8s.io "widgets.example.com" deleted\n',
    );
    expect((await session.request('GET', '/apis/example.com/v1')).status).toBe(404);
    // A watch ends with its type, having told of the last removal.
    expect((await watched).text).toMatch(/"type":"DELETED".*"name":"owner"/);
    await session.kubectl('wait --for=delete configmap/of-a-widget --timeout=60s');
    expect(await run('get configmap of-a-widget --ignore-not-found')).toBe('');
  });
});

describe('a schema that changes', () => {
  it('is what objects are read by, those too that were stored before', async () => {
    const schemaOf = (properties: object) => ({ type: 'object', properties });
    const { metadata, spec } = definition;
    const version = { name: 'v1', served: true, storage: true };
    const names = { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' };
    const before = schemaOf({ teeth: { type: 'integer' }, note: { type: 'string' } });
    await session.request('POST', DEFINITIONS, {
      body: {
        ...definition,
        metadata: { ...metadata, name: 'gears.example.com' },
        spec: { ...spec, names, versions: [{ ...version, schema: { openAPIV3Schema: before } }] },
      },
    });
    const gears = '/apis/example.com/v1/namespaces/default/gears';
    await session.request('POST', gears, {
      body: { apiVersion: 'example.com/v1', kind: 'Gear', metadata: { name: 'one' }, note: 'kept no longer' },
    });
    const after = schemaOf({ teeth: { type: 'integer', default: 12 } });
    const path = '/spec/versions/0/schema/openAPIV3Schema';
    await session.request('PATCH', `${DEFINITIONS}/gears.example.com`, {
      body: [{ op: 'replace', path, value: after }],
      contentType: 'application/json-patch+json',
    });
    const { json } = await session.request('GET', `${gears}/one`);
    expect(json).toMatchObject({ apiVersion: 'example.com/v1', kind: 'Gear', teeth: 12 });
    expect(json).not.toHaveProperty('note');
    const list = await session.request('GET', gears);
    expect(list.json.items).toMatchObject([{ teeth: 12 }]);
  });
});

describe('names that are taken', () => {
  it('are told, and the definition is not served', async () => {
    const named = (plural: string, kind: string) => ({
      ...definition,
      metadata: { name: `${plural}.example.org` },
      spec: { ...definition.spec, group: 'example.org', names: { plural, kind, shortNames: ['same'] } },
    });
    await session.kubectl('create -f -', JSON.stringify(named('firsts', 'First')));
    await session.kubectl('wait --for=condition=Established crd/firsts.example.org --timeout=60s');
    await session.kubectl('create -f -', JSON.stringify(named('seconds', 'Second')));
    await session.kubectl('wait --for=condition=Established=False crd/seconds.example.org --timeout=60s');
    const { json } = await session.request('GET', `${DEFINITIONS}/seconds.example.org`);
    expect(json.status.conditions).toMatchObject([
      {
        type: 'NamesAccepted',
        status: 'False',
        reason: 'ShortNamesConflict',
        message: '"same" is already in use',
      },
      { type: 'Established', status: 'False', reason: 'NotAccepted' },
    ]);
  });
});

describe('an applied configuration', () => {
  it('fits its type, whatever the field validation', async () => {
    const path = '/api/v1/namespaces/default/configmaps/c?fieldManager=m&fieldValidation=Ignore';
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\nbad: 1\n';
    const { status, json } = await session.request('PATCH', path, {
      body,
      contentType: 'application/apply-patch+yaml',
    });
    expect([status, json.message]).toEqual([
      500,
      'failed to create typed patch object (default/c; /v1, Kind=ConfigMap): .bad: field not declared in schema',
    ]);
  });
});
