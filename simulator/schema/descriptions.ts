import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What kubernetes-models tells of a field beyond the client models: texts of struct fields, and enums. */
export interface FieldText {
  description: string;
  /** ` - "Always" …` lines under "Possible enum values:"; '' when there are none. */
  enumText: string;
  values?: string[];
}

/**
 * The texts of a model's fields, read from the declarations of kubernetes-models in `modules` (a node_modules folder).
 * The client models, made by a generator that drops what stands beside a `$ref`, have none for struct fields.
 */
export function readTexts(
  modules: string,
  model: { group: string; version: string; name: string; meta: boolean },
): Map<string, FieldText> {
  const file = model.meta
    ? join(modules, '@kubernetes-models/apimachinery/apis/meta/v1', `${model.name}.d.ts`)
    : join(modules, 'kubernetes-models', model.group, model.version, `${model.name}.d.ts`);
  const texts = new Map<string, FieldText>();
  if (!existsSync(file)) return texts;
  const source = readFileSync(file, 'utf8');
  const start = source.search(new RegExp(`export interface I${model.name} (extends TypeMeta )?\\{`));
  const end = source.indexOf('\n}', start);
  const fields = /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\s*"([^"]+)"\??: ([^;\n]*)/g;
  for (const [, comment = '', field = '', type = ''] of source.slice(start, end).matchAll(fields)) {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
    const text = lines.join('\n').trim();
    const [description = '', listed] = text.split('\n\nPossible enum values:\n');
    const values =
      listed === undefined ? undefined : [...type.matchAll(/"([^"]*)"/g)].map(([, value]) => value ?? '');
    texts.set(field, {
      description: description.replaceAll('\n\n', '\n').trim(),
      enumText: listed === undefined ? '' : listed.trimEnd(),
      ...(values?.length ? { values } : {}),
    });
  }
  return texts;
}

/** What @kubernetes-models/apimachinery tells of a type that is no struct; '' when it tells nothing. */
export function readTypeText(modules: string, source: string): string {
  const file = join(modules, '@kubernetes-models/apimachinery', `${source}.d.ts`);
  if (!existsSync(file)) return '';
  const [, comment = ''] = /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\//.exec(readFileSync(file, 'utf8')) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}
