/** A run of lines that two texts do not share: indices from 0, ends exclusive. */
export interface Change {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
}

/**
 * The shortest edit between two lists of lines (Myers, 1986), in linear space, as runs in order. `pass` is called within the search and
 * may be awaited, so that a long comparison gives way to others.
 */
export async function lineChanges(
  a: readonly string[],
  b: readonly string[],
  pass: () => Promise<void> | undefined,
): Promise<Change[]> {
  const keptA = new Uint8Array(a.length);
  const keptB = new Uint8Array(b.length);
  const pending: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let part = pending.pop(); part; part = pending.pop()) {
    let [a0, a1, b0, b1] = part;
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) {
      keptA[a0++] = 1;
      keptB[b0++] = 1;
    }
    while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) {
      keptA[--a1] = 1;
      keptB[--b1] = 1;
    }
    if (a0 === a1 || b0 === b1) continue;
    const [x, y] = await middle(a, b, a0, a1, b0, b1, pass);
    pending.push([x, a1, y, b1], [a0, x, b0, y]);
  }
  return runs(keptA, keptB);
}

function runs(keptA: Uint8Array, keptB: Uint8Array): Change[] {
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  while (i < keptA.length || j < keptB.length) {
    if (keptA[i] && keptB[j]) {
      i++;
      j++;
      continue;
    }
    const [fromA, fromB] = [i, j];
    while (i < keptA.length && !keptA[i]) i++;
    while (j < keptB.length && !keptB[j]) j++;
    changes.push({ fromA, toA: i, fromB, toB: j });
  }
  return changes;
}

/** A point that a shortest path goes through: searched from both ends until the paths meet. */
async function middle(
  a: readonly string[],
  b: readonly string[],
  a0: number,
  a1: number,
  b0: number,
  b1: number,
  pass: () => Promise<void> | undefined,
): Promise<[number, number]> {
  const n = a1 - a0;
  const m = b1 - b0;
  const delta = n - m;
  const most = Math.ceil((n + m) / 2);
  const offset = most + 1;
  const forward = new Int32Array(2 * most + 3);
  const backward = new Int32Array(2 * most + 3);
  const at = (table: Int32Array, k: number) => table[offset + k] as number;
  for (let d = 0; d <= most; d++) {
    for (let k = -d; k <= d; k += 2) {
      const turn = pass();
      if (turn) await turn;
      const down = k === -d || (k !== d && at(forward, k - 1) < at(forward, k + 1));
      let x = down ? at(forward, k + 1) : at(forward, k - 1) + 1;
      while (x < n && x - k < m && x - k >= 0 && a[a0 + x] === b[b0 + x - k]) x++;
      forward[offset + k] = x;
      const other = delta - k;
      if (delta % 2 !== 0 && Math.abs(other) <= d - 1 && x + at(backward, other) >= n)
        return split(x, x - k, n, m, a0, b0);
    }
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(backward, k - 1) < at(backward, k + 1));
      let x = down ? at(backward, k + 1) : at(backward, k - 1) + 1;
      while (x < n && x - k < m && x - k >= 0 && a[a1 - 1 - x] === b[b1 - 1 - x + k]) x++;
      backward[offset + k] = x;
      const other = delta - k;
      if (delta % 2 === 0 && Math.abs(other) <= d && x + at(forward, other) >= n)
        return split(n - x, m - x + k, n, m, a0, b0);
    }
  }
  return [a1, b0];
}

/** A corner would leave the problem as it is: all lines of one side first, then. */
function split(x: number, y: number, n: number, m: number, a0: number, b0: number): [number, number] {
  const corner = (x <= 0 && y <= 0) || (x >= n && y >= m);
  return corner || x < 0 || y < 0 || x > n || y > m ? [a0 + n, b0] : [a0 + x, b0 + y];
}
