import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { PodlabError } from '../errors';

/** One thing wrong with a content file, where an author can find it. */
export interface ContentProblem {
  file: string;
  /** From 1. */
  line: number;
  /** `tasks[0].checks[2].says`; '' for the whole document. */
  field: string;
  expected: string;
}

/**
 * Parses YAML text and checks it against a schema. `firstLine` is the line of `file` at which `text` begins.
 * Throws PodlabError `content-invalid` that names file, line, field and what was expected, one line for each problem.
 */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  file: string,
  firstLine = 1,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line + firstLine - 1;

  if (document.errors.length > 0)
    throw contentError(
      document.errors.map((error) => ({
        file,
        line: lineAt(error.pos[0]),
        field: '',
        expected: `valid YAML: ${error.message}`,
      })),
    );

  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw contentError(
    parsed.error.issues.flatMap((issue) => {
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
      const paths = unknown.length > 0 ? unknown.map((key) => [...issue.path, key]) : [issue.path];
      return paths.map((path) => ({
        file,
        line: lineAt(offsetOf(document, path)),
        field: fieldName(path),
        expected: unknown.length > 0 ? 'a field that exists here (this one is unknown)' : expectation(issue),
      }));
    }),
  );
}

export function contentError(problems: readonly ContentProblem[]): PodlabError {
  const lines = problems.map(
    ({ file, line, field, expected }) => `${file}:${line}: ${field ? `${field}: ` : ''}expected ${expected}`,
  );
  return new PodlabError('content-invalid', lines.join('\n'), 'Correct the file and build again.', 500);
}

/** Start of the deepest node that exists on the path; a key's own start where the key exists. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const key = path[depth - 1];
    if (isNode(parent) && 'items' in parent) {
      for (const item of parent.items) {
        const pair = item as { key?: unknown };
        if (isNode(pair.key) && 'value' in pair.key && pair.key.value === key)
          return pair.key.range?.[0] ?? 0;
      }
    }
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key),
    '',
  );
}

function expectation(issue: z.core.$ZodIssue): string {
  return issue.message
    .replace(/^Invalid input: expected /, '')
    .replace(/^Invalid option: expected /, '')
    .replace(/, received undefined$/, ' (it is missing)')
    .replace(/^Invalid string: must match pattern.*$/, 'a name of lower-case letters, digits and "-"');
}
