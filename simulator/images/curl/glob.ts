import { CurlFailure } from './failure';

/** So many URLs one pattern may stand for. */
const mostUrls = 100_000;

/** The URLs that a pattern stands for: `{a,b}`, `[1-10]`, `[01-10:2]`, `[a-z]` (curl's globbing). Throws CurlFailure 3. */
export function urlsOf(pattern: string): string[] {
  const match = /\{([^{}]*)\}|\[([^[\]]*)\]/.exec(pattern);
  if (!match) return [pattern];
  const [whole, set, range] = match;
  // An address of IPv6 stands in brackets, too.
  if (range?.includes(':') && !/^[^:]+-[^:]+:\d+$/.test(range)) return [pattern];
  const before = pattern.slice(0, match.index);
  const after = urlsOf(pattern.slice(match.index + whole.length));
  const values = set === undefined ? rangeOf(range ?? '', match.index) : set.split(',');
  if (values.length * after.length > mostUrls) throw new CurlFailure(3, 'range overflow in URL position');
  return values.flatMap((value) => after.map((rest) => `${before}${value}${rest}`));
}

function rangeOf(text: string, at: number): string[] {
  const [, from = '', to = '', step = '1'] = /^(\d+|[A-Za-z])-(\d+|[A-Za-z])(?::(\d+))?$/.exec(text) ?? [];
  const digits = /^\d+$/.test(from);
  const value = (each: string) => (digits ? Number(each) : each.charCodeAt(0));
  const count = Math.floor((value(to) - value(from)) / Number(step)) + 1;
  if (from === '' || digits !== /^\d+$/.test(to) || !(count >= 1 && count <= mostUrls))
    throw new CurlFailure(3, `bad range in URL position ${at + 2}:\n`);
  const width = from.startsWith('0') ? from.length : 0;
  return Array.from({ length: count }, (_, index) => {
    const each = value(from) + index * Number(step);
    return digits ? String(each).padStart(width, '0') : String.fromCharCode(each);
  });
}
