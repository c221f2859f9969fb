import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import type { z } from 'zod';
import type { ContentProblem } from './content-problems';
import { nearest } from './nearest';

/** The keys that a map at a path may have; none when that is not known. */
export type KeysAt = (path: readonly PropertyKey[]) => readonly string[];

/** Turns paths in a YAML document into problems with line and column. */
export class ProblemFinder {
  readonly problems: ContentProblem[] = [];
  /** Paths that an unknown key was probably meant for: that they are missing goes without saying. */
  readonly #meant = new Set<string>();

  constructor(
    readonly file: string,
    readonly document: Document,
    readonly lines: LineCounter,
    /** Line of the file at which the document begins. */
    readonly firstLine = 1,
  ) {}

  add(path: readonly PropertyKey[], message: string): void {
    const { line, col } = this.lines.linePos(this.#offset(path));
    const place = { file: this.file, line: line + this.firstLine - 1, column: col };
    this.problems.push({ ...place, path: showPath(path), message });
  }

  /** A zod issue, its path below `base`, in words: what was expected, what was found, the nearest known key. */
  addIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[], keysAt: KeysAt): void {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) this.#addUnknownKey(path, key, keysAt);
      return;
    }
    if (issue.code === 'invalid_union') {
      // The alternative that got furthest is the one that was meant.
      const inner = issue.errors
        .flat()
        .filter((one) => one.path.length > 0 || one.code === 'unrecognized_keys');
      const wanted = [...new Set(issue.errors.flat().map(expectation))];
      if (inner[0]) this.addIssue(inner[0], path, keysAt);
      else this.add(path, `expected ${wanted.join(' or ')}, found ${this.found(path)}`);
      return;
    }
    const found = this.found(path);
    if (found === 'nothing' && this.#meant.has(showPath(path))) return;
    this.add(path, `expected ${expectation(issue)}, found ${found}${this.#suggestion(issue, path)}`);
  }

  #addUnknownKey(path: readonly PropertyKey[], key: string, keysAt: KeysAt): void {
    const known = keysAt(path);
    const outer = path.findLastIndex((_, depth) => keysAt(path.slice(0, depth)).includes(key));
    const close = nearest(key, known);
    const message = () => {
      if (known.includes(key)) return 'does not go together with the keys beside it';
      if (outer >= 0) {
        const owner = showPath(path.slice(0, outer)) || 'the whole file';
        return `unknown key here; it is a key of ${owner}: is it indented too far?`;
      }
      if (close) return `unknown key: did you mean \`${close}\`?`;
      return `unknown key${known.length > 0 ? `, expected one of: ${[...new Set(known)].join(', ')}` : ''}`;
    };
    this.add([...path, key], message());
    if (close && outer < 0) this.#forget(showPath([...path, close]));
  }

  /** Whichever of the two is found first: a key that is missing, or what was written in its place. */
  #forget(path: string): void {
    this.#meant.add(path);
    const missing = this.problems.findIndex(
      (one) => one.path === path && one.message.endsWith('found nothing'),
    );
    if (missing >= 0) this.problems.splice(missing, 1);
  }

  #suggestion(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string {
    if (issue.code !== 'invalid_value') return '';
    const written = this.document.getIn(path);
    const close = typeof written === 'string' && nearest(written, issue.values.map(String));
    return close ? `: did you mean ${close}?` : '';
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

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
