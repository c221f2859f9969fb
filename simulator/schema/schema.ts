import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Fields of a model with their types (see ./client-models); a type that ends in `!` is required. */
type CompiledModel = Record<string, string>;

let compiled: Record<string, CompiledModel> | undefined;

/** The type of a field of a model, without the mark of being required; undefined when there is no such field. */
export function fieldType(model: string, field: string): string | undefined {
  return modelFields(model)?.[field]?.replace(/!$/, '');
}

/** The fields of a model by name; undefined when there is no such model. */
export function modelFields(model: string): Readonly<CompiledModel> | undefined {
  compiled ??= readModels();
  return compiled[model];
}

function readModels(): Record<string, CompiledModel> {
  const models = JSON.parse(readFileSync(generatedFile('schema.json'), 'utf8')) as Record<
    string,
    CompiledModel
  >;
  // Looked up by names that clients choose: `constructor` is no field.
  for (const fields of Object.values(models)) Object.setPrototypeOf(fields, null);
  return models;
}

/** A file that ./compile has made: beside this source, or as seen from a bundle in `dist/`. */
export function generatedFile(name: string): string {
  for (const folder of ['./generated/', '../simulator/schema/generated/']) {
    const file = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(file)) return file;
  }
  throw new Error('The schema of the embedded cluster has not been compiled: run `node scripts/bundle.mjs`.');
}
