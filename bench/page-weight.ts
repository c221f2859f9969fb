import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { printRows, times } from './report';

// JavaScript that a browser loads to show each static page, gzipped, framework included; against a Next app of one
// heading, built by the same Next in the same run.
const root = join(import.meta.dirname, '..');
const goal = 120 * 1024;

function build(folder: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function files(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

/** Bytes, gzipped, of the scripts that a page's HTML names. Scripts for browsers without modules are not loaded. */
function scriptBytes(html: string, distribution: string): number {
  const sources = [...html.matchAll(/<script(?![^>]*nomodule)[^>]*\ssrc="([^"]+)"/gi)].map(
    (match) => match[1] ?? '',
  );
  return [...new Set(sources)].reduce((sum, source) => {
    const file = source.startsWith('/_next/')
      ? join(distribution, source.slice('/_next/'.length))
      : files(join(distribution, 'server'), `${basename(source)}.body`)[0];
    if (!file || !existsSync(file)) throw new Error(`The build has no file for ${source}.`);
    return sum + gzipSync(readFileSync(file), { level: 6 }).length;
  }, 0);
}

const bare = join(root, '.podlab-build/bare-next');
mkdirSync(join(bare, 'app'), { recursive: true });
writeFileSync(join(bare, 'package.json'), '{"type":"module"}');
writeFileSync(
  join(bare, 'next.config.js'),
  `export default { turbopack: { root: ${JSON.stringify(root)} }, typescript: { ignoreBuildErrors: true }, agentRules: false };`,
);
writeFileSync(
  join(bare, 'app/layout.jsx'),
  'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
);
writeFileSync(join(bare, 'app/page.jsx'), 'export default () => <h1>Bare</h1>;');
build(bare);
const baseline = scriptBytes(
  readFileSync(join(bare, '.next/server/app/index.html'), 'utf8'),
  join(bare, '.next'),
);

const ours = join(root, '.next');
if (!existsSync(join(ours, 'BUILD_ID'))) build(root);
const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;

const rows = files(join(ours, 'server'), '.html')
  .map((file) => ({ file, page: /\/\$\/(.*)\.html$/.exec(file)?.[1] }))
  .filter(
    (entry): entry is { file: string; page: string } =>
      entry.page !== undefined && !entry.page.startsWith('_'),
  )
  .sort((a, b) => a.page.localeCompare(b.page))
  .map(({ file, page }) => {
    const bytes = scriptBytes(readFileSync(file, 'utf8'), ours);
    return {
      what: page === 'index' ? '/' : `/${page}`,
      ours: kib(bytes),
      alternative: 'bare Next app',
      theirs: kib(baseline),
      ratio: times(bytes, baseline),
      ...(page.startsWith('lessons/') && { goal: { text: '≤ 120 KiB', reached: bytes <= goal } }),
    };
  });
printRows('JavaScript for the first view, gzipped', rows);
