import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { readableTerminals, Workbench } from './workbench';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const told = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(', ')}`,
  );
  expect(told).toEqual([]);
}

const pages = [
  '/',
  '/courses/pods-from-the-ground-up',
  '/lessons/what-a-pod-is',
  '/lessons/one-network',
  '/lessons/the-sidecar',
  '/lessons/serial-then-parallel',
  '/labs/first-pod',
  '/labs/first-pod/work',
  '/progress',
  '/nothing-here',
];

for (const scheme of ['light', 'dark'] as const)
  for (const path of pages)
    test(`axe finds nothing on ${path} in ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(page);
    });

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing in a running lab with explained checks in ${scheme}`, async ({ page }) => {
    await readableTerminals(page);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const lab = await Workbench.start(page, 'first-pod');
    await lab.type('kubectl run hello --image=busybox:1.36 -- sleep 3600');
    await lab.expectVerdict('running', 'passed');
    await lab.checkMyWork();
    await lab.expectVerdict('image', 'failed');
    await expectAccessible(page);
  });

test('a terminal is drawn in its colours, and in those of the other scheme when that changes', async ({
  page,
}) => {
  await readableTerminals(page);
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion });
    if (reducedMotion === 'no-preference') await Workbench.start(page, 'first-pod');
    else await page.reload();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // The prompt is green.
      await expect.poll(() => greenPixels(page), `${colorScheme}, ${reducedMotion}`).toBeGreaterThan(20);
    }
  }
});

/** In the terminal as it is drawn. */
async function greenPixels(page: Page): Promise<number> {
  const picture = (await page.locator('.terminal-place').screenshot()).toString('base64');
  const blank = await page.context().newPage();
  const count = await blank.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, 60).getContext('2d');
    canvas?.drawImage(image, 0, 0);
    const bytes = canvas?.getImageData(0, 0, image.width, 60).data ?? [];
    let green = 0;
    for (let at = 0; at < bytes.length; at += 4)
      if ((bytes[at + 1] ?? 0) > Math.max(bytes[at] ?? 0, bytes[at + 2] ?? 0) + 40) green += 1;
    return green;
  }, picture);
  await blank.close();
  return count;
}

test('where the reader’s colours are forced, what is not done has no tick', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('/');
  await expect(page.locator('.row-title').first()).toBeVisible();
  await expect(page.locator('.row-mark .icon').first()).toBeHidden();
});

test('what is left out of a line for want of room is left out at its end', async ({ page }) => {
  await readableTerminals(page);
  await page.setViewportSize({ width: 900, height: 600 });
  await Workbench.start(page, 'first-pod');
  const box = async (selector: string) => (await page.locator(selector).boundingBox()) ?? { x: 0 };
  const [line, text] = [await box('.status-isolation'), await box('.status-isolation > span')];
  expect(text.x).toBeGreaterThan(line.x);
});

test('nothing is cut off on a screen of 320 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of pages) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(overflow, path).toBeLessThanOrEqual(0);
  }
});

test('the whole path by keyboard alone', async ({ page }) => {
  await readableTerminals(page);
  await page.goto('/labs/first-pod');
  await expect(page.getByRole('radio', { name: /Embedded/ })).toBeVisible();
  const tabTo = async (name: RegExp, key = 'Tab') => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press(key);
      const label = await page.evaluate(() => {
        const focused = document.activeElement;
        return focused?.getAttribute('aria-label') ?? focused?.textContent ?? '';
      });
      if (name.test(label)) return;
    }
    throw new Error(`${key} never reaches ${name}`);
  };
  await tabTo(/Start the lab/);
  await page.keyboard.press('Enter');
  const lab = new Workbench(page);
  await lab.untilPrompt();
  await tabTo(/Press F6 to leave the terminal/);
  await page.keyboard.type('kubectl run hello --image=nginx:1.27-alpine --labels=app=hello\n');
  await lab.expectVerdict('running', 'passed');
  await page.keyboard.press('F6');
  await tabTo(/Check my work/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await lab.expectVerdict('greeting', 'failed');
});
