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

/** `^`, `^^`, `,`, `,,`: letters to upper or lower case. `first` has been taken. */
export function caseOperator(source: Source, first: string): ParameterOperator | undefined {
  if (first !== '^' && first !== ',') return undefined;
  if (source.peek() !== first) return first;
  source.take();
  return first === '^' ? '^^' : ',,';
}
