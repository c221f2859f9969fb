import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { readableTerminals, Workbench } from './workbench';

test.beforeEach(({ page }) => readableTerminals(page));

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea') ?? false);

/** What a program is told of its terminal's size: rows and columns. */
async function sizeSeen(lab: Workbench, mark: string): Promise<string> {
  await lab.type(`echo "${mark}-$(stty size)-"`);
  const seen = new RegExp(`${mark}-(\\d+ \\d+)-`);
  await expect(lab.screen).toContainText(seen);
  return seen.exec((await lab.screen.textContent()) ?? '')?.[1] ?? '';
}

test('vim opens, redraws, saves, and leaves the screen as it was', async ({ page }) => {
  test.skip(!existsSync('/usr/bin/vim'), 'vim is not installed');
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('echo before-$((20 + 1))', 'vim -u NONE note.txt');
  await expect(lab.screen).toContainText('~');
  await expect(lab.screen).not.toContainText('before-21');
  await page.keyboard.type('iwritten in vim');
  await page.keyboard.press('Escape');
  // Another size: it draws itself anew.
  await page.setViewportSize({ width: 1100, height: 640 });
  await expect(lab.screen).toContainText('written in vim');
  await page.reload();
  await expect(lab.screen).toContainText('written in vim');
  await lab.type(':wq');
  await expect(lab.screen).toContainText('before-21');
  await lab.type('cat note.txt; echo left-$((1 + 1))');
  await expect(lab.screen).toContainText('left-2');
  await expect(lab.screen).toContainText('written in vim');
});

test('a program is told the size of the window, and each new one', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  const before = await sizeSeen(lab, 'first');
  await page.setViewportSize({ width: 1000, height: 500 });
  let tries = 0;
  await expect.poll(() => sizeSeen(lab, `again${tries++}`)).not.toBe(before);
});

test('a page that stays open while the server is restarted comes back by itself', async ({
  page,
  server,
}) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('echo seen-$((7 * 7))');
  await expect(lab.screen).toContainText('seen-49');
  await server.down();
  await expect(lab.status).toContainText(/Connection lost/);
  await server.up();
  await expect(lab.status).toContainText('Connected');
  await expect(lab.screen).toContainText('seen-49');
  await expect(lab.screen).toContainText('Podlab was restarted: this is a new shell');
  await lab.type('echo anew-$((2 + 3))');
  await expect(lab.screen).toContainText('anew-5');
});

test('the keyboard gets in and out: F6, tabs by arrows, F2 renames, Delete closes', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  const { tabs } = lab;
  await lab.openAnother();
  await page.keyboard.type('echo typed-$((9 + 9))');
  await page.keyboard.press('Enter');
  await expect(lab.screen).toContainText('typed-18');

  await page.keyboard.press('F6');
  await expect(tabs.nth(1)).toBeFocused();
  await page.keyboard.press('F2');
  await page.keyboard.type('logs');
  await page.keyboard.press('Enter');
  await expect(tabs.nth(1)).toHaveText('logs');
  await page.reload();
  await lab.untilPrompt();
  await expect(tabs.nth(1)).toHaveText('logs');

  await tabs.nth(0).focus();
  await page.keyboard.press('ArrowRight');
  await expect(tabs.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(tabs.nth(0)).toBeFocused();
  await expect(tabs.nth(0)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Delete');
  await expect(tabs).toHaveCount(1);
  await expect(tabs.nth(0)).toHaveText('logs');
});

test('a shell that ends says so, and makes way for a new one', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('exit 3');
  await expect(lab.status).toContainText('The shell ended with exit code 3.');
  await page.getByRole('button', { name: 'New terminal' }).click();
  await lab.untilPrompt();
  await expect(lab.tabs).toHaveCount(1);
  await expect(lab.status).toContainText('Connected');
});

test('text is found, copied and pasted', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('echo needle-$((4 * 4))');
  await expect(lab.screen).toContainText('needle-16');

  await page.keyboard.press('Control+Shift+F');
  const find = page.getByRole('searchbox', { name: 'Find in the terminal' });
  await expect(find).toBeFocused();
  await find.fill('no such text');
  await expect(page.getByText('Not found')).toBeVisible();
  await find.fill('needle-16');
  await expect(page.getByText('Not found')).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(find).toBeHidden();
  // What was found is selected, and stays so when the search makes way.
  await page.keyboard.press('Control+Shift+C');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('needle-16');

  await page.evaluate(() => navigator.clipboard.writeText('echo pasted-$((5 * 5))'));
  await page.getByRole('button', { name: 'Terminal menu' }).click();
  await page
    .getByRole('dialog', { name: 'Terminal menu' })
    .getByRole('button', { name: /^Paste/ })
    .click();
  await expect.poll(() => focused(page)).toBe(true);
  await page.keyboard.press('Enter');
  await expect(lab.screen).toContainText('pasted-25');
});

test('without the screen reader mode the same terminal is drawn, and typed into', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await page.getByRole('button', { name: 'Terminal menu' }).click();
  const mode = page.getByRole('checkbox', { name: 'Screen reader mode' });
  await expect(mode).toBeChecked();
  await mode.uncheck();
  await page.keyboard.press('Escape');
  await lab.type('echo quiet-$((2 * 7)) > drawn.txt');
  await page.getByRole('button', { name: 'Terminal menu' }).click();
  await mode.check();
  await page.keyboard.press('Escape');
  await lab.type('cat drawn.txt');
  await expect(lab.screen).toContainText('quiet-14');
});

test('tmux works in a terminal', async ({ page }) => {
  test.skip(!existsSync('/usr/bin/tmux'), 'tmux is not installed');
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('tmux -f /dev/null new -s one');
  await expect(lab.screen).toContainText('[one]');
  await lab.type('echo inside-$((11 * 11))');
  await expect(lab.screen).toContainText('inside-121');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('d');
  await expect(lab.screen).toContainText('[detached (from session one)]');
});

test('a server that was killed leaves no program behind, and its screens come back', async ({
  page,
  server,
}) => {
  const lab = await Workbench.start(page, 'first-pod');
  const marker = `7${Date.now() % 1_000_000}`;
  const isRunning = () => execFileSync('ps', ['axo', 'args']).toString().includes(`sleep ${marker}`);
  await lab.type(`echo kept-$((12 * 12)); trap "" HUP; sleep ${marker} &`);
  await expect(lab.screen).toContainText('kept-144');
  await expect.poll(isRunning).toBe(true);
  // Written down twice a minute.
  const saved = join(server.dataFolder, 'shells', 'screens', `${await lab.sessionId()}.json`);
  await expect.poll(() => existsSync(saved) && readFileSync(saved, 'utf8')).toContain('kept-144');
  await server.kill();
  await server.up();
  await expect.poll(isRunning).toBe(false);
  await expect(lab.status).toContainText('Connected');
  await expect(lab.screen).toContainText('Podlab was restarted: this is a new shell');
  await expect(lab.screen).toContainText('kept-144');
});
