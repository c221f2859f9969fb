import { describe, expect, it } from 'vitest';
import type { JsonSchema, ValidationRule } from '../../schema/custom-type';
import { ruleErrors } from './rules';

const integer: JsonSchema = { type: 'integer' };
const string: JsonSchema = { type: 'string' };
const ruled = (schema: JsonSchema, ...rules: (string | ValidationRule)[]): JsonSchema => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
/** The schema of an object whose spec is this. */
const withSpec = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec } });
const told = (schema: JsonSchema, spec: unknown, old?: unknown) =>
  ruleErrors(withSpec(schema), { spec }, old === undefined ? undefined : { spec: old }, []).map(
    ({ field, message }) => `${field}: ${message}`,
  );

const SCALE: JsonSchema = {
  type: 'object',
  properties: {
    min: integer,
    max: integer,
    ratio: { type: 'number' },
    since: { type: 'string', format: 'date-time' },
    memory: string,
    'node-name': string,
    tags: { type: 'array', items: string },
  },
};

describe('a rule', () => {
  it.each<[string, unknown, boolean]>([
    ['self.min <= self.max', { min: 1, max: 2 }, true],
    ['self.min <= self.max', { min: 3, max: 2 }, false],
    ['!has(self.max) || self.max < 10', {}, true],
    ['self.min + 1 == self.max', { min: 1, max: 2 }, true],
    ['self.ratio > 0.5 && self.ratio <= 1.0', { ratio: 1 }, true],
    ["self.memory.matches('^[0-9]+Mi$')", { memory: '64Mi' }, true],
    ["quantity(self.memory).isLessThan(quantity('1Gi'))", { memory: '2Gi' }, false],
    ["self.since < timestamp('2030-01-01T00:00:00Z')", { since: '2026-01-01T00:00:00Z' }, true],
    ["self.node__dash__name.startsWith('n')", { 'node-name': 'n1' }, true],
    ["self.tags.all(tag, tag.size() < 4) && 'a' in self.tags", { tags: ['a', 'abc'] }, true],
    ['self.tags.exists_one(tag, tag == "a")', { tags: ['a', 'a'] }, false],
    ['self.tags.isSorted()', { tags: ['b', 'a'] }, false],
    ['size(self.tags) == 2', { tags: ['b', 'a'] }, true],
  ])('%s of %j is %s', (rule, spec, holds) => {
    expect(told(ruled(SCALE, rule), spec)).toEqual(
      holds ? [] : [`spec: Invalid value: failed rule: ${rule}`],
    );
  });

  it.each<[string, ValidationRule, string]>([
    ['its message', { rule: 'false', message: ' no ' }, 'spec: Invalid value: no'],
    [
      'its message made for the case',
      { rule: 'false', message: 'no', messageExpression: "'not ' + string(self.min)" },
      'spec: Invalid value: not 1',
    ],
    [
      'its message, when none can be made',
      { rule: 'false', message: 'no', messageExpression: 'self.max' },
      'spec: Invalid value: no',
    ],
    ['its reason', { rule: 'false', message: 'no', reason: 'FieldValueForbidden' }, 'spec: Forbidden: no'],
    ['its field', { rule: 'false', message: 'no', fieldPath: '.min' }, 'spec.min: Invalid value: no'],
    [
      'what it stumbled over',
      { rule: 'self.max > 1' },
      'spec: Invalid value: "object": No such key: max evaluating rule: self.max > 1',
    ],
  ])('is told with %s', (_, rule, expected) => {
    expect(told(ruled(SCALE, rule), { min: 1 })).toEqual([expected]);
  });

  it('is told of a single value with it', () => {
    const schema = {
      type: 'object',
      properties: { min: ruled(integer, { rule: 'self > 1', message: 'more' }) },
    };
    expect(told(schema, { min: 1 })).toEqual(['spec.min: Invalid value: 1: more']);
  });

  it('about the whole object sees its name', () => {
    const schema = ruled(withSpec(SCALE), "self.metadata.name == 'a'");
    const found = ruleErrors(schema, { metadata: { name: 'b' }, spec: {} }, undefined, []);
    expect(found.map(({ field }) => field)).toEqual(['<nil>']);
  });

  it('of a change is asked only when there is something to compare', () => {
    const schema = ruled(SCALE, { rule: 'self.min >= oldSelf.min', message: 'never less' });
    expect(told(schema, { min: 1 })).toEqual([]);
    expect(told(schema, { min: 2 }, { min: 1 })).toEqual([]);
    expect(told(schema, { min: 1 }, { min: 2 })).toEqual(['spec: Invalid value: never less']);
  });

  it('follows the items of a list by their keys', () => {
    const item = ruled(
      { type: 'object', properties: { name: string, size: integer } },
      'self.size == oldSelf.size',
    );
    const list: JsonSchema = {
      type: 'array',
      items: item,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const old = [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ];
    expect(
      told(
        list,
        [
          { name: 'b', size: 2 },
          { name: 'a', size: 3 },
        ],
        old,
      ),
    ).toEqual(['spec[1]: Invalid value: failed rule: self.size == oldSelf.size']);
  });

  it('lets stay what was wrong before', () => {
    expect(told(ruled(SCALE, 'self.min > 5'), { min: 1 }, { min: 1 })).toEqual([]);
  });

  it('waits until the fields are right', () => {
    const missing = [{ reason: 'FieldValueRequired' as const, field: 'spec.min', message: 'Required value' }];
    const schema = withSpec(ruled(SCALE, 'false'));
    expect(ruleErrors(schema, { spec: {} }, undefined, missing)[0]?.message).toContain('were not checked');
  });

  it('that takes too long is given up, and those behind it with it', () => {
    const tags = Array.from({ length: 5000 }, (_, index) => String(index));
    const rule = 'self.tags.all(a, self.tags.all(b, self.tags.all(c, a + b + c != "x")))';
    const found = told(ruled(SCALE, rule, 'false'), { tags });
    expect(found).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`,
    ]);
  });

  it('of every item has no more time than one of them all', () => {
    const numbers = Array.from({ length: 150 }, (_, index) => index);
    const rule = 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))';
    const lists: JsonSchema = { type: 'array', items: ruled({ type: 'array', items: integer }, rule) };
    const found = told(
      lists,
      Array.from({ length: 1000 }, () => numbers),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('no further validation rules will be run');
  });
});
