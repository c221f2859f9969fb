import type { FileView } from '../../files/file-view';
import { patternSource } from './pattern';

/** Names that begin with a dot are found as well; `**` stands for any number of directories (bash: dotglob, globstar). */
interface GlobOptions {
  dots?: boolean;
  deep?: boolean;
}

/** Paths that one pattern may stand for: each star can multiply them. */
export const mostPaths = 200_000;

/** Paths that match a pattern, sorted by byte; empty when there is none (POSIX 2.13.3); undefined when there are too many. */
export function glob(files: FileView, pattern: string, options: GlobOptions = {}): string[] | undefined {
  const absolute = pattern.startsWith('/');
  const parts = splitSlashes(pattern);
  let found = [absolute ? '/' : ''];
  for (let index = 0; index < parts.length; index++) {
    const { name, slashes } = parts[index] as { name: string; slashes: string };
    const last = index === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      if (name === '') next.push(base);
      else if (name === '**' && options.deep) addTree(files, base, last ? slashes : '/', options, next);
      else if (!/[*?[]/.test(name.replace(/\\./g, ''))) {
        const path = base + name.replace(/\\(.)/g, '$1');
        if (files.tryStat(path, !last)) next.push(path + slashes);
      } else
        for (const entry of matches(files, base, name, last && slashes === '', options))
          next.push(base + entry + slashes);
      if (next.length > mostPaths) return undefined;
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
  { dots = false }: GlobOptions,
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

/** Adds what is below a directory, and itself: with `slashes` directories alone. */
function addTree(
  files: FileView,
  base: string,
  slashes: string,
  options: GlobOptions,
  found: string[],
): void {
  if (base !== '' || slashes !== '') found.push(base);
  const below = (directory: string): void => {
    for (const name of matches(files, directory, '*', true, options)) {
      const path = directory + name;
      const isDirectory = files.tryStat(path, false)?.type === 'directory';
      if (isDirectory || slashes === '') found.push(isDirectory ? path + slashes : path);
      if (isDirectory && found.length <= mostPaths) below(`${path}/`);
    }
  };
  below(base);
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
