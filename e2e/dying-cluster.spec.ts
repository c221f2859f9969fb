import { endClusters } from './dying-cluster';
import { expect, test } from './fixtures';
import { readableTerminals, Workbench } from './workbench';

test('a cluster that dies in the middle of a lab: the page says so, and one click takes the lab up as it was kept', async ({
  page,
  server,
}) => {
  await readableTerminals(page);
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('kubectl run hello --image=nginx:1.27-alpine --labels=app=hello', 'echo seen-$((4 * 4))');
  for (const check of ['running', 'label']) await lab.expectVerdict(check, 'passed');
  await lab.untilSaved();
  // Its state is written down then, as it is every half minute.
  await server.restart();
  await page.reload();
  await lab.untilPrompt();

  await endClusters(server);
  await expect(page.getByRole('heading', { name: 'The lab has lost its cluster' })).toBeVisible();
  await expect(page.getByText('exit code 7')).toBeVisible();
  await expect(page.getByText('Your saved points stay. Try again')).toBeVisible();
  expect(server.log).toMatch(/"event":"session-failed".*"cluster-lost"/);

  await page.getByRole('button', { name: 'Try again' }).click();
  await lab.untilPrompt();
  await expect(lab.screen).toContainText('seen-16');
  await lab.type('kubectl get pod hello -o name');
  await expect(lab.screen).toContainText('pod/hello');
  for (const check of ['running', 'label']) await lab.expectVerdict(check, 'passed');
});
