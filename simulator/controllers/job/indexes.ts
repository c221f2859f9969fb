/** `0-2,5`: completion indexes as a Job's status writes them. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...new Set(indexes)].sort((left, right) => left - right);
  const ranges: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const first = sorted[at] ?? 0;
    let last = first;
    while (sorted[at + 1] === last + 1) {
      at += 1;
      last += 1;
    }
    if (last === first) ranges.push(String(first));
    else ranges.push(last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  }
  return ranges.join(',');
}

/** First and last of each range. */
export function parseRanges(text = ''): [first: number, last: number][] {
  return text
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return [first, last];
    });
}

/** More indexes than this no Job can have worked on here, whatever somebody wrote into its status. */
const MOST_INDEXES = 100_000;

/** The indexes of a status that are below `completions`, which may have been more (parseIndexesFromString). */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const [first, last] of parseRanges(text))
    for (let index = first; index <= last && index < completions && indexes.size < MOST_INDEXES; index++)
      indexes.add(index);
  return indexes;
}
