import { expect, type Locator, type Page } from '@playwright/test';

/** The lab workbench as a person sees it. */
export class Workbench {
  constructor(readonly page: Page) {}

  /** From a lab's page to a prompt. */
  static async start(page: Page, lab: string): Promise<Workbench> {
    await page.goto(`/labs/${lab}`);
    await page.getByRole('button', { name: 'Start the lab' }).click();
    await page.waitForURL(`**/labs/${lab}/work`);
    const workbench = new Workbench(page);
    await workbench.untilPrompt();
    return workbench;
  }

  /** What the terminal shows, for a screen reader as for a test. */
  get screen(): Locator {
    return this.page.getByRole('tabpanel').locator('.xterm-accessibility-tree:visible');
  }

  async untilPrompt(): Promise<void> {
    await expect(this.screen).toContainText(/[$#]\s*$/);
  }

  /** What takes the keys of the terminal that is shown. */
  get input(): Locator {
    return this.page.locator('.xterm-helper-textarea:visible').first();
  }

  /** The line under the terminal: how it is connected. */
  get status(): Locator {
    return this.page.locator('.terminal-status');
  }

  get tabs(): Locator {
    return this.page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab');
  }

  /** One more terminal, until it has the focus: what is typed next must not go to the one before. */
  async openAnother(): Promise<void> {
    const before = await this.tabs.count();
    await this.page.getByRole('button', { name: 'Open another terminal' }).click();
    await expect(this.tabs.nth(before)).toHaveAttribute('aria-selected', 'true');
    await expect(this.input).toBeFocused();
    await this.untilPrompt();
  }

  async type(...lines: string[]): Promise<void> {
    await this.input.focus();
    for (const line of lines) {
      await this.page.keyboard.type(line);
      await this.page.keyboard.press('Enter');
    }
  }

  /** Of the one session that is open. */
  async sessionId(): Promise<string> {
    const [session] = await (await this.page.request.get('/api/sessions')).json();
    return session.id;
  }

  check(id: string): Locator {
    return this.page.locator(`[data-check="${id}"]`);
  }

  async expectVerdict(id: string, verdict: 'passed' | 'failed' | 'waiting'): Promise<void> {
    await expect(this.check(id)).toHaveAttribute('data-verdict', verdict);
  }

  async checkMyWork(): Promise<void> {
    await this.page.getByRole('button', { name: 'Check my work' }).click();
    await expect(this.page.getByRole('button', { name: 'Check my work' })).toBeEnabled();
  }

  /** Points are in the database. */
  async untilSaved(): Promise<void> {
    await expect(this.page.locator('[data-saved="saved"]')).toBeVisible();
  }
}

/** Terminals that can be read: the setting a screen reader's user makes in the terminal's menu. */
export async function readableTerminals(page: Pick<Page, 'addInitScript'>): Promise<void> {
  await page.addInitScript(() => localStorage.setItem('podlab-terminal', '{"screenReader":true}'));
}
