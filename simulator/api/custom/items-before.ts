import type { JsonSchema } from '../../schema/custom-type';
import { keyStep } from '../apply/typed-fields';

/** What an item of a list was before a change: they can be followed by the keys of a map alone (CorrelatedObject). */
export function itemsBefore(schema: JsonSchema, old: unknown): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const before = new Map(old.map((item) => [keyStep(keys, item), item]));
  return (item) => before.get(keyStep(keys, item));
}
