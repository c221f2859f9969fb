import type { LocationBlock } from './config';

/** ngx_http_core_module `location`: exact, else longest prefix; a regular expression wins unless the prefix says ^~. */
export function matchLocation(
  locations: readonly LocationBlock[],
  uri: string,
): { location: LocationBlock; match?: RegExpExecArray } | undefined {
  const exact = locations.find(({ modifier, pattern }) => modifier === '=' && pattern === uri);
  if (exact) return { location: exact };
  const prefix = locations
    .filter(({ modifier, pattern }) => (modifier === '' || modifier === '^~') && uri.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  const nested = prefix && matchLocation(prefix.locations, uri);
  if (nested?.location.regex || (nested && prefix.modifier === '^~')) return nested;
  if (prefix?.modifier !== '^~') {
    for (const location of locations) {
      const match = location.regex?.exec(uri);
      if (match) return { location, match };
    }
  }
  return nested ?? (prefix && { location: prefix });
}
