import { describe, expect, it } from 'vitest';
import type { CustomResourceDefinition } from '../../schema/types';
import { applyDefaults } from '../defaults/index';
import { validateDefinition } from './custom-resource-definitions';

type Loose = Record<string, unknown>;

const schema: Loose = { type: 'object', properties: { spec: { type: 'object' } } };
const version = (more: Loose = {}): Loose => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...more,
});

function told(spec: Loose, name = 'crontabs.example.com'): string[] {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      versions: [version()],
      ...spec,
    },
  } as unknown as CustomResourceDefinition;
  applyDefaults('customresourcedefinitions.apiextensions.k8s.io', definition);
  return validateDefinition(definition).map(({ field, message }) => `${field}: ${message}`);
}

const withSchema = (more: Loose): Loose => ({
  versions: [version({ schema: { openAPIV3Schema: { ...schema, ...more } } })],
});
const at = 'spec.versions[0].schema.openAPIV3Schema';

describe('a CustomResourceDefinition', () => {
  it('is fine', () => {
    expect(told({})).toEqual([]);
  });

  it.each<[what: string, spec: Loose, told: string[]]>([
    [
      'scope',
      { scope: 'Node' },
      ['spec.scope: Unsupported value: "Node": supported values: "Cluster", "Namespaced"'],
    ],
    [
      'two stored versions',
      { versions: [version(), version({ name: 'v2' })] },
      ['spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version'],
    ],
    [
      'no schema',
      { versions: [version({ schema: undefined })] },
      [`${at}: Required value: schemas are required`],
    ],
    [
      'a field without a type',
      withSchema({ properties: { spec: {} } }),
      [`${at}.properties[spec].type: Required value: must not be empty for specified object fields`],
    ],
    [
      'a root that is no object',
      { versions: [version({ schema: { openAPIV3Schema: { type: 'string' } } })] },
      [`${at}.type: Invalid value: "string": must be object at the root`],
    ],
    [
      'a list without items',
      withSchema({ properties: { l: { type: 'array' } } }),
      [`${at}.properties[l].items: Required value: must be specified`],
    ],
    [
      'a pattern that looks ahead',
      withSchema({ properties: { s: { type: 'string', pattern: '(?=a)' } } }),
      [
        `${at}.properties[s].pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\``,
      ],
    ],
    [
      'a rule about what is not there',
      withSchema({ 'x-kubernetes-validations': [{ rule: "has(self.spec) && self.spce == 'x'" }] }),
      [
        `${at}.x-kubernetes-validations[0].rule: Invalid value: {"Rule":"has(self.spec) \\u0026\\u0026 self.spce == 'x'","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:23: undefined field 'spce'\n | has(self.spec) && self.spce == 'x'\n | ......................^`,
      ],
    ],
    [
      'rules without an end, and without a rule',
      withSchema({ 'x-kubernetes-validations': [{ rule: '' }, { rule: 'true\n', message: ' ' }] }),
      [
        `${at}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
        `${at}.x-kubernetes-validations[1].message: Invalid value: " ": must be non-empty if specified`,
      ],
    ],
    [
      'a rule that is no condition',
      withSchema({ 'x-kubernetes-validations': [{ rule: '1 + 1' }] }),
      [
        `${at}.x-kubernetes-validations[0].rule: Invalid value: {"Rule":"1 + 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: must evaluate to a bool`,
      ],
    ],
    [
      'a conversion webhook',
      { conversion: { strategy: 'Webhook' } },
      [
        'spec.conversion.strategy: Forbidden: The embedded cluster does not simulate conversion webhooks; use a kind cluster for that.',
      ],
    ],
    [
      'a column of no type',
      { versions: [version({ additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] })] },
      [
        'spec.versions[0].additionalPrinterColumns[0].type: Unsupported value: "text": supported values: "boolean", "date", "integer", "number", "string"',
      ],
    ],
  ])('%s', (_, spec, errors) => {
    expect(told(spec)).toEqual(errors);
  });

  it('is named after its plural and group', () => {
    expect(told({}, 'cron.example.com')).toEqual([
      'metadata.name: Invalid value: "cron.example.com": must be spec.names.plural+"."+spec.group',
    ]);
  });
});
