import type { EditorText, Place } from './text';

export interface Motion {
  to: Place;
  /** An operator takes whole lines. */
  lines?: boolean;
  /** An operator takes the character under the cursor, too. */
  inclusive?: boolean;
}

/** What a motion needs beside the text. */
export interface MotionState {
  text: EditorText;
  at: Place;
  /** The number typed before it, if any. */
  count: number | undefined;
  /** First line on the screen, and how many there are. */
  top: number;
  height: number;
}

const arrows: Record<string, string> = {
  '\x1b[A': 'k',
  '\x1b[B': 'j',
  '\x1b[C': 'l',
  '\x1b[D': 'h',
  '\x1bOA': 'k',
  '\x1bOB': 'j',
  '\x1bOC': 'l',
  '\x1bOD': 'h',
  '\x1b[H': '0',
  '\x1b[1~': '0',
  '\x1b[F': '$',
  '\x1b[4~': '$',
  '\x7f': 'h',
  '\b': 'h',
  ' ': 'l',
  '\r': '+',
  '\n': '+',
  '\x0e': 'j',
  '\x10': 'k',
};

/** The key that a cursor key stands for. */
export const plainKey = (key: string): string => arrows[key] ?? key;

const firstFilled = (line: string): number => Math.max(0, line.search(/\S|$/));

/** Where a motion of one key leads; undefined: it is no motion, or leads nowhere. */
export function motion(key: string, state: MotionState): Motion | undefined {
  const { text, at, top, height } = state;
  const count = state.count ?? 1;
  const line = text.line(at.row);
  const row = (to: number): Motion => ({
    to: { row: Math.max(0, Math.min(text.last, to)), col: at.col },
    lines: true,
  });
  const filled = (to: number): Motion => {
    const found = row(to);
    return { ...found, to: { row: found.to.row, col: firstFilled(text.line(found.to.row)) } };
  };
  switch (key) {
    case 'h':
      return { to: { row: at.row, col: Math.max(0, at.col - count) } };
    case 'l':
      return { to: { row: at.row, col: Math.min(line.length, at.col + count) } };
    case 'j':
      return at.row < text.last ? row(at.row + count) : undefined;
    case 'k':
      return at.row > 0 ? row(at.row - count) : undefined;
    case '+':
      return filled(at.row + count);
    case '-':
      return filled(at.row - count);
    case '0':
      return { to: { row: at.row, col: 0 } };
    case '^':
      return { to: { row: at.row, col: firstFilled(line) } };
    case '$': {
      const to = Math.min(text.last, at.row + count - 1);
      return { to: { row: to, col: Math.max(0, text.line(to).length - 1) }, inclusive: true };
    }
    case 'G':
      return filled((state.count ?? text.lines.length) - 1);
    case 'gg':
      return filled(count - 1);
    case 'H':
      return filled(top + count - 1);
    case 'L':
      return filled(Math.min(text.last, top + height - count));
    case 'M':
      return filled(top + Math.floor((Math.min(text.last, top + height - 1) - top) / 2));
    case 'w':
    case 'W':
      return { to: repeat(count, at, (from) => nextWord(text, from, key === 'W')) };
    case 'b':
    case 'B':
      return { to: repeat(count, at, (from) => wordBefore(text, from, key === 'B')) };
    case 'e':
    case 'E':
      return { to: repeat(count, at, (from) => wordEnd(text, from, key === 'E')), inclusive: true };
    case '}':
      return { to: repeat(count, at, (from) => paragraph(text, from, 1)) };
    case '{':
      return { to: repeat(count, at, (from) => paragraph(text, from, -1)) };
    case '%':
      return pair(text, at);
    default:
      return undefined;
  }
}

