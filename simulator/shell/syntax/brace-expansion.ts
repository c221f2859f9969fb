import type { Part, Word } from './ast';

/** A character that stands unquoted in the word, or a part that braces pass over. */
type Piece = string | Part;

/** How many words one word may become. */
const mostWords = 100_000;

/** bash: `a{b,c}d` and `{1..5}`, before all other expansions. One word, itself, when it has no such braces. */
export function expandBraces(word: Word): Word[] {
  if (!word.parts.some((part) => part.type === 'text' && !part.quoted && part.text.includes('{')))
    return [word];
  const pieces: Piece[] = word.parts.flatMap((part): Piece[] =>
    part.type === 'text' && !part.quoted ? [...part.text] : [part],
  );
  const expanded = expand(pieces);
  return expanded.length === 1 ? [word] : expanded.map(joined);
}

function expand(pieces: Piece[]): Piece[][] {
  for (let open = pieces.indexOf('{'); open >= 0; open = pieces.indexOf('{', open + 1)) {
    const found = alternatives(pieces, open);
    if (!found) continue;
    const tails = expand(pieces.slice(found.end + 1));
    const heads = found.choices.flatMap((choice) => expand(choice));
    if (heads.length * tails.length > mostWords) return [pieces];
    return heads.flatMap((head) => tails.map((tail) => [...pieces.slice(0, open), ...head, ...tail]));
  }
  return [pieces];
}

/** The choices of the braces that open there; undefined when they are plain text. */
function alternatives(pieces: Piece[], open: number): { choices: Piece[][]; end: number } | undefined {
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pieces.length; at++) {
    const piece = pieces[at];
    if (piece === '{') depth++;
    else if (piece === ',' && depth === 1) commas.push(at);
    else if (piece === '}' && --depth === 0) {
      const starts = [open, ...commas];
      if (commas.length > 0)
        return { choices: starts.map((from, i) => pieces.slice(from + 1, commas[i] ?? at)), end: at };
      const inside = pieces.slice(open + 1, at);
      const range = inside.every((each) => typeof each === 'string') ? sequence(inside.join('')) : undefined;
      return range && { choices: range.map((text) => [...text]), end: at };
    }
  }
  return undefined;
}

/** `1..5`, `01..10..2`, `a..e` */
function sequence(text: string): string[] | undefined {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(text);
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(text);
  const [, first = '', last = '', by = '1'] = numbers ?? letters ?? [];
  if (first === '') return undefined;
  const value = (end: string) => (numbers ? Number(end) : end.charCodeAt(0));
  const [from, to] = [value(first), value(last)];
  const step = Math.abs(Number(by)) || 1;
  if (Math.abs(to - from) / step > mostWords) return undefined;
  const padded = numbers !== null && [first, last].some((end) => /^-?0\d/.test(end));
  const width = padded ? Math.max(first.length, last.length) : 0;
  const result: string[] = [];
  for (let at = from; from <= to ? at <= to : at >= to; at += from <= to ? step : -step) {
    const digits = String(Math.abs(at));
    if (!numbers) result.push(String.fromCharCode(at));
    else result.push(at < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0'));
  }
  return result;
}

function joined(pieces: Piece[]): Word {
  const parts: Part[] = [];
  for (const piece of pieces) {
    const last = parts[parts.length - 1];
    if (typeof piece !== 'string') parts.push(piece);
    else if (last?.type === 'text' && !last.quoted)
      parts[parts.length - 1] = { ...last, text: last.text + piece };
    else parts.push({ type: 'text', text: piece, quoted: false });
  }
  return { parts };
}
