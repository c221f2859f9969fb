import type { JsonSchema } from '../../schema/custom-type';
import { type Decoded, typedDecode } from '../decoding/typed-decode';
import { isObject } from '../patch/merge-patch';

/** Fields that every object has, and every embedded resource. */
const TYPE_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Reads a custom resource as its schema says: fields that it does not declare are pruned and named, metadata is read as that
 * of any object (apiextensions, structural pruning and objectmeta coercion).
 */
export function decodeCustom(schema: JsonSchema, value: Record<string, unknown>): Decoded {
  const unknown: string[] = [];
  const decoded = prune({ ...schema, 'x-kubernetes-embedded-resource': true }, value, '', unknown);
  return { value: decoded as Record<string, unknown>, unknown };
}

function prune(schema: JsonSchema | undefined, value: unknown, path: string, unknown: string[]): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => prune(schema.items, item, `${path}[${index}]`, unknown));
  }
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const inner = path ? `${path}.${key}` : key;
    if (schema['x-kubernetes-embedded-resource'] && TYPE_FIELDS.has(key)) {
      result[key] = key === 'metadata' ? metadata(item, inner, unknown) : item;
      continue;
    }
    const declared = property(schema, key) ?? additional(schema);
    if (declared === undefined && !schema['x-kubernetes-preserve-unknown-fields']) {
      unknown.push(`unknown field "${inner}"`);
    } else result[key] = declared === true ? item : prune(declared, item, inner, unknown);
  }
  return result;
}

/** A field by a name that a client chose: `constructor` is none that every schema has. */
function property({ properties }: JsonSchema, key: string): JsonSchema | undefined {
  return properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function additional({ additionalProperties }: JsonSchema): JsonSchema | true | undefined {
  return additionalProperties === false ? undefined : additionalProperties;
}

function metadata(value: unknown, path: string, unknown: string[]): unknown {
  if (!isObject(value)) return value;
  const decoded = typedDecode('V1ObjectMeta', value);
  unknown.push(...decoded.unknown.map((text) => text.replace('unknown field "', `unknown field "${path}.`)));
  return decoded.value;
}

/** Fills in the schema's defaults, in place; null where null is not allowed counts as absent (structural defaulting). */
export function defaultCustom(schema: JsonSchema, value: unknown): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) defaultCustom(schema.items, item);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, declared] of Object.entries(schema.properties ?? {})) {
    const absent = value[key] === undefined || (value[key] === null && !declared.nullable);
    if (absent && declared.default !== undefined) value[key] = structuredClone(declared.default);
    if (value[key] !== undefined) defaultCustom(declared, value[key]);
  }
  const rest = schema.additionalProperties;
  if (!isObject(rest)) return;
  for (const [key, item] of Object.entries(value)) {
    if (!property(schema, key)) defaultCustom(rest as JsonSchema, item);
  }
}
