import type { JsonSchema, PrinterColumn } from '../../schema/custom-type';
import type { CustomResourceDefinition } from '../../schema/types';
import { isJsonPath } from '../custom/json-path';
import type { FieldError } from '../extension-points';
import { isObject } from '../patch/merge-patch';
import { forbidden, invalid, invalids, notSupported, required } from './field-error';
import { immutable } from './metadata';
import { dns1035Label, dns1123Subdomain } from './names';
import { validateRules } from './validation-rules';
import { oneOf } from './values';

type Version = CustomResourceDefinition['spec']['versions'][number];

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** apiextensions/validation ValidateCustomResourceDefinition, without metadata, for what is simulated. */
export function validateDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const { group = '', names, scope, versions = [], conversion } = spec ?? {};
  const errors: FieldError[] = [];
  if (metadata.name !== `${names?.plural}.${group}`) {
    errors.push(invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (!group) errors.push(required('spec.group'));
  else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  } else errors.push(...invalids('spec.group', group, dns1123Subdomain(group)));
  if (!scope) errors.push(required('spec.scope'));
  else errors.push(...oneOf(scope, ['Cluster', 'Namespaced'], 'spec.scope'));
  const stored = versions.filter(({ storage }) => storage).length;
  if (stored !== 1) {
    const shown = versions.map(({ name }) => name);
    errors.push(invalid('spec.versions', shown, 'must have exactly one version marked as storage version'));
  }
  errors.push(...versions.flatMap((version, index) => validateVersion(version, `spec.versions[${index}]`)));
  errors.push(...validateNames(names));
  if (conversion?.strategy && conversion.strategy !== 'None') {
    const refusal =
      'The embedded cluster does not simulate conversion webhooks; use a kind cluster for that.';
    errors.push(
      conversion.strategy === 'Webhook'
        ? forbidden('spec.conversion.strategy', refusal)
        : notSupported('spec.conversion.strategy', conversion.strategy, ['None', 'Webhook']),
    );
  }
  return errors;
}

export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const { spec } = definition;
  return [
    ...validateDefinition(definition),
    ...immutable(spec.scope, old.spec.scope, 'spec.scope'),
    ...immutable(spec.group, old.spec.group, 'spec.group'),
    ...immutable(spec.names.kind, old.spec.names.kind, 'spec.names.kind'),
    ...immutable(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
  ];
}

function validateNames(names: CustomResourceDefinition['spec']['names'] | undefined): FieldError[] {
  const {
    plural = '',
    singular = '',
    kind = '',
    listKind = '',
    shortNames = [],
    categories = [],
  } = names ?? {};
  const rows: [field: string, value: string, checked: string][] = [
    ['plural', plural, plural],
    ['singular', singular, singular],
    ['kind', kind, kind.toLowerCase()],
    ['listKind', listKind, listKind.toLowerCase()],
    ...shortNames.map((name, index): [string, string, string] => [`shortNames[${index}]`, name, name]),
    ...categories.map((name, index): [string, string, string] => [`categories[${index}]`, name, name]),
  ];
  return [
    ...rows.flatMap(([field, value, checked]) =>
      value
        ? invalids(`spec.names.${field}`, value, dns1035Label(checked))
        : [required(`spec.names.${field}`)],
    ),
    ...(kind && kind === listKind
      ? [invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same')]
      : []),
  ];
}

function validateVersion(version: Version, path: string): FieldError[] {
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  const columns = (version.additionalPrinterColumns ?? []) as PrinterColumn[];
  return [
    ...invalids(`${path}.name`, version.name, dns1035Label(version.name)),
    ...(schema
      ? validateSchema(schema, `${path}.schema.openAPIV3Schema`, true)
      : [required(`${path}.schema.openAPIV3Schema`, 'schemas are required')]),
    ...columns.flatMap(({ name, type, jsonPath }, index) => {
      const place = `${path}.additionalPrinterColumns[${index}]`;
      return [
        ...(name ? [] : [required(`${place}.name`)]),
        ...(COLUMN_TYPES.includes(type) ? [] : [notSupported(`${place}.type`, type, COLUMN_TYPES)]),
        ...pathErrors(jsonPath, `${place}.jsonPath`),
      ];
    }),
    ...(version.selectableFields ?? []).flatMap(({ jsonPath }, index) =>
      pathErrors(jsonPath, `${path}.selectableFields[${index}].jsonPath`),
    ),
  ];
}

function pathErrors(jsonPath: string | undefined, place: string): FieldError[] {
  if (!jsonPath) return [required(place)];
  return isJsonPath(jsonPath) ? [] : [invalid(place, jsonPath, 'is an invalid path')];
}

/** A structural schema (apiextensions/apiserver/schema, ValidateStructural): every place has a type. */
function validateSchema(schema: JsonSchema, path: string, isRoot = false, isFollowed = true): FieldError[] {
  if (typeof schema !== 'object' || schema === null) return [invalid(path, schema, 'must be a schema')];
  const { type, properties = {}, additionalProperties, items, pattern } = schema;
  const errors: FieldError[] = [];
  if (!type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    const where = isRoot ? 'at the root' : 'for specified object fields';
    errors.push(required(`${path}.type`, `must not be empty ${where}`));
  } else if (isRoot && type !== 'object') {
    errors.push(invalid(`${path}.type`, type ?? '', 'must be object at the root'));
  } else if (type && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'));
  if (properties && additionalProperties && Object.keys(properties).length > 0) {
    errors.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (additionalProperties === false) {
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  }
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, detail));
  }
  if (pattern !== undefined) errors.push(...patternErrors(pattern, `${path}.pattern`));
  errors.push(...validateRules(schema, path, isRoot, isFollowed));
  if (schema['x-kubernetes-list-type'] === 'map' && !schema['x-kubernetes-list-map-keys']?.length) {
    errors.push(
      required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'),
    );
  }
  const inside = isFollowed && schema['x-kubernetes-map-type'] !== 'atomic';
  for (const [name, property] of Object.entries(properties)) {
    errors.push(...validateSchema(property, `${path}.properties[${name}]`, false, inside));
  }
  if (isObject(additionalProperties)) {
    errors.push(
      ...validateSchema(additionalProperties as JsonSchema, `${path}.additionalProperties`, false, inside),
    );
  }
  // Items of a list can be followed through a change only by keys.
  const follows = isFollowed && schema['x-kubernetes-list-type'] === 'map';
  if (items) errors.push(...validateSchema(items, `${path}.items`, false, follows));
  return errors;
}

/** Patterns are RE2's: neither looking ahead nor back, and no back references. */
function patternErrors(pattern: string, path: string): FieldError[] {
  const unsupported = /\(\?[=!<]|\\[1-9]/.exec(pattern)?.[0];
  if (unsupported) {
    const detail = `must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: \`${unsupported}\``;
    return [invalid(path, pattern, detail)];
  }
  try {
    new RegExp(pattern);
    return [];
  } catch (error) {
    const detail = `must be a valid regular expression, but isn't: ${error instanceof Error ? error.message : 'error'}`;
    return [invalid(path, pattern, detail)];
  }
}
