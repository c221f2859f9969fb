import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, isDebianRoot } from './debian.mjs';
import { root, run, SetupError, step } from './say.mjs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a Chromium for the tests: named, installed, Playwright's own, else fetched, else Debian's. */
export async function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named && !existsSync(named))
    throw new SetupError(`CHROME_PATH names ${named}, which is not there; correct or unset it.`);
  const found = named ?? places.find((place) => existsSync(place)) ?? (await playwrights());
  if (found) return found;
  try {
    await step('Fetching a browser for the tests (once)', () =>
      run(process.execPath, [join(root, 'node_modules/playwright/cli.js'), 'install', 'chromium'], {
        quietly: true,
      }),
    );
    const fetched = await playwrights();
    if (fetched) return fetched;
  } catch {
    // Not reachable from here: Debian's own is as good.
  }
  if (isDebianRoot()) {
    await step('Installing Debian’s Chromium for the tests (once)', () => aptInstall(['chromium']));
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  throw new SetupError(
    'the end-to-end tests need Chromium; install it (Debian: `apt-get install chromium`) or name one in CHROME_PATH, and try again.',
  );
}

async function playwrights() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : undefined;
}
