import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../schema/custom-type';
import { isJsonPath, setAt, valuesAt } from './json-path';
import { compareVersions } from './served-resources';
import { decodeCustom, defaultCustom } from './structural';
import { validateValue } from './validate-value';

const open: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const string: JsonSchema = { type: 'string' };
const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});

describe('decodeCustom (structural pruning)', () => {
  it.each<[what: string, schema: JsonSchema, value: object, kept: object, unknown: string[]]>([
    ['keeps what is declared', object({ a: string }), { a: 'x', b: 1 }, { a: 'x' }, ['unknown field "b"']],
    [
      'keeps all where it shall',
      object({ spec: open }),
      { spec: { x: { y: 1 } } },
      { spec: { x: { y: 1 } } },
      [],
    ],
    [
      'prunes what is declared inside what is kept',
      object({ spec: { ...open, properties: { a: object({}) } } }),
      { spec: { a: { b: 1 }, c: 2 } },
      { spec: { a: {}, c: 2 } },
      ['unknown field "spec.a.b"'],
    ],
    [
      'reads items and maps',
      object({
        list: { type: 'array', items: object({ a: string }) },
        map: { type: 'object', additionalProperties: object({ a: string }) },
      }),
      { list: [{ a: '', b: 1 }], map: { k: { c: 1 } } },
      { list: [{ a: '' }], map: { k: {} } },
      ['unknown field "list[0].b"', 'unknown field "map.k.c"'],
    ],
    [
      'reads metadata as that of any object',
      object({}),
      { kind: 'X', metadata: { name: 'n', nme: 'm' } },
      { kind: 'X', metadata: { name: 'n' } },
      ['unknown field "metadata.nme"'],
    ],
    [
      'and that of an embedded object',
      object({ of: object({}, { 'x-kubernetes-embedded-resource': true }) }),
      { of: { apiVersion: 'v1', metadata: { bad: 1 }, spec: {} } },
      { of: { apiVersion: 'v1', metadata: {} } },
      ['unknown field "of.metadata.bad"', 'unknown field "of.spec"'],
    ],
  ])('%s', (_, schema, value, kept, unknown) => {
    expect(decodeCustom(schema, value as Record<string, unknown>)).toEqual({ value: kept, unknown });
  });
});

describe('defaultCustom (structural defaulting)', () => {
  const schema = object({
    a: { type: 'string', default: 'A' },
    inner: object({ n: { type: 'integer', default: 3 } }),
    list: { type: 'array', items: object({ n: { type: 'integer', default: 4 } }) },
    nullable: { type: 'string', nullable: true, default: 'B' },
  });
  it.each<[value: object, completed: object]>([
    [{}, { a: 'A', nullable: 'B' }],
    [
      { a: null, nullable: null },
      { a: 'A', nullable: null },
    ],
    [
      { a: '', inner: {} },
      { a: '', inner: { n: 3 }, nullable: 'B' },
    ],
    [{ list: [{}, { n: 1 }] }, { a: 'A', list: [{ n: 4 }, { n: 1 }], nullable: 'B' }],
  ])('%j becomes %j', (value, completed) => {
    const copy = structuredClone(value);
    defaultCustom(schema, copy);
    expect(copy).toEqual(completed);
  });
});

