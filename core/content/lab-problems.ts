import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import type { z } from 'zod';
import { PodlabError } from '../errors';

/** One thing wrong with a lab, where its author can find it. */
export interface LabProblem {
  file: string;
  /** From 1; 0 when the whole file is meant. */
  line: number;
  column: number;
  /** `tasks[0].checks[1].says`; '' for the whole document. */
  path: string;
  /** What was expected, and what was found. */
  message: string;
}

/** Everything that is wrong with a lab, one line each. */
export class LabError extends PodlabError {
  constructor(readonly problems: readonly LabProblem[]) {
    super(
      'lab-invalid',
      problems.map(showProblem).join('\n'),
      'Correct the lab, then run `podlab labs lint`.',
    );
  }
}

export function showProblem({ file, line, column, path, message }: LabProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place}: ${path ? `${path}: ` : ''}${message}`;
}

/** Turns paths in a YAML document into problems with line and column. */
export class ProblemFinder {
  readonly problems: LabProblem[] = [];

  constructor(
    readonly file: string,
    readonly document: Document,
    readonly lines: LineCounter,
  ) {}

  add(path: readonly PropertyKey[], message: string): void {
    const { line, col } = this.lines.linePos(this.#offset(path));
    this.problems.push({ file: this.file, line, column: col, path: showPath(path), message });
  }

  /** A zod issue, its path below `base`, in words: what was expected, what was found, the nearest known key. */
  addIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = [], known: readonly string[] = []): void {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const close = nearest(key, known);
        this.add([...path, key], `unknown key${close ? `: did you mean \`${close}\`?` : ''}`);
      }
      return;
    }
    if (issue.code === 'invalid_union') {
      // The alternative that got furthest is the one that was meant.
      const inner = issue.errors
        .flat()
        .filter((one) => one.path.length > 0 || one.code === 'unrecognized_keys');
      const wanted = [...new Set(issue.errors.flat().map(expectation))];
      if (inner[0]) this.addIssue(inner[0], path, known);
      else this.add(path, `expected ${wanted.join(' or ')}, found ${this.found(path)}`);
      return;
    }
    this.add(path, `expected ${expectation(issue)}, found ${this.found(path)}`);
  }

  found(path: readonly PropertyKey[]): string {
    const node = path.length > 0 ? this.document.getIn(path, true) : this.document.contents;
    if (node === undefined || node === null) return 'nothing';
    if (isScalar(node)) {
      if (node.value === null) return 'nothing';
      return typeof node.value === 'string' ? `"${cut(node.value)}"` : `${typeof node.value} ${node.value}`;
    }
    return isMap(node) ? 'a map' : 'a list';
  }

  /** Start of the key where there is one, else of the deepest node on the path. */
  #offset(path: readonly PropertyKey[]): number {
    for (let depth = path.length; depth > 0; depth--) {
      const parent =
        depth === 1 ? this.document.contents : this.document.getIn(path.slice(0, depth - 1), true);
      if (!isNode(parent)) continue;
      if (isMap(parent)) {
        const pair = parent.items.find(
          (one) => isScalar(one.key) && String(one.key.value) === String(path[depth - 1]),
        );
        if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
      }
      const node = this.document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return isNode(this.document.contents) ? (this.document.contents.range?.[0] ?? 0) : 0;
  }
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, key) => {
    if (typeof key === 'number') return `${shown}[${key}]`;
    return shown ? `${shown}.${String(key)}` : String(key);
  }, '');
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return article(issue.expected);
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', or ');
  if (issue.code === 'too_small') {
    if (issue.origin === 'array') return `at least ${issue.minimum}`;
    return issue.origin === 'string' ? issue.message : `a number of at least ${issue.minimum}`;
  }
  if (issue.code === 'too_big')
    return issue.origin === 'string' ? `at most ${issue.maximum} characters` : `at most ${issue.maximum}`;
  return issue.message.replace(/^expected /, '');
}

function article(type: string): string {
  const words: Record<string, string> = {
    string: 'a text',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  return words[type] ?? `a ${type}`;
}

/** The known word with the fewest edits, when it is close enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const best = known
    .map((one) => ({ one, edits: distance(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0];
  return best && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.one : undefined;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
