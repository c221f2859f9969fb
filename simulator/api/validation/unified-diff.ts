/**
 * A unified diff with three lines of context and no file names, of the form and with the choices of Python's difflib,
 * which the API server's Go port follows. Ends with a newline; '' when there is no difference.
 */
export function unifiedDiff(before: string, after: string): string {
  const a = before.split('\n');
  const b = after.split('\n');
  const out: string[] = [];
  for (const group of groups(changes(a, b), 3)) {
    const first = group[0];
    const last = group.at(-1);
    if (!first || !last) continue;
    out.push(`@@ -${range(first.a0, last.a1)} +${range(first.b0, last.b1)} @@`);
    for (const { same, a0, a1, b0, b1 } of group) {
      if (same) out.push(...a.slice(a0, a1).map((line) => ` ${line}`));
      else
        out.push(...a.slice(a0, a1).map((line) => `-${line}`), ...b.slice(b0, b1).map((line) => `+${line}`));
    }
  }
  return out.map((line) => `${line}\n`).join('');
}

interface Change {
  same: boolean;
  a0: number;
  a1: number;
  b0: number;
  b1: number;
}

interface Match {
  a: number;
  b: number;
  size: number;
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return length === 0 ? `${from},0` : `${from + 1},${length}`;
}

function changes(a: string[], b: string[]): Change[] {
  const result: Change[] = [];
  let i = 0;
  let j = 0;
  for (const match of [...matches(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) result.push({ same: false, a0: i, a1: match.a, b0: j, b1: match.b });
    i = match.a + match.size;
    j = match.b + match.size;
    if (match.size > 0) result.push({ same: true, a0: match.a, a1: i, b0: match.b, b1: j });
  }
  return result;
}

/** Matching blocks, adjacent ones joined (SequenceMatcher.GetMatchingBlocks). */
function matches(a: string[], b: string[]): Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const search = (a0: number, a1: number, b0: number, b1: number): void => {
    const match = longest(a, b, places, a0, a1, b0, b1);
    if (match.size === 0) return;
    search(a0, match.a, b0, match.b);
    found.push(match);
    search(match.a + match.size, a1, match.b + match.size, b1);
  };
  search(0, a.length, 0, b.length);
  const joined: Match[] = [];
  for (const match of found) {
    const last = joined.at(-1);
    if (last && last.a + last.size === match.a && last.b + last.size === match.b) last.size += match.size;
    else joined.push({ ...match });
  }
  return joined;
}

/** Where each line stands; in long texts lines that are too common are not used to start a match (autojunk). */
function placesOf(lines: string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) places.set(line, [...(places.get(line) ?? []), index]);
  if (lines.length >= 200) {
    const most = Math.floor(lines.length / 100) + 1;
    for (const [line, indices] of places) if (indices.length > most) places.delete(line);
  }
  return places;
}

function longest(
  a: string[],
  b: string[],
  places: Map<string, number[]>,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
): Match {
  let best: Match = { a: a0, b: b0, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = a0; i < a1; i += 1) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < b0) continue;
      if (j >= b1) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  while (best.a > a0 && best.b > b0 && a[best.a - 1] === b[best.b - 1])
    best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
  while (
    best.a + best.size < a1 &&
    best.b + best.size < b1 &&
    a[best.a + best.size] === b[best.b + best.size]
  )
    best = { ...best, size: best.size + 1 };
  return best;
}

/** Changes with at most `context` equal lines around them, split where more lie between (GetGroupedOpCodes). */
function groups(all: Change[], context: number): Change[][] {
  const codes = all.map((change) => ({ ...change }));
  const first = codes[0];
  if (first?.same) {
    first.a0 = Math.max(first.a0, first.a1 - context);
    first.b0 = Math.max(first.b0, first.b1 - context);
  }
  const last = codes.at(-1);
  if (last?.same) {
    last.a1 = Math.min(last.a1, last.a0 + context);
    last.b1 = Math.min(last.b1, last.b0 + context);
  }
  const result: Change[][] = [];
  let group: Change[] = [];
  for (const code of codes) {
    let { a0, b0 } = code;
    if (code.same && code.a1 - a0 > 2 * context) {
      group.push({ ...code, a1: Math.min(code.a1, a0 + context), b1: Math.min(code.b1, b0 + context) });
      result.push(group);
      group = [];
      a0 = Math.max(a0, code.a1 - context);
      b0 = Math.max(b0, code.b1 - context);
    }
    group.push({ ...code, a0, b0 });
  }
  if (group.some(({ same }) => !same)) result.push(group);
  return result;
}