/** `f`, `F`, `t` and `T`: the next, or so many'th, character of that kind in the line. */
export function inLine(
  text: EditorText,
  { row, col: from }: Place,
  key: string,
  c: string,
  count: number,
): Motion | undefined {
  const line = text.line(row);
  const forward = key === 'f' || key === 't';
  let col = from;
  for (let i = 0; i < count; i++) {
    col = forward ? line.indexOf(c, col + 1) : col > 0 ? line.lastIndexOf(c, col - 1) : -1;
    if (col < 0) return undefined;
  }
  const to = key === 't' ? col - 1 : key === 'T' ? col + 1 : col;
  return { to: { row, col: to }, inclusive: forward };
}

function repeat(count: number, from: Place, step: (from: Place) => Place): Place {
  let at = from;
  for (let i = 0; i < count; i++) {
    const next = step(at);
    if (next.row === at.row && next.col === at.col) break;
    at = next;
  }
  return at;
}

/** 0: blank, 1: of a word, 2: another character. */
function kind(c: string | undefined, big: boolean): number {
  if (c === undefined || /\s/.test(c)) return 0;
  return big || /[\w\x80-\uffff]/.test(c) ? 1 : 2;
}

function nextWord(text: EditorText, { row, col }: Place, big: boolean): Place {
  const line = text.line(row);
  let to = col;
  const here = kind(line[to], big);
  while (to < line.length && here !== 0 && kind(line[to], big) === here) to++;
  while (to < line.length && kind(line[to], big) === 0) to++;
  if (to < line.length) return { row, col: to };
  if (row === text.last) return { row, col: line.length };
  // An empty line is a word.
  return { row: row + 1, col: firstFilled(text.line(row + 1)) };
}

function wordBefore(text: EditorText, { row, col }: Place, big: boolean): Place {
  const line = text.line(row);
  let to = col - 1;
  while (to >= 0 && kind(line[to], big) === 0) to--;
  if (to < 0) {
    if (row === 0) return { row, col: 0 };
    const before = text.line(row - 1);
    return before === ''
      ? { row: row - 1, col: 0 }
      : wordBefore(text, { row: row - 1, col: before.length }, big);
  }
  const here = kind(line[to], big);
  while (to > 0 && kind(line[to - 1], big) === here) to--;
  return { row, col: to };
}

function wordEnd(text: EditorText, { row, col }: Place, big: boolean): Place {
  const line = text.line(row);
  let to = col + 1;
  while (to < line.length && kind(line[to], big) === 0) to++;
  if (to >= line.length) {
    if (row === text.last) return { row, col: Math.max(0, line.length - 1) };
    return wordEnd(text, { row: row + 1, col: -1 }, big);
  }
  const here = kind(line[to], big);
  while (to + 1 < line.length && kind(line[to + 1], big) === here) to++;
  return { row, col: to };
}

function paragraph(text: EditorText, { row }: Place, step: 1 | -1): Place {
  let to = row + step;
  while (to > 0 && to < text.last && text.line(to) !== '') to += step;
  to = Math.max(0, Math.min(text.last, to));
  return { row: to, col: step > 0 && text.line(to) !== '' ? text.line(to).length : 0 };
}

const brackets = '()[]{}';

/** The bracket that belongs to the first one from the cursor on. */
function pair(text: EditorText, at: Place): Motion | undefined {
  const line = text.line(at.row);
  let col = at.col;
  while (col < line.length && !brackets.includes(line[col] as string)) col++;
  const open = line[col];
  if (open === undefined) return undefined;
  const index = brackets.indexOf(open);
  const step = index % 2 === 0 ? 1 : -1;
  const close = brackets[index + step] as string;
  let depth = 0;
  for (let row = at.row; row >= 0 && row <= text.last; row += step) {
    const each = text.line(row);
    const start = row === at.row ? col : step > 0 ? 0 : each.length - 1;
    for (let i = start; i >= 0 && i < each.length; i += step) {
      if (each[i] === open) depth++;
      else if (each[i] === close && --depth === 0) return { to: { row, col: i }, inclusive: true };
    }
  }
  return undefined;
}
