import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageName, show } from './equal';
import { matchPartial } from './match';
import { parseDuration, parseQuantity } from './quantity';
import { parseSelector, selects } from './selectors';

const pod = {
  metadata: { name: 'web', labels: { app: 'web', tier: 'front' } },
  spec: {
    containers: [
      {
        name: 'sidecar',
        image: 'docker.io/library/busybox:1.36',
        command: ['sh', '-c', 'sleep 1d'],
        resources: { limits: { memory: '128Mi', cpu: '500m' } },
        volumeMounts: [
          { name: 'logs', mountPath: '/var/log' },
          { name: 'logs', mountPath: '/copy', readOnly: true },
        ],
      },
      {
        name: 'web',
        image: 'nginx',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        readinessProbe: { httpGet: { port: 'http', path: '/' } },
        env: [{ name: 'PORT', value: '8080' }],
      },
    ],
    volumes: [{ name: 'logs', emptyDir: {} }],
    terminationGracePeriodSeconds: 30,
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const container = (partial: object) => ({ spec: { containers: [partial] } });

describe('a partial object matches', () => {
  test.each<[string, object]>([
    ['itself', pod],
    ['part of it', { status: { phase: 'Running' } }],
    ['list items by key, in any order', { spec: { containers: [{ name: 'web' }, { name: 'sidecar' }] } }],
    ['conditions by type', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
    ['conditions written as YAML booleans', { status: { conditions: [{ type: 'Ready', status: true }] } }],
    ['ports by containerPort', container({ name: 'web', ports: [{ containerPort: 8080 }] })],
    [
      'mounts by mountPath',
      container({ name: 'sidecar', volumeMounts: [{ mountPath: '/copy', readOnly: true }] }),
    ],
    [
      'the better of two mounts with one name',
      container({ name: 'sidecar', volumeMounts: [{ name: 'logs', readOnly: true }] }),
    ],
    [
      'quantities by value',
      container({ name: 'sidecar', resources: { limits: { memory: '131072Ki', cpu: 0.5 } } }),
    ],
    ['images by what they name', container({ name: 'web', image: 'docker.io/library/nginx:latest' })],
    ['numbers where the API has texts', container({ name: 'web', env: [{ name: 'PORT', value: 8080 }] })],
    [
      'a probe port by its name’s number',
      container({ name: 'web', readinessProbe: { httpGet: { port: 8080 } } }),
    ],
    ['null, when the field is absent', { spec: { hostNetwork: null } }],
    [
      'false, when the API leaves it out',
      container({ name: 'sidecar', volumeMounts: [{ mountPath: '/var/log', readOnly: false }] }),
    ],
    [
      'a path with or without a slash at its end',
      container({ name: 'sidecar', volumeMounts: [{ name: 'logs', mountPath: '/var/log/' }] }),
    ],
    ['an item without a key by being like it', { spec: { containers: [{ image: 'nginx:latest' }] } }],
    ['an empty map where there is one', { spec: { volumes: [{ name: 'logs', emptyDir: {} }] } }],
  ])('%s', (_name, partial) => expect(matchPartial(partial, pod)).toEqual([]));
});

describe('a mismatch says where, what was expected and what is there', () => {
  test.each<[string, object, string[], string, string]>([
    ['a scalar', { status: { phase: 'Failed' } }, ['status', 'phase'], 'Failed', 'Running'],
    ['an absent field', { spec: { hostname: 'a' } }, ['spec', 'hostname'], 'a', 'nothing'],
    [
      'a missing item',
      { spec: { volumes: [{ name: 'data', emptyDir: {} }] } },
      ['spec', 'volumes'],
      '{name: data, emptyDir: {}}',
      'logs',
    ],
    [
      'deep inside an item',
      container({ name: 'sidecar', resources: { limits: { memory: '1Gi' } } }),
      ['spec', 'containers', 'sidecar', 'resources', 'limits', 'memory'],
      '1Gi',
      '128Mi',
    ],
    [
      'what should not be there',
      { metadata: { labels: { tier: null } } },
      ['metadata', 'labels', 'tier'],
      'nothing',
      'front',
    ],
    [
      'a command in another order',
      container({ name: 'sidecar', command: ['-c', 'sh', 'sleep 1d'] }),
      ['spec', 'containers', 'sidecar', 'command'],
      '[-c, sh, "sleep 1d"]',
      '[sh, -c, "sleep 1d"]',
    ],
    [
      'a mount asked for by its volume',
      container({ name: 'sidecar', volumeMounts: [{ name: 'data' }] }),
      ['spec', 'containers', 'sidecar', 'volumeMounts'],
      '{name: data}',
      '/var/log (name: logs), /copy (name: logs)',
    ],
    [
      'an empty map where nothing is',
      { spec: { securityContext: {} } },
      ['spec', 'securityContext'],
      'to be there',
      'nothing',
    ],
    [
      'a label by nearly that name',
      { metadata: { labels: { App: 'web' } } },
      ['metadata', 'labels', 'App'],
      'web',
      'nothing, but app: web',
    ],
    [
      'a label by no such name',
      { metadata: { labels: { zone: 'x' } } },
      ['metadata', 'labels', 'zone'],
      'x',
      'nothing',
    ],
  ])('%s', (_name, partial, path, expected, actual) =>
    expect(matchPartial(partial, pod)).toEqual([{ path, expected, actual }]));

  test('two expected items never share one actual item', () => {
    const ports = { ports: [{ protocol: 'TCP' }, { protocol: 'TCP' }] };
    expect(matchPartial(ports, { ports: [{ protocol: 'TCP' }] })).toHaveLength(1);
  });
});

describe('exactly', () => {
  const one = { spec: { containers: [{ name: 'web' }] } };
  test('finds items too many in every list', () =>
    expect(matchPartial(one, pod, { exactly: true })).toEqual([
      { path: ['spec', 'containers'], expected: 'nothing else', actual: 'sidecar' },
    ]));
  test('only where a path says so', () => {
    expect(matchPartial(one, pod, { exactly: ['spec.volumes'] })).toEqual([]);
    expect(matchPartial(one, pod, { exactly: ['containers'] })).toHaveLength(1);
  });
  test('holds for maps when they are named', () => {
    const labels = { metadata: { labels: { app: 'web' } } };
    expect(matchPartial(labels, pod, { exactly: true })).toEqual([]);
    expect(matchPartial(labels, pod, { exactly: ['metadata.labels'] })).toEqual([
      { path: ['metadata', 'labels'], expected: 'no other keys', actual: 'tier' },
    ]);
  });
});

describe('label selectors', () => {
  test.each([
    [
      'matchLabels and In are one',
      { matchLabels: { app: 'web' } },
      { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
      true,
    ],
    [
      'values in any order',
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] },
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] },
      true,
    ],
    ['another value', { matchLabels: { app: 'web' } }, { matchLabels: { app: 'api' } }, false],
    ['a Service’s plain map', { app: 'web' }, { app: 'web', tier: 'x' }, true],
  ])('%s', (_name, expected, actual, same) =>
    expect(matchPartial({ selector: expected }, { selector: actual })).toHaveLength(same ? 0 : 1));

  test.each([
    ['app=web', true],
    ['app==web,tier in (front, back)', true],
    ['app!=web', false],
    ['nothing!=x', true],
    ['tier', true],
    ['!tier', false],
    ['tier notin (back)', true],
  ])('%s', (text, selected) => expect(selects(parseSelector(text), pod.metadata.labels)).toBe(selected));

  test('what is not a selector is named', () =>
    expect(() => parseSelector('a=b,c in d')).toThrow('"c in d"'));
});

