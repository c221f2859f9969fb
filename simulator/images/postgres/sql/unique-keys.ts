import { identityOf, type SqlValue } from './values';

type Row = readonly SqlValue[];

/** Which row has which key, for the columns that were asked about so far: kept up to date as rows come and go. */
export class UniqueKeys {
  private readonly indexes = new Map<string, Map<string, number>>();

  /** The row whose values in the columns at `at` are those of `row`; none when one of them is null. */
  find(rows: ReadonlyMap<number, Row>, at: readonly number[], key: readonly SqlValue[]): number | undefined {
    const text = textOf(key);
    return text === undefined ? undefined : this.index(rows, at).get(text);
  }

  put(id: number, before: Row | undefined, after: Row): void {
    if (before) this.remove(id, before);
    for (const [name, index] of this.indexes) {
      const text = keyOf(after, positions(name));
      if (text !== undefined) index.set(text, id);
    }
  }

  remove(id: number, row: Row): void {
    for (const [name, index] of this.indexes) {
      const text = keyOf(row, positions(name));
      if (text !== undefined && index.get(text) === id) index.delete(text);
    }
  }

  private index(rows: ReadonlyMap<number, Row>, at: readonly number[]): Map<string, number> {
    const name = at.join();
    const known = this.indexes.get(name);
    if (known) return known;
    const made = new Map<string, number>();
    for (const [id, row] of rows) {
      const text = keyOf(row, at);
      if (text !== undefined) made.set(text, id);
    }
    this.indexes.set(name, made);
    return made;
  }
}

function positions(name: string): number[] {
  return name.split(',').map(Number);
}

function keyOf(row: Row, at: readonly number[]): string | undefined {
  return textOf(at.map((index) => row[index] ?? null));
}

function textOf(key: readonly SqlValue[]): string | undefined {
  const texts: string[] = [];
  for (const value of key) {
    if (value === null) return undefined;
    texts.push(identityOf(value));
  }
  return JSON.stringify(texts);
}
