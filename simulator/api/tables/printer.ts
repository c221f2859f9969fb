import type { Container, ObjectMeta } from '../../schema/types';
import type { Table, TableColumn } from '../extension-points';
import { selectorText } from '../selectors/selector-text';
import { ageSince } from './human-duration';

/** How one kind becomes a row (pkg/printers/internalversion). `cells` stand in the order of `columns`. */
export interface Printer<T> {
  columns: TableColumn[];
  cells(object: T, now: number): unknown[];
  conditions?(object: T): NonNullable<Table['rows'][number]['conditions']>;
}

/**
 * Columns from short notes: `'Ready'` (always shown), `'IP+'` (only with `-o wide`), `'Desired:integer'` (its type).
 */
export function columns(...notes: string[]): TableColumn[] {
  return notes.map((note) => {
    const [, name = '', wide, type = 'string'] = /^(.+?)(\+?)(?::(\w+))?$/.exec(note) ?? [];
    return {
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: wide ? 1 : 0,
    };
  });
}

/** The AGE column of an object. */
export function ageOf(metadata: ObjectMeta, now: number): string {
  return ageSince(metadata.creationTimestamp, now);
}

/** Names and images of containers, for the wide columns of workloads. */
export function containerCells(containers: readonly Container[] | undefined): [string, string] {
  const list = containers ?? [];
  return [list.map(({ name }) => name).join(','), list.map(({ image }) => image ?? '').join(',')];
}

/** `a=1,b=2`, sorted; `<none>` when empty (labels.FormatLabels). */
export function labelText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0 ? pairs.sort().join(',') : '<none>';
}

/** The text of a selector; `<none>` when it is empty (meta/v1 FormatLabelSelector). */
export function selectorCell(selector: Parameters<typeof selectorText>[0]): string {
  return selectorText(selector) || '<none>';
}

/** At most three, then how many more there are; `empty` for none. */
export function atMostThree(texts: readonly string[], empty: string): string {
  if (texts.length === 0) return empty;
  const shown = texts.slice(0, 3).join(',');
  return texts.length > 3 ? `${shown} + ${texts.length - 3} more...` : shown;
}
