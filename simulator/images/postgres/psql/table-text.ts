/** How psql shows rows. */
export interface TableStyle {
  aligned: boolean;
  tuplesOnly: boolean;
  expanded: boolean;
  separator: string;
  nullText: string;
  csv: boolean;
}

export interface ShownTable {
  title?: string;
  columns: { name: string; right: boolean }[];
  rows: (string | null)[][];
  /** In place of `(2 rows)`; '' for none. */
  footer?: string;
}

/** A result as psql prints it, with the empty line that follows. */
export function tableText(table: ShownTable, style: TableStyle): string {
  const cells = table.rows.map((row) => row.map((value) => value ?? style.nullText));
  if (style.csv) return csv(table, cells, style);
  if (style.expanded) return expanded(table, cells, style);
  if (!style.aligned) return unaligned(table, cells, style);
  const lines: string[] = [];
  const widths = table.columns.map(({ name }, at) =>
    Math.max(width(name), ...cells.map((row) => Math.max(...(row[at] ?? '').split('\n').map(width)))),
  );
  if (!style.tuplesOnly) {
    const total = widths.reduce((sum, each) => sum + each + 2, widths.length - 1);
    if (table.title !== undefined)
      lines.push(`${' '.repeat(Math.max(0, Math.floor((total - width(table.title)) / 2)))}${table.title}`);
    lines.push(
      table.columns
        .map(({ name }, at) => ` ${centred(name, widths[at] ?? 0)} `)
        .join('|')
        .replace(/\n$/, ''),
    );
    lines.push(widths.map((each) => '-'.repeat(each + 2)).join('+'));
  }
  for (const row of cells) lines.push(...rowLines(row, table.columns, widths));
  if (!style.tuplesOnly) lines.push(...footer(table));
  return `${lines.map((line) => `${line}\n`).join('')}\n`;
}

/** A value of several lines takes several lines, with a `+` where it goes on. */
function rowLines(row: string[], columns: ShownTable['columns'], widths: number[]): string[] {
  const parts = row.map((value) => value.split('\n'));
  const height = Math.max(1, ...parts.map((each) => each.length));
  return Array.from({ length: height }, (_each, line) =>
    columns
      .map(({ right }, at) => {
        const lines = parts[at] ?? [];
        const text = lines[line] ?? '';
        const goesOn = line < lines.length - 1;
        const last = at === columns.length - 1;
        const space = ' '.repeat((widths[at] ?? 0) - width(text));
        const padded = right ? space + text : text + (last && !goesOn ? '' : space);
        return ` ${padded}${goesOn ? '+' : last ? '' : ' '}`;
      })
      .join('|'),
  );
}

function footer({ footer: given, rows }: ShownTable): string[] {
  if (given === '') return [];
  return [given ?? `(${rows.length} row${rows.length === 1 ? '' : 's'})`];
}

function unaligned(table: ShownTable, cells: string[][], style: TableStyle): string {
  const lines = cells.map((row) => row.join(style.separator));
  if (!style.tuplesOnly) lines.unshift(table.columns.map(({ name }) => name).join(style.separator));
  if (!style.tuplesOnly && table.title !== undefined) lines.unshift(table.title);
  if (!style.tuplesOnly) lines.push(...footer(table));
  return lines.map((line) => `${line}\n`).join('');
}

function csv(table: ShownTable, cells: string[][], style: TableStyle): string {
  const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = cells.map((row) => row.map(quote).join(','));
  if (!style.tuplesOnly) lines.unshift(table.columns.map(({ name }) => quote(name)).join(','));
  return lines.map((line) => `${line}\n`).join('');
}

function expanded(table: ShownTable, cells: string[][], style: TableStyle): string {
  if (cells.length === 0) return style.tuplesOnly ? '\n' : `${footer(table).join('\n')}\n\n`;
  const names = Math.max(...table.columns.map(({ name }) => width(name)));
  const values = Math.max(...cells.flat().map((value) => Math.max(...value.split('\n').map(width))));
  const lines: string[] = [];
  for (const [at, row] of cells.entries()) {
    const head = `-[ RECORD ${at + 1} ]`;
    const rule = `${'-'.repeat(names + 1)}+${'-'.repeat(values + 1)}`;
    lines.push(
      head.length <= names + 1
        ? head + rule.slice(head.length)
        : head + '-'.repeat(Math.max(0, rule.length - head.length)),
    );
    for (const [index, { name }] of table.columns.entries())
      lines.push(`${name}${' '.repeat(names - width(name))} | ${row[index] ?? ''}`);
  }
  return `${lines.map((line) => `${line}\n`).join('')}\n`;
}

function centred(text: string, size: number): string {
  const space = size - width(text);
  return `${' '.repeat(Math.floor(space / 2))}${text}${' '.repeat(Math.ceil(space / 2))}`;
}

/** Columns on a terminal. */
function width(text: string): number {
  return [...text].length;
}
