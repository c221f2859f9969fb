import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/** The stack of an error in a worker as places in the sources; unchanged when the map of the bundle is not there. */
export function stackInSources(stack: string, mapFile: string): string {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8')));
    return stack.replace(
      /\(?[^\s()]*simulator-worker\.code\.cjs:(\d+):(\d+)\)?/g,
      (place, line: string, column: string) => {
        const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
        if (!('originalSource' in entry)) return place;
        const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
        return `(${source}:${entry.originalLine + 1}:${entry.originalColumn + 1})`;
      },
    );
  } catch {
    return stack;
  }
}
