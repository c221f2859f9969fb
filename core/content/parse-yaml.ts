import type { z } from 'zod';
import { ContentError } from './content-problems';
import { knownKeys } from './known-keys';
import { readYaml } from './read-yaml';

/**
 * Parses YAML text and checks it against a schema. `firstLine` is the line of `file` at which `text` begins.
 * Throws ContentError with everything that is wrong: file, line, path and what was expected.
 */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  file: string,
  firstLine = 1,
): z.output<Schema> {
  const { document, finder } = readYaml(text, file, firstLine);
  if (finder.problems.length > 0) throw new ContentError(finder.problems);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) finder.addIssue(issue, [], (path) => knownKeys(schema, path));
  throw new ContentError(finder.problems);
}
