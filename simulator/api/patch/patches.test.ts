import { describe, expect, it } from 'vitest';
import { goPatch } from './go-patch';
import { jsonPatch } from './json-patch';
import { mergePatch } from './merge-patch';
import { strategicMergePatch } from './strategic-merge-patch';

const pod = {
  metadata: { labels: { app: 'web', tier: 'front' }, finalizers: ['a', 'b'] },
  spec: {
    containers: [
      { name: 'web', image: 'nginx:1', env: [{ name: 'A', value: '1' }], args: ['x', 'y'] },
      { name: 'log', image: 'busybox' },
    ],
    tolerations: [{ key: 'k' }],
    volumes: [{ name: 'data', emptyDir: {} }],
  },
};
const [web, log] = pod.spec.containers;

describe('goPatch', () => {
  it('writes what is left of a patch as Go would', () => {
    const spec = {
      '$setElementOrder/containers': [{ name: 'a' }],
      containers: [{ name: 'a' }],
      replicas: 'x',
    };
    expect(goPatch({ spec, metadata: { labels: { b: null, a: 1 } }, list: [true, 'c'] })).toBe(
      'map[list:[true c] metadata:map[labels:map[a:1 b:<nil>]] spec:map[replicas:x]]',
    );
  });
});

describe('strategicMergePatch', () => {
  it.each([
    [
      'merges items of a list by its merge key',
      { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } },
      { ...pod, spec: { ...pod.spec, containers: [{ ...web, image: 'nginx:2' }, log] } },
    ],
    [
      'adds items that are new before those that the patch does not name',
      { spec: { containers: [{ name: 'new', image: 'i' }] } },
      { ...pod, spec: { ...pod.spec, containers: [{ name: 'new', image: 'i' }, web, log] } },
    ],
    [
      'but keeps the order of what both know',
      { spec: { containers: [{ name: 'log', image: 'i' }, { name: 'new' }] } },
      { ...pod, spec: { ...pod.spec, containers: [web, { ...log, image: 'i' }, { name: 'new' }] } },
    ],
    [
      'deletes the item that $patch: delete names',
      { spec: { containers: [{ name: 'log', $patch: 'delete' }] } },
      { ...pod, spec: { ...pod.spec, containers: [web] } },
    ],
    [
      'replaces a list whole with $patch: replace',
      { spec: { containers: [{ $patch: 'replace' }, { name: 'only', image: 'i' }] } },
      { ...pod, spec: { ...pod.spec, containers: [{ name: 'only', image: 'i' }] } },
    ],
    [
      'replaces lists without a merge key',
      { spec: { tolerations: [{ key: 'other' }] } },
      { ...pod, spec: { ...pod.spec, tolerations: [{ key: 'other' }] } },
    ],
    [
      'removes a field that is null',
      { metadata: { labels: { tier: null } } },
      { ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } },
    ],
    [
      'adds to a set, and takes from it by $deleteFromPrimitiveList',
      { metadata: { finalizers: ['c'], '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { ...pod, metadata: { ...pod.metadata, finalizers: ['c', 'b'] } },
    ],
    [
      'clears what $retainKeys does not name',
      { spec: { volumes: [{ name: 'data', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] } },
      { ...pod, spec: { ...pod.spec, volumes: [{ name: 'data', configMap: { name: 'c' } }] } },
    ],
    [
      'puts items into the order of $setElementOrder',
      { spec: { '$setElementOrder/containers': [{ name: 'log' }, { name: 'web' }] } },
      { ...pod, spec: { ...pod.spec, containers: [log, web] } },
    ],
    [
      'replaces a map with $patch: replace',
      { spec: { $patch: 'replace', nodeName: 'n' } },
      { ...pod, spec: { nodeName: 'n' } },
    ],
  ])('%s', (_what, patch, expected) => {
    expect(strategicMergePatch('V1Pod', pod, patch)).toEqual(expected);
  });

  it('refuses an item without its merge key', () => {
    expect(() => strategicMergePatch('V1Pod', pod, { spec: { containers: [{ image: 'x' }] } })).toThrow(
      'map: map[] does not contain declared merge key: name',
    );
  });
});

describe('mergePatch (RFC 7386)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{}, { a: { b: { c: null } } }, { a: { b: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

describe('jsonPatch (RFC 6902)', () => {
  it('applies operations in order and leaves the target alone', () => {
    const target = { a: [1] };
    const patch = [
      { op: 'test', path: '/a/0', value: 1 },
      { op: 'add', path: '/a/-', value: 2 },
      { op: 'move', from: '/a/0', path: '/b' },
    ];
    expect(jsonPatch(target, patch)).toEqual({ a: [2], b: 1 });
    expect(target).toEqual({ a: [1] });
  });

  it.each([
    [[{ op: 'remove', path: '/nope' }]],
    [[{ op: 'replace', path: '/nope', value: 1 }]],
    [[{ op: 'test', path: '/a', value: 2 }]],
    [[{ op: 'add', path: '/x/y', value: 1 }]],
  ])('refuses %j with 422', (patch) => {
    expect(() => jsonPatch({ a: 1 }, patch)).toThrow(
      expect.objectContaining({
        code: 422,
        message: 'the server rejected our request due to an error in our request',
      }),
    );
  });
});
