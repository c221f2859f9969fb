import { settings } from './settings';

/** `docs/configuration.md`, made from the table of settings. A test keeps the file in step. */
export function configurationPage(): string {
  const rows = Object.entries(settings).map(
    ([name, { says, default: otherwise, expected }]) =>
      `| \`${name}\` | ${otherwise.includes('`') || otherwise.includes(' ') || otherwise === 'unset' ? otherwise : `\`${otherwise}\``} | ${expected} | ${says} |`,
  );
  return [
    '# Configuration',
    '',
    'The server is configured by environment variables alone. They are checked at start: a wrong one is named, with its',
    'value and what would be right. An empty variable counts as unset. Relative paths start at the project’s folder.',
    '',
    'This page is made from `core/config/settings.ts`; after a change there run `npx vitest run core/config -u`.',
    '',
    '| variable | default | may be | what it does |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
