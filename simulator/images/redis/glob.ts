/** The pattern of KEYS, SCAN, PSUBSCRIBE and CONFIG GET: `*`, `?`, `[abc]`, `[^a-z]`, and a backslash in front. */
export function globExpression(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*') source += source.endsWith('.*') ? '' : '.*';
    else if (char === '?') source += '.';
    else if (char === '\\' && at + 1 < pattern.length) source += literal(pattern[++at] as string);
    else if (char === '[') {
      const set = /^\[(\^?)((?:\\.|[^\]])*)\]/s.exec(pattern.slice(at));
      if (set) {
        at += set[0].length - 1;
        const inner = (set[2] ?? '').replace(
          /\\?(.)-\\?(.)|\\?(.)/gs,
          (_all, from: string, to: string, one?: string) =>
            one === undefined ? range(from, to) : literal(one),
        );
        source += `[${set[1]}${inner}]`;
      } else source += literal(char);
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, 's');
}

/** Either end may stand first. */
function range(from: string, to: string): string {
  return from <= to ? `${literal(from)}-${literal(to)}` : `${literal(to)}-${literal(from)}`;
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
