import { expect, test } from './fixtures';
import { readableTerminals, Workbench } from './workbench';

const clock = `cat > clock.yaml <<'Y'
apiVersion: v1
kind: Pod
metadata: {name: clock}
spec:
  containers:
  - name: clock
    image: busybox:1.36
    env: [{name: GREETING, value: good morning}]
    command: [sh, -c, 'trap exit TERM; while true; do echo tick $GREETING; sleep 1; done']
Y`;

test.beforeEach(({ page }) => readableTerminals(page));

test('a newcomer reads a lesson, does its lab, and finds the result after the server was restarted', async ({
  page,
  server,
}) => {
  await page.goto('/');
  await page
    .getByRole('link', { name: /What a Pod is/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/What a Pod is/);
  await page
    .getByRole('region', { name: /Your first Pod/ })
    .getByRole('link')
    .click();
  await page.getByRole('button', { name: 'Start the lab' }).click();
  const lab = new Workbench(page);
  await lab.untilPrompt();

  await lab.type('kubectl run hello --image=nginx:1.27-alpine --labels=app=hello');
  for (const check of ['running', 'image', 'label']) await lab.expectVerdict(check, 'passed');

  await lab.type(...clock.split('\n'), 'kubectl apply -f clock.yaml');
  for (const check of ['clock-runs', 'greeting', 'ticks']) await lab.expectVerdict(check, 'passed');

  await lab.type(
    "kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'",
    'k label pod hello tier=demo',
  );
  await lab.expectVerdict('in-place', 'passed');
  await lab.type("sed -i 's/good morning/good evening/' clock.yaml", 'kubectl replace --force -f clock.yaml');
  await lab.expectVerdict('replaced', 'passed');
  await lab.checkMyWork();
  for (const check of ['page', 'says-evening', 'new-greeting']) await lab.expectVerdict(check, 'passed');
  await lab.untilSaved();
  await expect(page.getByText('14 / 14')).toBeVisible();

  await server.restart();
  await page.goto('/progress');
  await expect(page.getByText(/14 of 14 points/).first()).toBeVisible();
});

test('a reload in the middle of a lab shows the same screen and the same verdicts', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type(
    'kubectl run hello --image=nginx:1.27-alpine --labels=app=hello',
    'echo still-$((40 + 2))-here',
  );
  await lab.expectVerdict('label', 'passed');
  await expect(lab.screen).toContainText('still-42-here');
  await page.reload();
  await expect(lab.screen).toContainText('still-42-here');
  await lab.expectVerdict('label', 'passed');
  await lab.type('echo typed-$((1 + 1))-again');
  await expect(lab.screen).toContainText('typed-2-again');
});

test('a restart of the server in the middle of a lab loses neither cluster, files, screen nor points', async ({
  page,
  server,
}) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type(
    'kubectl run hello --image=nginx:1.27-alpine --labels=app=hello',
    'echo kept > note.txt',
    'echo seen-$((3 * 3))',
  );
  await expect(lab.screen).toContainText('seen-9');
  for (const check of ['running', 'label']) await lab.expectVerdict(check, 'passed');
  await lab.untilSaved();
  await server.restart();
  await page.reload();
  await lab.untilPrompt();
  await expect(lab.screen).toContainText('seen-9');
  await lab.type('cat note.txt', 'kubectl get pod hello -o name');
  await expect(lab.screen).toContainText(/kept/);
  await expect(lab.screen).toContainText('pod/hello');
  await lab.expectVerdict('running', 'passed');
});

test('a wrong solution is told what was expected, what is there, and where', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.type('kubectl run hello --image=busybox:1.36 -- sleep 3600');
  await lab.expectVerdict('running', 'passed');
  await lab.checkMyWork();
  await lab.expectVerdict('image', 'failed');
  await expect(lab.check('image')).toContainText('nginx:1.27-alpine');
  await expect(lab.check('image')).toContainText('busybox:1.36');
  await lab.expectVerdict('label', 'failed');
});

test('hints cost what they say, asked before', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await page
    .getByRole('button', { name: /Hint 1 of 2.*free/ })
    .first()
    .click();
  await expect(page.getByText(/makes a Pod, not a/)).toBeVisible();
  await expect(lab.page.getByRole('button', { name: /Hint 2 of 2/ }).first()).toBeVisible();
});

test('several terminals in a lab, and a way back by keyboard', async ({ page }) => {
  const lab = await Workbench.start(page, 'first-pod');
  await lab.openAnother();
  await lab.type('echo second-$((5 + 5))');
  await expect(lab.screen).toContainText('second-10');
  await expect(lab.tabs).toHaveCount(2);
  await page.keyboard.press('F6');
  await expect(lab.input).not.toBeFocused();
});
