import { relative } from 'node:path';
import { PodlabError } from '../errors';

/** One thing wrong with a lesson or a lab, where its author can find it. */
export interface ContentProblem {
  file: string;
  /** From 1; 0 when the whole file is meant. */
  line: number;
  column: number;
  /** `tasks[0].checks[1].says`; '' for the whole document. */
  path: string;
  /** What was expected, and what was found. */
  message: string;
}

/** Everything that is wrong with the content, one line each. */
export class ContentError extends PodlabError {
  constructor(readonly problems: readonly ContentProblem[]) {
    super(
      'content-invalid',
      problems.map(showProblem).join('\n'),
      'Correct what is named, then try again; `podlab labs lint` looks through the labs.',
    );
  }
}

export function showProblem({ file, line, column, path, message }: ContentProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place}: ${path ? `${path}: ` : ''}${message}`;
}

/** A problem of a whole file, or of one line of it. */
export function inFile(file: string, message: string, { line = 0, path = '' } = {}): ContentProblem {
  return { file, line, column: line > 0 ? 1 : 0, path, message };
}

/** Relative to where the author works, when it is below. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
