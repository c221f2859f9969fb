import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { buildPages, buildServer, generateClients } from './build.mjs';
import { installDependencies } from './dependencies.mjs';
import { findKubectl } from './kubectl.mjs';
import { fail, root, SetupError } from './say.mjs';
import { testTools } from './test-tools.mjs';

const results = join(root, '.podlab-build', 'test-results');
const modules = (...path) => join(root, 'node_modules', ...path);
const cli = (...args) => [join(root, 'dist/cli.js'), ...args];

/** In order of cost. Each is a Node program: what it prints goes to the person, its exit status decides. */
const checks = {
  lint: [modules('@biomejs/biome/bin/biome'), 'check', '.'],
  types: [modules('typescript/bin/tsc'), '--noEmit'],
  unused: [modules('knip/bin/knip.js')],
  'labs-lint': cli('labs', 'lint'),
  unit: [
    modules('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(results, 'unit.json')}`,
  ],
  labs: cli('labs', 'test', '--cluster', 'embedded'),
  transcripts: [join(root, 'simulator/transcripts/check-floor.mjs')],
  e2e: [modules('@playwright/test/cli.js'), 'test'],
};

/** The check that runs now. */
let running;

try {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in checks));
  if (unknown.length > 0)
    throw new SetupError(
      `No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`,
    );
  const chosen = Object.keys(checks).filter((name) => wanted.length === 0 || wanted.includes(name));
  const env = { ...(await setUp(chosen)), TMPDIR: temporaryFolder() };
  const failed = [];
  for (const name of chosen) if (!(await runCheck(name, env))) failed.push(name);
  summarise(chosen, failed);
} catch (error) {
  fail(error);
}

async function setUp(chosen) {
  await installDependencies();
  const kubectl = await findKubectl();
  await generateClients();
  await buildServer();
  await testTools();
  const e2e = chosen.includes('e2e');
  if (e2e) await buildPages();
  mkdirSync(results, { recursive: true });
  for (const file of ['unit.json', 'e2e.json']) rmSync(join(results, file), { force: true });
  return {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    ...(kubectl !== 'kubectl' && {
      PODLAB_KUBECTL: kubectl,
      PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH}`,
    }),
    ...(e2e && { CHROME_PATH: await findBrowser() }),
  };
}

/** One for everything that tests make: what a test that was ended leaves behind goes with it. */
function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'));
  // Some tests are other users.
  chmodSync(folder, 0o1777);
  const remove = () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      console.error(`${folder} could not be removed (${error.code}).`);
    }
  };
  process.on('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      running?.once('close', () => process.exit(1));
      if (running) running.kill(signal);
      else process.exit(1);
    });
  return folder;
}

function runCheck(name, env) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, checks[name], {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running = child;
    child.on('close', (code) => {
      running = undefined;
      console.log(
        `── ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
      );
      resolve(code === 0);
    });
  });
}

/** The last line counts tests where the runner counts them, and each other check as one. */
function summarise(chosen, failed) {
  const count = { passed: 0, failed: 0 };
  for (const name of chosen) {
    const { passed, failed: bad } = countOf(name) ?? {
      passed: failed.includes(name) ? 0 : 1,
      failed: failed.includes(name) ? 1 : 0,
    };
    count.passed += passed;
    count.failed += failed.includes(name) ? Math.max(bad, 1) : bad;
  }
  const unsteady = secondTries(chosen);
  if (unsteady.length > 0)
    console.log(`\nPassed at the second try only: ${unsteady.map((title) => `“${title}”`).join(', ')}.`);
  console.log(
    failed.length > 0
      ? `\nFailed: ${failed.join(', ')}. Run one again with \`npm test -- NAME\`.`
      : '\nAll checks passed.',
  );
  console.log(`${count.passed} passed, ${count.failed} failed`);
  process.exit(failed.length > 0 ? 1 : 0);
}

// A function, not a constant: the checks above run before this line is reached.
function reportOf(name) {
  return JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8'));
}

/** The titles of tests that failed once: each is a defect of the test or of the product. */
function secondTries(chosen) {
  const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];
  const findIn = {
    unit: ({ testResults }) =>
      testResults
        .flatMap(({ assertionResults }) => assertionResults)
        .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
        .map(({ fullName }) => fullName),
    e2e: (report) =>
      specsOf(report)
        .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
        .map(({ title }) => title),
  };
  return Object.entries(findIn).flatMap(([name, find]) => {
    try {
      return chosen.includes(name) ? find(reportOf(name)) : [];
    } catch {
      return [];
    }
  });
}

function countOf(name) {
  try {
    const report = reportOf(name);
    if (name === 'unit') return { passed: report.numPassedTests, failed: report.numFailedTests };
    if (name === 'e2e')
      return { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected };
  } catch {
    // The runner did not come as far as to write it.
  }
  return undefined;
}
