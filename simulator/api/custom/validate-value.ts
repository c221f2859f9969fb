import type { JsonSchema } from '../../schema/custom-type';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { isObject } from '../patch/merge-patch';
import { duplicate, invalid, notSupported, required, tooMany } from '../validation/field-error';
import { hasFormat } from './formats';
import { itemsBefore } from './items-before';

/**
 * What is wrong with a value, in the words of kube-openapi's validator. `path` is '' for the whole object. What was wrong in
 * `old` may stay as it is (CRDValidationRatcheting).
 */
export function validateValue(schema: JsonSchema, value: unknown, path: string, old?: unknown): FieldError[] {
  const errors = problems(schema, value, path, old);
  return errors.length > 0 && old !== undefined && deepEqual(value, old) ? [] : errors;
}

function problems(schema: JsonSchema, value: unknown, path: string, old: unknown): FieldError[] {
  if (value === null) {
    return schema.nullable || schema.type === undefined ? [] : [wrongType(schema, value, path)];
  }
  if (!hasType(schema, value)) return [wrongType(schema, value, path)];
  return [
    ...enumErrors(schema, value, path),
    ...(typeof value === 'string' ? stringErrors(schema, value, path) : []),
    ...(typeof value === 'number' ? numberErrors(schema, value, path) : []),
    ...(Array.isArray(value) ? listErrors(schema, value, path, old) : []),
    ...(isObject(value) ? objectErrors(schema, value, path, old) : []),
    ...combinedErrors(schema, value, path),
  ];
}

function hasType(schema: JsonSchema, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return true;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function wrongType(schema: JsonSchema, value: unknown, path: string): FieldError {
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  const found = typeName(value);
  return {
    reason: 'FieldValueTypeInvalid',
    field: path || '<nil>',
    message: `Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`,
  };
}

function enumErrors({ enum: values }: JsonSchema, value: unknown, path: string): FieldError[] {
  if (!values || values.some((each) => deepEqual(each, value))) return [];
  return [notSupported(path, value, values.map(String))];
}

function stringErrors(schema: JsonSchema, value: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (detail: string): number => errors.push(invalid(path, value, `${path} in body ${detail}`));
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    wrong(`should be at least ${schema.minLength} chars long`);
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    const message = `Too long: may not be more than ${schema.maxLength} bytes`;
    errors.push({ reason: 'FieldValueTooLong', field: path, message });
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, value))
    wrong(`should match '${schema.pattern}'`);
  if (schema.format && !hasFormat(schema.format, value)) {
    wrong(`must be of type ${schema.format}: ${JSON.stringify(value)}`);
  }
  return errors;
}

/** A pattern that JavaScript does not know has been refused with the definition. */
function matches(pattern: string, value: string): boolean {
  return new RegExp(pattern).test(value);
}

function numberErrors(schema: JsonSchema, value: number, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (detail: string): number => errors.push(invalid(path, value, `${path} in body ${detail}`));
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    wrong(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    wrong(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    wrong(`should be a multiple of ${multipleOf}`);
  }
  return errors;
}

function listErrors(schema: JsonSchema, list: unknown[], path: string, old: unknown): FieldError[] {
  const { minItems, maxItems, items } = schema;
  const errors: FieldError[] = [];
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalid(path, list.length, `${path} in body should have at least ${minItems} items`));
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const kind = schema['x-kubernetes-list-type'];
  const seen = new Set<string>();
  const before = itemsBefore(schema, old);
  for (const [index, item] of list.entries()) {
    const place = `${path}[${index}]`;
    if (items) errors.push(...validateValue(items, item, place, before(item)));
    if (kind !== 'set' && kind !== 'map') continue;
    const fields = isObject(item) ? item : {};
    const identity =
      kind === 'map' ? Object.fromEntries([...keys].sort().map((key) => [key, fields[key]])) : item;
    const text = JSON.stringify(identity);
    if (seen.has(text)) errors.push(duplicate(place, identity));
    seen.add(text);
  }
  return errors;
}

function objectErrors(
  schema: JsonSchema,
  object: Record<string, unknown>,
  path: string,
  old: unknown,
): FieldError[] {
  const { minProperties, maxProperties, properties = {}, additionalProperties } = schema;
  const at = (key: string): string => (path ? `${path}.${key}` : key);
  const errors: FieldError[] = [];
  const count = Object.keys(object).length;
  if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(path, count, maxProperties));
  if (minProperties !== undefined && count < minProperties) {
    errors.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  }
  for (const key of schema.required ?? []) {
    if (object[key] === undefined) errors.push(required(at(key)));
  }
  for (const [key, value] of Object.entries(object)) {
    const declared = properties[key] ?? (isObject(additionalProperties) ? additionalProperties : undefined);
    if (!declared) continue;
    errors.push(
      ...validateValue(declared as JsonSchema, value, at(key), isObject(old) ? old[key] : undefined),
    );
  }
  return errors;
}

function combinedErrors(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  const passes = (each: JsonSchema): boolean => validateValue(each, value, path).length === 0;
  const where = path || '<nil>';
  const wrong = (detail: string): FieldError => ({
    reason: 'FieldValueInvalid',
    field: where,
    message: `Invalid value: ${isObject(value) || Array.isArray(value) ? '""' : JSON.stringify(value)}: "${path}" ${detail}`,
  });
  const errors: FieldError[] = [];
  if (schema.anyOf && !schema.anyOf.some(passes))
    errors.push(wrong('must validate at least one schema (anyOf)'));
  if (schema.oneOf) {
    const found = schema.oneOf.filter(passes).length;
    const rest = found === 0 ? 'Found none valid' : `Found ${found} valid alternatives`;
    if (found !== 1) errors.push(wrong(`must validate one and only one schema (oneOf). ${rest}`));
  }
  if (schema.allOf) {
    const inner = schema.allOf.flatMap((each) => validateValue(each, value, path));
    if (inner.length > 0) errors.push(wrong('must validate all the schemas (allOf)'), ...inner);
  }
  if (schema.not && passes(schema.not)) errors.push(wrong('must not validate the schema (not)'));
  return errors;
}
