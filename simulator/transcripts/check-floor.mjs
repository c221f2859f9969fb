#!/usr/bin/env node
// Starts an embedded cluster, plays all transcripts against it and fails when fewer steps are the same than floor.json
// says. Arguments go to run.mjs: `npm run transcripts -- --only init-containers`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/bundle.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const command = join(here, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'podlab-transcripts-'));
const kubeconfig = join(folder, 'kubeconfig');
const result = join(folder, 'result.json');

await bundle();
const cluster = spawn(process.execPath, [command, 'simulator', '--kubeconfig', kubeconfig], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = new Promise((resolve) => cluster.once('exit', resolve));
try {
  await Promise.race([
    new Promise((resolve) => cluster.stdout.once('data', resolve)),
    exited.then(() => {
      throw new Error('The embedded cluster did not start.');
    }),
  ]);
  const chosen = process.argv.slice(2);
  const play = spawnSync(
    process.execPath,
    [join(here, 'run.mjs'), '--kubeconfig', kubeconfig, '--json', result, ...chosen],
    { stdio: 'inherit' },
  );
  if (play.error) throw play.error;
  const { percent, whole } = JSON.parse(readFileSync(result, 'utf8'));
  const floor = JSON.parse(readFileSync(join(here, 'floor.json'), 'utf8'));
  if (!chosen.includes('--only') && (percent < floor.percent || whole < floor.scenarios)) {
    console.error(
      `${percent.toFixed(1)} % of the steps and ${whole} whole scenarios are less than the floor: ${floor.percent} % and ${floor.scenarios} (simulator/transcripts/floor.json).`,
    );
    process.exitCode = 1;
  }
} finally {
  cluster.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
