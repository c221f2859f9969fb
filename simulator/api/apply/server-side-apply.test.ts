import { describe, expect, it } from 'vitest';
import { resourceByName } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { trackUpdate } from './managed-fields';
import { applyFields, typedProblems } from './server-side-apply';
import { shapeOf } from './typed-fields';

const deployments = resourceByName('deployments.apps');
const configMaps = resourceByName('configmaps');
const pods = resourceByName('pods');
const time = '2026-01-01T00:00:00Z';

const configMap = (data: Record<string, string>): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n' }, data }) as KubeObject;
const apply = (live: KubeObject | undefined, data: Record<string, string>, manager: string, force = false) =>
  applyFields(configMaps, live, configMap(data), { manager, subresource: '', time, force });
const dataOf = (object: KubeObject) => (object as KubeObject & { data: unknown }).data;
const owners = (object: KubeObject) =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry) => [
      `${entry.manager} ${entry.operation}`,
      entry.fieldsV1,
    ]),
  );

/** structured-merge-diff, typed/merge_test.go. */
describe('the order of a list that is merged', () => {
  const podOf = (names: string): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [...names].map((name) => ({ name })) },
    }) as unknown as KubeObject;
  it.each([
    ['', 'ab', 'ab'],
    ['ab', 'c', 'abc'],
    ['ab', 'ca', 'cab'],
    ['abc', 'cb', 'acb'],
    ['abcd', 'dxb', 'acdxb'],
    ['axb', 'ba', 'xba'],
    ['ab', 'acb', 'acb'],
  ])('of %j with %j is %j', (live, applied, merged) => {
    const as = (manager: string) => ({ manager, subresource: '', time, force: true });
    const before = live ? applyFields(pods, undefined, podOf(live), as('before')) : undefined;
    const { spec } = applyFields(pods, before, podOf(applied), as('after')) as unknown as {
      spec: { containers: { name: string }[] };
    };
    expect(spec.containers.map(({ name }) => name).join('')).toBe(merged);
  });
});

describe('an applied list', () => {
  it.each<[ports: object[], problem: string]>([
    [[{ port: 80 }, { port: 80 }], '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]'],
    [
      [{ name: 'a' }],
      '.spec.ports: element 0: associative list with keys has an element that omits key field "port" (and doesn\'t have default value)',
    ],
    [[{ port: 80 }, { port: 80, protocol: 'UDP' }], ''],
  ])('%j', (ports, problem) => {
    const found = typedProblems(shapeOf(resourceByName('services')), { spec: { ports } });
    expect(found.join()).toBe(problem);
  });
});

describe('server-side apply', () => {
  it('records who applied what', () => {
    expect(owners(apply(undefined, { a: '1' }, 'ann'))).toEqual({ 'ann Apply': { 'f:data': { 'f:a': {} } } });
  });

  it('lets two managers own the same value, and different fields', () => {
    const live = apply(apply(undefined, { a: '1' }, 'ann'), { a: '1', b: '2' }, 'bob');
    expect(owners(live)).toEqual({
      'ann Apply': { 'f:data': { 'f:a': {} } },
      'bob Apply': { 'f:data': { 'f:a': {}, 'f:b': {} } },
    });
  });

  it('removes what its manager leaves out, unless another owns it', () => {
    const live = apply(apply(undefined, { a: '1', b: '2' }, 'ann'), { b: '2' }, 'bob');
    expect(dataOf(apply(live, {}, 'ann'))).toEqual({ b: '2' });
  });

  it('refuses to change what others own, naming them', () => {
    const live = apply(undefined, { a: '1' }, 'ann');
    expect(() => apply(live, { a: '2' }, 'bob')).toThrow(
      expect.objectContaining({
        code: 409,
        message: 'Apply failed with 1 conflict: conflict with "ann": .data.a',
        details: {
          causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "ann"', field: '.data.a' }],
        },
      }),
    );
    const both = apply(undefined, { a: '1', b: '1' }, 'ann');
    expect(() => apply(both, { a: '2', b: '2' }, 'bob')).toThrow(
      'Apply failed with 2 conflicts: conflicts with "ann":\n- .data.a\n- .data.b',
    );
  });

  it('takes it with force', () => {
    const live = apply(apply(undefined, { a: '1' }, 'ann'), { a: '2' }, 'bob', true);
    expect(dataOf(live)).toEqual({ a: '2' });
    expect(owners(live)).toEqual({ 'bob Apply': { 'f:data': { 'f:a': {} } } });
  });

  it('counts an ordinary update as an owner too', () => {
    const live = apply(undefined, { a: '1' }, 'ann');
    const changed = { ...live, metadata: { ...live.metadata }, data: { a: '2' } } as KubeObject;
    trackUpdate(changed, live, shapeOf(configMaps), {
      manager: 'kubectl',
      apiVersion: 'v1',
      subresource: '',
      time,
    });
    expect(owners(changed)).toEqual({ 'kubectl Update': { 'f:data': { 'f:a': {} } } });
    expect(() => apply(changed, { a: '1' }, 'ann')).toThrow('conflict with "kubectl" using v1: .data.a');
  });

  it('merges list items by their keys and names them in conflicts', () => {
    const deployment = (containers: object[]): KubeObject =>
      ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { spec: { containers } } },
      }) as unknown as KubeObject;
    const as = (manager: string, live: KubeObject | undefined, containers: object[]) =>
      applyFields(deployments, live, deployment(containers), {
        manager,
        subresource: '',
        time,
        force: false,
      });
    const live = as('bob', as('ann', undefined, [{ name: 'web', image: 'nginx' }]), [
      { name: 'log', image: 'busybox' },
    ]);
    const spec = (live as unknown as { spec: { template: { spec: { containers: object[] } } } }).spec.template
      .spec;
    expect(spec.containers).toEqual([
      { name: 'web', image: 'nginx' },
      { name: 'log', image: 'busybox' },
    ]);
    expect(() => as('bob', live, [{ name: 'web', image: 'other' }])).toThrow(
      'conflict with "ann": .spec.template.spec.containers[name="web"].image',
    );
  });
});