describe('quantities', () => {
  test.each([
    ['0.5', '500m'],
    ['1Gi', '1024Mi'],
    ['1e3', '1k'],
    ['1.5Gi', '1536Mi'],
    ['100M', '100000k'],
    [2, '2'],
    ['1u', '1000n'],
    ['.5', '0.50'],
  ])('%s = %s', (a, b) => {
    expect(parseQuantity(a)).toBeDefined();
    expect(parseQuantity(a)).toBe(parseQuantity(b));
  });
  test.each(['', 'x', '1Q', '1 Gi', '--1', '1ki', {}, null])('%j is none', (value) =>
    expect(parseQuantity(value)).toBeUndefined());
  test('order follows the numbers', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (a, b) => {
        const [x, y] = [parseQuantity(`${a}m`), parseQuantity(`${b}m`)];
        return x! < y! === a < b && parseQuantity(`${a}Ki`) === parseQuantity(String(a * 1024));
      }),
    );
  });
  test.each([
    ['90s', '1m30s'],
    ['1.5h', '90m'],
    ['1000ms', '1s'],
  ])('duration %s = %s', (a, b) => expect(parseDuration(a)).toBe(parseDuration(b)));
});

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['busybox:1.36', 'index.docker.io/library/busybox:1.36'],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
  ['localhost:5000/a', 'localhost:5000/a:latest'],
])('image %s is %s', (a, b) => expect(imageName(a)).toBe(imageName(b)));

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.array(fc.record({ name: fc.string({ minLength: 1 }), value: tie('value') }), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('every object matches itself, and with more in it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), json), json, (object, more) => {
      const larger = { ...object, 'not in object': more };
      return matchPartial(object, object).length === 0 && matchPartial(object, larger).length === 0;
    }),
  );
});

test('long values are cut for people', () => expect(show('x'.repeat(500)).length).toBeLessThanOrEqual(200));

describe('an item of a list without a key', () => {
  const wanted = { spec: { containers: [{ image: 'nginx:1.27-alpine' }] } };
  const pod = (...images: string[]) => ({
    spec: { containers: images.map((image, i) => ({ name: `c${i}`, image })) },
  });

  test.each([
    [
      'is the only one there is',
      pod('busybox:1.36'),
      { path: ['spec', 'containers', 'c0', 'image'], actual: 'busybox:1.36' },
    ],
    [
      'is told with what the others have',
      pod('busybox:1.36', 'redis:7'),
      { path: ['spec', 'containers'], actual: 'c0 (image: busybox:1.36), c1 (image: redis:7)' },
    ],
  ])('%s', (_, actual, mismatch) => {
    expect(matchPartial(wanted, actual)).toMatchObject([mismatch]);
  });

  test('is any that is right', () => {
    expect(matchPartial(wanted, pod('busybox:1.36', 'nginx:1.27-alpine'))).toEqual([]);
  });
});
