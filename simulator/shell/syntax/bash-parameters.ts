import type { ParameterOperator, Word } from './ast';
import type { Source } from './source';

/** What names the parameter in `${…}`: `a`, `a[1]`, `a[@]`, `!a`, `!a[@]`. */
export interface BracedName {
  name: string;
  subscript?: Word | '@' | '*';
  indirect?: boolean;
}

/** `readSubscript` takes all up to and with the closing bracket. */
export function bracedName(
  source: Source,
  readName: (source: Source) => string,
  readSubscript: () => Word,
): BracedName {
  const indirect = source.peek() === '!' && /[A-Za-z_0-9@*#]/.test(source.peek(1));
  if (indirect) source.take();
  const name = readName(source);
  const found: BracedName = indirect ? { name, indirect } : { name };
  if (!/^[A-Za-z_]/.test(name) || source.peek() !== '[') return found;
  source.take();
  const all = source.peek();
  if ((all === '@' || all === '*') && source.peek(1) === ']') {
    source.take();
    source.take();
    return { ...found, subscript: all };
  }
  return { ...found, subscript: readSubscript() };
}

/** What only bash knows behind the name, to the brace's end. `first` has been taken; `readWord` takes all up to and with the end. */
export function bashOperator(
  source: Source,
  first: string,
  { indirect }: BracedName,
  readWord: () => Word,
): { operator: ParameterOperator; word?: Word; subscript?: '@' | '*' } | undefined {
  if ((first === '@' || first === '*') && indirect && source.peek() === '}') {
    source.take();
    return { operator: 'names', subscript: first };
  }
  if (first === '@' && /[QUuLEaA]/.test(source.peek()) && source.peek(1) === '}') {
    const literal = source.take();
    source.take();
    return { operator: '@', word: { parts: [], literal } };
  }
  const operator = caseOperator(source, first);
  return operator && { operator, word: readWord() };
}

/** `^`, `^^`, `,`, `,,`: letters to upper or lower case. */
function caseOperator(source: Source, first: string): ParameterOperator | undefined {
  if (first !== '^' && first !== ',') return undefined;
  if (source.peek() !== first) return first;
  source.take();
  return first === '^' ? '^^' : ',,';
}
