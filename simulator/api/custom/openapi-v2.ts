import type { JsonSchema } from '../../schema/custom-type';

/** A custom resource's schema as far as Swagger 2, and kubectl's reading of it, can tell (apiextensions ToStructuralOpenAPIV2). */
export function swaggerOf(schema: JsonSchema): JsonSchema {
  const { allOf, anyOf, oneOf, not, nullable, type, items, properties, required, ...rest } = schema;
  const { additionalProperties } = schema;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const open = keepsUnknown || nullable === true;
  const ofNullable = typeof additionalProperties === 'object' && additionalProperties.nullable === true;
  // Values may be null then, which Swagger does not know, so that none can be asked for.
  const asked = ofNullable ? [] : (required ?? []).filter((name) => open || !properties?.[name]?.nullable);
  const typed = !nullable && !(keepsUnknown && type === 'object') && !(type === 'array' && (open || !items));
  return {
    ...rest,
    ...(type && typed ? { type } : {}),
    ...(asked.length > 0 ? { required: asked } : {}),
    ...(items && !open ? { items: swaggerOf(items) } : {}),
    ...(properties && !open ? { properties: each(properties) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: swaggerOf(additionalProperties) }
      : {}),
  };
}

const each = (properties: Record<string, JsonSchema>) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, swaggerOf(schema)]));
