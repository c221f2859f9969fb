import { z } from 'zod';

/** All keys that a map may have at a path, for "did you mean": zod's schema is walked as far as it is known. */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodUnion)
    return (schema.options as unknown[]).flatMap((option) => knownKeys(option, path));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return knownKeys(schema.unwrap(), path);
  if (schema instanceof z.ZodLazy) return path.length > 12 ? [] : knownKeys(schema.unwrap(), path);
  const [first, ...rest] = path;
  if (schema instanceof z.ZodArray) return first === undefined ? [] : knownKeys(schema.element, rest);
  if (schema instanceof z.ZodRecord) return first === undefined ? [] : knownKeys(schema.valueType, rest);
  if (schema instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(schema.shape);
    return Object.hasOwn(schema.shape, first) ? knownKeys(schema.shape[String(first)], rest) : [];
  }
  return [];
}
