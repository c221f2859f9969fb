import type { FileView } from '../../files/file-view';
import { patternSource } from './pattern';

/** Paths that match a pattern, sorted by byte; empty when there is none (POSIX 2.13.3). `dots`: hidden ones, too. */
export function glob(files: FileView, pattern: string, dots = false): string[] {
  const absolute = pattern.startsWith('/');
  const parts = splitSlashes(pattern);
  let found = [absolute ? '/' : ''];
  for (let index = 0; index < parts.length; index++) {
    const { name, slashes } = parts[index] as { name: string; slashes: string };
    const last = index === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      if (name === '') next.push(base);
      else if (!/[*?[]/.test(name.replace(/\\./g, ''))) {
        const path = base + name.replace(/\\(.)/g, '$1');
        if (files.tryStat(path, !last)) next.push(path + slashes);
      } else
        next.push(
          ...matches(files, base, name, last && slashes === '', dots).map((entry) => base + entry + slashes),
        );
    }
    found = next;
  }
  return found.filter((path) => path !== '' && path !== '/').sort(byBytes);
}

function matches(
  files: FileView,
  directory: string,
  pattern: string,
  last: boolean,
  dots: boolean,
): string[] {
  const expression = new RegExp(`^${patternSource(pattern)}$`);
  const hidden = pattern.startsWith('.') || pattern.startsWith('\\.');
  let names: string[];
  try {
    names = files.list(directory === '' ? '.' : directory);
  } catch {
    return [];
  }
  if (hidden) names = ['.', '..', ...names];
  return names.filter((name) => {
    if (name.startsWith('.') && !hidden && !dots) return false;
    if (!expression.test(name)) return false;
    return last || files.tryStat(directory + name)?.type === 'directory';
  });
}

function splitSlashes(pattern: string): { name: string; slashes: string }[] {
  const parts: { name: string; slashes: string }[] = [];
  for (const match of pattern.replace(/^\/+/, '').matchAll(/([^/]+)(\/*)/g)) {
    parts.push({ name: match[1] as string, slashes: match[2] as string });
  }
  return parts;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
