import { settings } from './settings';

/** `docs/configuration.md`, made from the table of settings. A test keeps the file in step. */
export function configurationPage(): string {
  const rows = Object.entries(settings).map(([name, { says, default: otherwise, expected }]) => {
    const inWords = otherwise.includes('`') || otherwise.includes(' ') || otherwise === 'unset';
    return [`\`${name}\``, inWords ? otherwise : `\`${otherwise}\``, expected, says];
  });
  return [
    '# Configuration',
    '',
    'The server is configured by environment variables alone. They are checked at start: a wrong one is named, with its',
    'value and what would be right. An empty variable counts as unset. Relative paths start at the project’s folder.',
    '',
    'This page is made from `core/config/settings.ts`; after a change there run `npx vitest run core/config -u`.',
    '',
    ...table([['variable', 'default', 'may be', 'what it does'], ...rows]),
    '',
  ].join('\n');
}

/** A Markdown table with aligned columns, as the formatter wants it. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [padded[0] ?? '', line(widths.map((width) => '-'.repeat(width))), ...padded.slice(1)];
}
