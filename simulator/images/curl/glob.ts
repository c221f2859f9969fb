import { CurlFailure } from './failure';

/** So many URLs one pattern may stand for. */
const mostUrls = 100_000;

/** The URLs that a pattern stands for: `{a,b}`, `[1-10]`, `[01-10:2]`, `[a-z]` (curl's globbing). Throws CurlFailure 3. */
export function urlsOf(pattern: string): string[] {
  let urls = [''];
  let end = 0;
  for (const { 0: whole, 1: set, 2: range = '', index } of pattern.matchAll(/\{([^{}]*)\}|\[([^[\]]*)\]/g)) {
    // An address of IPv6 stands in brackets, too.
    if (set === undefined && range.includes(':') && !/^[^:]+-[^:]+:\d+$/.test(range)) continue;
    const values = set === undefined ? rangeOf(range, pattern, index) : set.split(',');
    if (values.length * urls.length > mostUrls) throw fault('range overflow', pattern, index);
    const before = pattern.slice(end, index);
    urls = urls.flatMap((url) => values.map((value) => `${url}${before}${value}`));
    end = index + whole.length;
  }
  return urls.map((url) => url + pattern.slice(end));
}

function fault(what: string, pattern: string, at: number): CurlFailure {
  return new CurlFailure(3, `${what} in URL position ${at + 2}:\n${pattern}\n${' '.repeat(at + 1)}^`);
}

function rangeOf(text: string, pattern: string, at: number): string[] {
  const [, from = '', to = '', step = '1'] = /^(\d+|[A-Za-z])-(\d+|[A-Za-z])(?::(\d+))?$/.exec(text) ?? [];
  const digits = /^\d+$/.test(from);
  const value = (each: string) => (digits ? Number(each) : each.charCodeAt(0));
  const count = Math.floor((value(to) - value(from)) / Number(step)) + 1;
  if (from === '' || digits !== /^\d+$/.test(to) || !(count >= 1 && count <= mostUrls))
    throw fault('bad range', pattern, at);
  const width = from.startsWith('0') ? from.length : 0;
  return Array.from({ length: count }, (_, index) => {
    const each = value(from) + index * Number(step);
    return digits ? String(each).padStart(width, '0') : String.fromCharCode(each);
  });
}
