import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { readableTerminals, Workbench } from './workbench';

test.beforeEach(({ context }) => readableTerminals(context));

/** The frame around the lesson's command that holds a text. */
const command = (page: Page, text: string): Locator => page.locator('run-command').filter({ hasText: text });
const run = (frame: Locator) => frame.getByRole('button', { name: 'Run in my terminal' });

test('a lesson’s commands can be copied, and run where a lab of the learner’s is open', async ({
  page,
  context,
}) => {
  await page.goto('/lessons/what-a-pod-is');
  const get = command(page, 'kubectl get pod demo -o wide');
  await expect(get.getByRole('button', { name: 'Copy' })).toBeVisible();
  await expect(run(get)).toBeHidden();

  const lab = await Workbench.start(await context.newPage(), 'first-pod');
  await page.reload();
  const create = command(page, 'kubectl run demo').first();
  await run(create).click();
  await expect(create.getByRole('status')).toHaveText(
    'Sent to your terminal. (“Your first Pod”, in another tab)',
  );
  await expect(lab.screen).toContainText('pod/demo created');
  // Its two lines run one after the other.
  await run(get).click();
  await expect(lab.screen).toContainText('condition met');
  await expect(lab.screen).toContainText('NOMINATED NODE');

  // With no tab that shows the lab, this one goes there.
  await lab.page.close();
  await run(command(page, 'kubectl exec demo -- wget')).click();
  await page.waitForURL('**/labs/first-pod/work');
  await expect(new Workbench(page).screen).toContainText('Welcome to nginx!');
});

test('a lesson beside the terminal: its commands wait for the prompt, and spoil nothing that runs', async ({
  page,
}) => {
  await page.goto('/labs/init-order/work');
  await page.getByRole('tab', { name: 'Lesson' }).click();
  const apply = command(page, 'kubectl apply -f -');
  await run(apply).click();
  await expect(apply.getByRole('status')).toContainText('this lab is not running');

  await page.getByRole('button', { name: 'Start the lab' }).click();
  const lab = new Workbench(page);
  await lab.untilPrompt();
  // What stands half typed makes way.
  await lab.input.pressSequentially('echo half-typed ');
  await run(apply).click();
  await expect(lab.screen).toContainText('pod/order-demo created');
  // It goes on with `kubectl get --watch`, which ends by Ctrl-C alone.
  await expect(lab.screen).toContainText('Running');
  const logs = command(page, 'kubectl logs order-demo -c app');
  await run(logs).click();
  await expect(logs.getByRole('status')).toContainText('It runs when the prompt is back');
  await expect(page.getByText('A command waits for the prompt')).toBeVisible();
  await lab.input.press('Control+c');
  await expect(lab.screen).toContainText(/order-demo -c app\s*one\s*two/);
  await expect(page.getByText('A command waits for the prompt')).toBeHidden();

  // Where the shell has ended, a new terminal takes it.
  await lab.type('exit');
  await expect(lab.status).toContainText('The shell ended');
  await run(logs).click();
  await expect(lab.tabs).toHaveCount(2);
  await expect(lab.screen).toContainText(/order-demo -c app\s*one\s*two/);
});

test('a command for which there is no lab of its lesson goes to another lab’s, named', async ({
  page,
  context,
}) => {
  const lab = await Workbench.start(await context.newPage(), 'first-pod');
  await page.goto('/lessons/one-network');
  const apply = command(page, 'kubectl apply -f -');
  await run(apply).click();
  await expect(apply.getByRole('status')).toContainText('“Your first Pod”, in another tab');
  await expect(lab.screen).toContainText('pod/duo created');
});
