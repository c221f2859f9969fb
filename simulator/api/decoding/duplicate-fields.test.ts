import { describe, expect, it } from 'vitest';
import { duplicateFields } from './duplicate-fields';

describe('duplicateFields (sigs.k8s.io/json and yaml, strict)', () => {
  it.each<[text: string, found: string[]]>([
    ['{"a":1,"b":{"a":1}}', []],
    ['{"a":1,"a":2}', ['duplicate field "a"']],
    ['{"spec":{"replicas":2,"x":"replicas","replicas":3}}', ['duplicate field "spec.replicas"']],
    ['{"l":[{"n":1},{"n":1,"n":2}]}', ['duplicate field "l[1].n"']],
    ['{"l":[[1],[{"n":1,"n":2}]]}', ['duplicate field "l[1][0].n"']],
    ['{"a":"}{\\"a\\":","a":2}', ['duplicate field "a"']],
    ['{"a\\u0062":1,"ab":2}', ['duplicate field "ab"']],
    ['{"a":{"b":1},"c":{"b":1}}', []],
    ['{"a":1,"a":2,"a":3}', ['duplicate field "a"']],
  ])('JSON %s', (text, found) => {
    expect(duplicateFields('application/json', text)).toEqual(found);
  });

  it.each<[text: string, found: string[]]>([
    ['a: 1\nb: 2\n', []],
    ['a: 1\na: 2\n', ['yaml: unmarshal errors:\n  line 2: key "a" already set in map']],
    [
      'spec:\n  x: 1\n  x: 2\nspec: {}\n',
      [
        'yaml: unmarshal errors:\n  line 4: key "spec" already set in map\n  line 3: key "x" already set in map',
      ],
    ],
    ['{"a":1,"a":2}', ['duplicate field "a"']],
  ])('YAML %j', (text, found) => {
    expect(duplicateFields('application/yaml', text)).toEqual(found);
  });
});
