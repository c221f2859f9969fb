import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEWER_FIELDS } from './newer-fields';
import { QUANTITIES } from './quantities';

/**
 * Type of a field: `string`, `boolean`, `int32`, `int64`, `double`, `bytes`, `time`, `microtime`, `intOrString`,
 * `quantity`, `any`, or a model; `[]` before it makes a list, `{}` a map.
 */
export type FieldType = string;

export interface ModelField {
  type: FieldType;
  required: boolean;
  description: string;
  /** Its values when it is an enum. */
  values?: string[];
}

export interface Model {
  description: string;
  fields: Record<string, ModelField>;
}

interface Attribute {
  baseName: string;
  name: string;
  type: string;
  format: string;
}

/** The models reachable from `roots`, read from the sources of @kubernetes/client-node in `folder`. */
export function readModels(folder: string, roots: Iterable<string>): Map<string, Model> {
  const models = new Map<string, Model>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    if (models.has(name)) continue;
    const model = readModel(folder, name);
    models.set(name, model);
    for (const field of Object.values(model.fields)) {
      const item = modelOf(field.type);
      if (item) waiting.push(item);
    }
  }
  return models;
}

/** The model at the end of a type: `[]V1Container` → `V1Container`; undefined for plain values. */
export function modelOf(type: FieldType): string | undefined {
  const item = type.replace(/^(\[\]|\{\})+/, '');
  return /^[A-Z]/.test(item) ? item : undefined;
}

function readModel(folder: string, name: string): Model {
  const code = readFileSync(join(folder, `${name}.js`), 'utf8');
  const types = readFileSync(join(folder, `${name}.d.ts`), 'utf8');
  const map = /attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(code)?.[1] ?? '[]';
  const attributes = JSON.parse(map.replace(/,(\s*[\]}])/g, '$1')) as Attribute[];
  const fields: Record<string, ModelField> = {};
  for (const attribute of attributes) {
    const declared = new RegExp(
      `(?:/\\*\\*\\n((?:(?!\\*/)[\\s\\S])*)\\*/\\s*)?'${attribute.name}'(\\??):`,
    ).exec(types);
    fields[attribute.baseName] = {
      type: fieldType(name, attribute),
      required: declared?.[2] === '',
      description: commentText(declared?.[1] ?? ''),
    };
  }
  const about = /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\s*export class /.exec(code)?.[1] ?? '';
  return { description: commentText(about), fields: { ...fields, ...NEWER_FIELDS[name] } };
}

function fieldType(model: string, attribute: Attribute): FieldType {
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(attribute.type)?.[1];
  if (map) return `{}${fieldType(model, { ...attribute, type: map })}`;
  const list = /^Array<(.*)>$/.exec(attribute.type)?.[1];
  if (list) return `[]${fieldType(model, { ...attribute, type: list })}`;
  switch (attribute.type) {
    case 'string':
      if (QUANTITIES.has(`${model}.${attribute.baseName}`)) return 'quantity';
      if (attribute.format === 'byte') return 'bytes';
      return 'string';
    case 'number':
      return attribute.format === 'double' ? 'double' : attribute.format || 'int64';
    case 'boolean':
      return 'boolean';
    case 'Date':
      return attribute.format === 'date-time-micro' ? 'microtime' : 'time';
    case 'V1MicroTime':
      return 'microtime';
    case 'IntOrString':
      return 'intOrString';
    case 'any':
      return 'any';
    default:
      return attribute.type;
  }
}

function commentText(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join(' ')
    .replace(/\\(['"])/g, '$1')
    .trim();
}
