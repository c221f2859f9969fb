import { posixExpression } from '../../posix-regexp/posix-expression';
import { ExpressionFault } from '../../posix-regexp/syntax';
import type { EditorText, Place } from './text';

/** A basic expression; a message when it cannot be read. */
export function searchExpression(pattern: string, ignoreCase: boolean): RegExp | string {
  try {
    return posixExpression(pattern, { extended: false, ignoreCase }, 'g');
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return `bad search pattern '${pattern}': ${error.message}`;
  }
}

/** The next match from a place, around the ends of the text. `turn`: Process.checkpoint. */
export async function search(
  text: EditorText,
  from: Place,
  expression: RegExp,
  forward: boolean,
  turn: () => Promise<void> | undefined,
): Promise<Place | undefined> {
  const { lines } = text;
  for (let step = 0; step <= lines.length; step++) {
    const wait = turn();
    if (wait) await wait;
    const row = (from.row + (forward ? step : lines.length - step) + lines.length) % lines.length;
    const columns = [...text.line(row).matchAll(expression)].map((match) => match.index);
    const first = step === 0;
    const last = step === lines.length;
    const fits = columns.filter((col) => {
      if (first) return forward ? col > from.col : col < from.col;
      return !last || (forward ? col <= from.col : col >= from.col);
    });
    const col = forward ? fits[0] : fits.at(-1);
    if (col !== undefined) return { row, col };
  }
  return undefined;
}
