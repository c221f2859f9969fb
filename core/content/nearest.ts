/** The known word that was probably meant: one begins with the other, or few letters differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const written = word.toLowerCase();
  const best = known
    .map((one) => ({ one, edits: distance(written, one.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0];
  if (best && best.edits <= Math.max(2, Math.floor(word.length / 3))) return best.one;
  return known.find((one) => one.length > 2 && written.length > 2 && beginsAlike(written, one.toLowerCase()));
}

/** The end of a sentence that says what was found: the word that was probably meant, else all that there are. */
export function whatThereIs(word: string, known: readonly string[]): string {
  const close = nearest(word, known);
  return close ? `: did you mean ${close}?` : `; there is: ${known.join(', ') || 'nothing'}`;
}

const beginsAlike = (a: string, b: string) => a.startsWith(b) || b.startsWith(a);

/** Levenshtein's edit distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
