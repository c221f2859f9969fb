import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';

/** The stack of an error in a worker as places in the sources; unchanged when the maps of its bundles are not in the folder. */
export function stackInSources(stack: string, folder: string): string {
  const maps = new Map<string, SourceMap>();
  const mapOf = (bundle: string): SourceMap => {
    const map =
      maps.get(bundle) ?? new SourceMap(JSON.parse(readFileSync(join(folder, `${bundle}.map`), 'utf8')));
    maps.set(bundle, map);
    return map;
  };
  try {
    return stack.replace(
      /\(?[^\s()]*(simulator-\w+\.code\.cjs):(\d+):(\d+)\)?/g,
      (place, bundle: string, line: string, column: string) => {
        const entry = mapOf(bundle).findEntry(Number(line) - 1, Number(column) - 1);
        if (!('originalSource' in entry)) return place;
        const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
        return `(${source}:${entry.originalLine + 1}:${entry.originalColumn + 1})`;
      },
    );
  } catch {
    return stack;
  }
}
