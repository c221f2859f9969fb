import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { Network } from './network';
import type { PodlabServer } from './podlab-server';
import { putToSleep } from './sleep';
import { readableTerminals, Workbench } from './workbench';

/** A lab with something on its screen, whose shell runs a program that prints once it is told to. */
async function labThatPrints(page: Page, server: PodlabServer) {
  await readableTerminals(page);
  const lab = await Workbench.start(page, 'first-pod');
  const folder = join(server.dataFolder, 'sessions', await lab.sessionId());
  await lab.type(
    'echo kept-$((6 * 7)); until [ -e go ]; do sleep 0.2; done; echo meanwhile-$((8 * 8)); touch gone',
  );
  await expect(lab.screen).toContainText('kept-42');
  return {
    lab,
    async print() {
      writeFileSync(join(folder, 'go'), '');
      await expect.poll(() => existsSync(join(folder, 'gone'))).toBe(true);
    },
    /** Its connection, what was on its screen, what was printed meanwhile, and its checks are there again. */
    async expectBack(screen: string) {
      await expect(lab.screen).toContainText('meanwhile-64');
      await expect(lab.screen).toContainText(screen);
      await expect(lab.status).toContainText('Connected');
      await lab.type('echo works-$((3 + 3))', 'kubectl run hello --image=nginx:1.27-alpine');
      await expect(lab.screen).toContainText('works-6');
      await lab.expectVerdict('running', 'passed');
    },
  };
}

test('a network lost for more than a minute: the terminal says so, tries again, and is back as it was', async ({
  browser,
  server,
}) => {
  test.slow();
  const network = await Network.to(server.port);
  const context = await browser.newContext({ baseURL: network.url });
  try {
    const page = await context.newPage();
    const { lab, print, expectBack } = await labThatPrints(page, server);
    const screen = ((await lab.screen.textContent()) ?? '').trim();

    network.lose();
    const lostAt = Date.now();
    await expect(lab.status).toContainText('Connection lost');
    await print();
    await expect.poll(() => network.triedInVain).toBeGreaterThan(1);
    // Silence, and two questions that nobody answers: that takes more than a minute by itself.
    await expect(page.getByText('The server does not answer. Your work is kept')).toBeVisible({
      timeout: 180_000,
    });
    await page.waitForTimeout(lostAt + 61_000 - Date.now());
    await expect(lab.screen).toContainText(screen);
    await expect(lab.screen).not.toContainText('meanwhile-64');

    network.restore();
    await expectBack(screen);
    await expect(page.getByText('The server does not answer')).toBeHidden();
  } finally {
    await context.close();
    await network.dispose();
  }
});

test('a laptop that slept finds its lab as it was, with what was printed meanwhile', async ({
  playwright,
  launchOptions,
  server,
}) => {
  test.slow();
  const network = await Network.to(server.port);
  const laptop = await playwright.chromium.launchServer(launchOptions);
  let wake = () => {};
  try {
    const browser = await playwright.chromium.connect(laptop.wsEndpoint());
    const page = await browser.newPage({ baseURL: network.url });
    const { lab, print, expectBack } = await labThatPrints(page, server);
    const screen = ((await lab.screen.textContent()) ?? '').trim();

    wake = putToSleep(laptop.process().pid ?? 0);
    network.lose();
    await expect.poll(() => network.terminalsGivenUp).toBe(true);
    await print();

    network.restore();
    wake();
    await expectBack(screen);
  } finally {
    wake();
    await laptop.close();
    await network.dispose();
  }
});
