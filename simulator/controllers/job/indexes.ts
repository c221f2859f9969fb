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

export function parseIndexes(text = ''): Set<number> {
  const indexes = new Set<number>();
  for (const part of text.split(',').filter(Boolean)) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last; index++) indexes.add(index);
  }
  return indexes;
}