/** kube-openapi's validator, with the wording of its errors. */
describe('validateValue', () => {
  it.each<[schema: JsonSchema, value: unknown, told: string[]]>([
    [string, 'x', []],
    [string, 1, ['Invalid value: "integer": f in body must be of type string: "integer"']],
    [string, null, ['Invalid value: "null": f in body must be of type string: "null"']],
    [{ type: 'string', nullable: true }, null, []],
    [{ type: 'integer' }, 1.5, ['Invalid value: "number": f in body must be of type integer: "number"']],
    [{ 'x-kubernetes-int-or-string': true }, '50%', []],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      ['Invalid value: "boolean": f in body must be of type integer,string: "boolean"'],
    ],
    [{ type: 'string', pattern: '^a+$' }, 'b', [`Invalid value: "b": f in body should match '^a+$'`]],
    [
      { type: 'string', minLength: 3 },
      'ab',
      ['Invalid value: "ab": f in body should be at least 3 chars long'],
    ],
    [{ type: 'string', maxLength: 1 }, 'ab', ['Too long: may not be more than 1 bytes']],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', ['Unsupported value: "c": supported values: "a", "b"']],
    [{ type: 'string', format: 'ipv4' }, 'x', ['Invalid value: "x": f in body must be of type ipv4: "x"']],
    [
      { type: 'integer', maximum: 10 },
      11,
      ['Invalid value: 11: f in body should be less than or equal to 10'],
    ],
    [
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      1,
      ['Invalid value: 1: f in body should be greater than 1'],
    ],
    [{ type: 'integer', multipleOf: 5 }, 6, ['Invalid value: 6: f in body should be a multiple of 5']],
    [{ type: 'array', minItems: 1 }, [], ['Invalid value: 0: f in body should have at least 1 items']],
    [{ type: 'array', maxItems: 1 }, [1, 2], ['Too many: 2: must have at most 1 item']],
    [{ type: 'array', 'x-kubernetes-list-type': 'set' }, ['a', 'a'], ['Duplicate value: "a"']],
    [
      { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      [{ k: 'a' }, { k: 'a', v: 1 }],
      ['Duplicate value: {"k":"a"}'],
    ],
    [object({ a: string }, { required: ['a'] }), {}, ['Required value']],
    [
      object({}, { anyOf: [{ required: ['a'] }, { required: ['b'] }] }),
      {},
      ['Invalid value: "": "f" must validate at least one schema (anyOf)'],
    ],
    [
      object({}, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      { a: 1, b: 1 },
      ['Invalid value: "": "f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      object({}, { not: { required: ['a'] } }),
      { a: 1 },
      ['Invalid value: "": "f" must not validate the schema (not)'],
    ],
  ])('%j of %j', (schema, value, told) => {
    expect(validateValue(schema, value, 'f').map(({ message }) => message)).toEqual(told);
  });

  it('names the place of what is wrong', () => {
    const schema = object({ list: { type: 'array', items: object({ n: string }) } });
    expect(validateValue(schema, { list: [{ n: 'x' }, { n: 1 }] }, '').map(({ field }) => field)).toEqual([
      'list[1].n',
    ]);
  });

  it.each<[what: string, old: object, value: object, fields: string[]]>([
    ['what was wrong before may stay', { small: 9 }, { small: 9, other: 1 }, []],
    ['what was wrong before may not be wrong in another way', { small: 9 }, { small: 8 }, ['small']],
    [
      'a map’s item is known by its key',
      { list: [{ k: 'a', small: 9 }] },
      { list: [{ k: 'b' }, { k: 'a', small: 9 }] },
      [],
    ],
    ['another list’s items are not known', { plain: [9] }, { plain: [9, 1] }, ['plain[0]']],
    ['a field that is missing is the whole’s', { inner: {} }, { inner: { small: 1 } }, ['inner.needed']],
    ['nor need it be added', { inner: {} }, { inner: {}, small: 1 }, []],
  ])('after a change %s', (_, old, value, fields) => {
    const small: JsonSchema = { type: 'integer', maximum: 5 };
    const schema = object({
      small,
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: object({ k: string, small }),
      },
      plain: { type: 'array', items: small },
      inner: object({ needed: string, small }, { required: ['needed'] }),
    });
    expect(validateValue(schema, value, '', old).map(({ field }) => field)).toEqual(fields);
  });
});

describe('JSON paths', () => {
  const value = {
    spec: { replicas: 3, 'a.b': 'dotted' },
    list: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  };
  it.each<[path: string, values: unknown[]]>([
    ['.spec.replicas', [3]],
    ['.spec.nosuch.deeper', []],
    ['.list[0].type', ['Ready']],
    ['.list[-1].type', ['Other']],
    ['.list[*].status', ['True', 'False']],
    ['.list[?(@.type=="Other")].status', ['False']],
    ['.spec.a\\.b', ['dotted']],
    [".spec['a\\.b']", ['dotted']],
    ['.spec.constructor', []],
  ])('%s', (path, values) => {
    expect(isJsonPath(path)).toBe(true);
    expect(valuesAt(value, path)).toEqual(values);
  });

  it.each(['.spec[', '.a..b', '{.spec}[x'])('%s is none', (path) => {
    expect(isJsonPath(path)).toBe(false);
  });

  it('sets what is not there yet', () => {
    const target: Record<string, unknown> = { spec: { a: 1 } };
    setAt(target, '.spec.deep.replicas', 2);
    expect(target).toEqual({ spec: { a: 1, deep: { replicas: 2 } } });
  });
});

it('prefers versions as Kubernetes does', () => {
  const versions = ['foo1', 'v1alpha1', 'v1', 'v0', 'v1beta2', 'v10', 'v1beta1', 'v2'];
  expect(versions.sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v1beta2',
    'v1beta1',
    'v1alpha1',
    'foo1',
    'v0',
  ]);
});
