import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
});
afterAll(() => session.stop());

describe('a kind that is not served', () => {
  it('is told of as kubectl tells of it on a real cluster', async () => {
    const { stderr, exit } = await session.kubectl(
      'apply -f -',
      'apiVersion: v1\nkind: Pud\nmetadata: {name: x}\n',
    );
    expect(stderr).toBe(
      'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "Pud" in version "v1"\nensure CRDs are installed first\n',
    );
    expect(exit).toBe(1);
  });
});

describe('/openapi/v2', () => {
  it('explains, in protobuf', async () => {
    const { stdout } = await session.kubectl('explain deploy.spec.replicas --output=plaintext-openapiv2');
    expect(stdout).toMatch(/^KIND: {5}Deployment\nVERSION: {2}apps\/v1\n\nFIELD: {4}replicas <integer>\n/);
  });

  it('is there in JSON', async () => {
    const { json } = await session.request('GET', '/openapi/v2');
    expect(json.swagger).toBe('2.0');
    expect(json.definitions['io.k8s.api.core.v1.Pod']['x-kubernetes-group-version-kind']).toEqual([
      { group: '', kind: 'Pod', version: 'v1' },
    ]);
  });
});

describe('/openapi/v2 of custom types', () => {
  const properties = {
    spec: {
      type: 'object',
      required: ['size', 'note'],
      properties: {
        size: { type: 'integer', description: 'How big it is.' },
        note: { type: 'string', nullable: true },
        any: {
          'x-kubernetes-preserve-unknown-fields': true,
          type: 'object',
          properties: { x: { type: 'string' } },
        },
      },
    },
  };
  const define = (name: string, openAPIV3Schema: object) =>
    session.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: {
        metadata: { name: `${name}s.example.com` },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: `${name}s`, singular: name, kind: name },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
        },
      },
    });

  it('holds what Swagger can tell of their schemas', async () => {
    await define('gadget', { type: 'object', properties });
    await define('bag', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties });
    const { json } = await session.request('GET', '/openapi/v2');
    const { properties: told } = json.definitions['com.example.v1.gadget'];
    expect(told.metadata).toMatchObject({ $ref: expect.stringMatching(/^#\/definitions\/.*ObjectMeta$/) });
    expect(told.spec).toEqual({
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', description: 'How big it is.' },
        note: {},
        any: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    });
    expect(json.definitions['com.example.v1.bag']).toEqual({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'bag' }],
    });
    expect(json.definitions['io.k8s.api.core.v1.Pod']).toBeDefined();
  });

  it('explains them, in protobuf', async () => {
    const { stdout } = await session.kubectl('explain gadgets.spec.size --output=plaintext-openapiv2');
    expect(stdout).toMatch(
      /^KIND: {5}gadget\nVERSION: {2}example.com\/v1\n\nFIELD: {4}size <integer>\n[\s\S]*How big it is/,
    );
  });
});

describe('kubectl explain', () => {
  it.each<[command: string, text: RegExp]>([
    [
      'pod.spec.containers.livenessProbe.httpGet.port',
      /FIELD: port <IntOrString>[\s\S]*Name or number of the port/,
    ],
    [
      'pod.metadata.creationTimestamp',
      /FIELD: creationTimestamp <string>[\s\S]*representing the server time/,
    ],
    ['componentstatuses', /^KIND: {7}ComponentStatus\n/],
    ['flowschemas.spec', /^GROUP: {6}flowcontrol\.apiserver\.k8s\.io\nKIND: {7}FlowSchema\n/],
  ])('%s', async (field, text) => {
    expect((await session.kubectl(`explain ${field}`)).stdout).toMatch(text);
  });
});

describe('bindings of old', () => {
  it('bind the Pod that their body names', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const spec = { schedulerName: 'mine', containers: [{ name: 'c', image: 'busybox' }] };
    await session.request('POST', pods, { body: { metadata: { name: 'bound' }, spec } });
    const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'podlab-control-plane' } };
    const reply = await session.request('POST', '/api/v1/namespaces/default/bindings', { body: binding });
    expect(reply.status).toBe(201);
    expect((await session.request('GET', `${pods}/bound`)).json.spec.nodeName).toBe('podlab-control-plane');
  });
});

describe('Endpoints', () => {
  const WARNING = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n';

  it.each([
    ['get endpoints', WARNING],
    ['get endpoints,services', WARNING],
    ['get endpointslices', ''],
    ['describe service kubernetes', ''],
  ])('%s', async (command, warning) => {
    expect((await session.kubectl(command)).stderr).toBe(warning);
  });
});

describe('a ReplicationController', () => {
  const MANIFEST = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'old' },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { app: 'old' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'nginx:1.27' }] },
      },
    },
  });

  it('keeps its Pods, and is scaled', async () => {
    await session.kubectl('apply -f -', MANIFEST);
    await session.kubectl('scale rc old --replicas=1');
    await expect
      .poll(async () => (await session.kubectl('get rc old --no-headers')).stdout, { timeout: 60_000 })
      .toMatch(/^old +1 +1 +1 +/);
    expect((await session.kubectl('get rc old --subresource=scale')).stdout).toMatch(
      /^NAME +DESIRED +AVAILABLE +AGE *\nold +1 +1 +/,
    );
  });

  it('lets `apply --prune` look through everything', async () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, labels: {app: pruned}}\n';
    await session.kubectl('apply -f -', config.replace('NAME', 'one'));
    const { stdout } = await session.kubectl(
      'apply --prune -l app=pruned -f -',
      config.replace('NAME', 'two'),
    );
    expect(stdout).toBe('configmap/two created\nconfigmap/one pruned\n');
  });
});

describe('a ClusterRole with an aggregationRule', () => {
  it('has the rules of those that it selects', async () => {
    await session.kubectl('create clusterrole all --aggregation-rule=example.com/part=yes');
    await session.kubectl('create clusterrole one --verb=get --resource=pods');
    await session.kubectl('label clusterrole one example.com/part=yes');
    await expect
      .poll(async () => (await session.kubectl('get clusterrole all -o jsonpath={.rules}')).stdout)
      .toBe('[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]');
  });

  it('makes the roles for people', async () => {
    await session.kubectl('create clusterrole crons --verb=get --resource=leases.coordination.k8s.io');
    await session.kubectl('label clusterrole crons rbac.authorization.k8s.io/aggregate-to-view=true');
    await session.kubectl('create clusterrolebinding ann --clusterrole=admin --user=ann');
    await expect
      .poll(async () => (await session.kubectl('auth can-i get leases --as=ann')).stdout.trim())
      .toBe('yes');
  });
});
