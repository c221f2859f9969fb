/** First and last byte of what a Range header asks of so many; undefined: all of them, as for ranges of several parts. */
export function byteRange(
  header: string | undefined,
  length: number,
): [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const first = match[1] === '' ? Math.max(0, length - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? length - 1 : Math.min(length - 1, Number(match[2]));
  return first > last ? 'unsatisfiable' : [first, last];
}
