import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Fields of a model with their types (see ./client-models); a type that ends in `!` is required. */
type CompiledModel = Record<string, string>;

/** JSON of each model, parsed when it is first asked for: a cluster needs few of them. */
let texts: ReadonlyMap<string, string> | undefined;
const parsed = new Map<string, CompiledModel>();

/** The type of a field of a model, without the mark of being required; undefined when there is no such field. */
export function fieldType(model: string, field: string): string | undefined {
  const type = modelFields(model)?.[field];
  return type?.endsWith('!') ? type.slice(0, -1) : type;
}

/** The fields of a model by name; undefined when there is no such model. */
export function modelFields(model: string): Readonly<CompiledModel> | undefined {
  const known = parsed.get(model);
  if (known) return known;
  texts ??= new Map(JSON.parse(readFileSync(generatedFile('schema.json'), 'utf8')));
  const text = texts.get(model);
  if (text === undefined) return undefined;
  const fields: CompiledModel = JSON.parse(text);
  // Looked up by names that clients choose: `constructor` is no field.
  Object.setPrototypeOf(fields, null);
  parsed.set(model, fields);
  return fields;
}

/** A file that ./compile has made: beside this source, or as seen from a bundle in `dist/`. */
export function generatedFile(name: string): string {
  for (const folder of ['./generated/', '../simulator/schema/generated/']) {
    const file = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(file)) return file;
  }
  throw new Error('The schema of the embedded cluster has not been compiled: run `node scripts/bundle.mjs`.');
}
