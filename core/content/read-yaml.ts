import {
  type Document,
  type ErrorCode,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  type YAMLParseError,
} from 'yaml';
import type { ContentProblem } from './content-problems';
import { ProblemFinder } from './problem-finder';

/** A YAML document and who finds places in it; when it is no YAML, `finder.problems` says so. */
export interface ReadYaml {
  document: Document;
  finder: ProblemFinder;
}

/** `firstLine` is the line of `file` at which the text begins. */
export function readYaml(text: string, file: string, firstLine = 1): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return opened(document, text, file, lines, firstLine);
}

/** As `readYaml`, for a file with several documents. */
export function readAllYaml(text: string, file: string): ReadYaml[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return [...documents].map((document) => opened(document as Document, text, file, lines, 1));
}

function opened(document: Document, text: string, file: string, lines: LineCounter, firstLine: number) {
  const finder = new ProblemFinder(file, document, lines, firstLine);
  // One slip makes many errors: the first is the one to mend.
  const [error] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error) finder.problems.push(syntaxProblem(error, text, file, lines, firstLine));
  return { document, finder };
}

function syntaxProblem(
  { code, message, pos }: YAMLParseError,
  text: string,
  file: string,
  lines: LineCounter,
  firstLine: number,
): ContentProblem {
  const { line, col } = lines.linePos(pos[0]);
  const written = text.split('\n')[line - 1] ?? '';
  const indentedByTab = /^ *\t/.test(written);
  const key = /^[\s-]*([\w.-]+):/.exec(written)?.[1];
  const what =
    code === 'DUPLICATE_KEY' && key
      ? `each key once in a map, found \`${key}\` again`
      : `valid YAML: ${message.split('\n')[0]}`;
  const hint = indentedByTab ? 'this line begins with a tab: indent with spaces' : hints[code];
  return {
    file,
    line: line + firstLine - 1,
    column: col,
    path: '',
    message: `expected ${what}${hint ? ` (${hint})` : ''}`,
  };
}

/** What the parser's words mostly come from. */
const hints: Partial<Record<ErrorCode, string>> = {
  BLOCK_AS_IMPLICIT_KEY:
    'a text with ": " in it must stand in quotes, and the keys of a map in the same column',
  BAD_SCALAR_START: 'put the text in quotes',
  BAD_INDENT: 'look at how this line and the one above are indented',
  MISSING_CHAR: 'look at how this line and the one above are indented, and at quotes and brackets',
  UNEXPECTED_TOKEN: 'look at the brackets and quotes of this line and the one above',
  TAB_AS_INDENT: 'indent with spaces',
};
