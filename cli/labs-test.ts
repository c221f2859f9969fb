import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterKind } from '../core/clusters/cluster-provider';
import { createProviders } from '../core/clusters/create-providers';
import { loadConfig } from '../core/config/load-config';
import { showProblem } from '../core/content/content-problems';
import type { Lab } from '../core/content/lab';
import { PodlabError } from '../core/errors';
import { createLog } from '../core/log';
import { linkProgram } from '../core/shells/link-program';
import { findKubectl } from './find-kubectl';
import { findLabs } from './find-labs';
import { type Play, type PlayResult, playScript } from './play-script';
import { project } from './project';

interface TestOptions {
  cluster: ClusterKind;
  jobs?: number;
  only?: string;
  verbose: boolean;
}

/** Most of a play is waiting; a shared cluster must bear the Pods of all at once. */
const defaultJobs: Record<ClusterKind, number> = { embedded: 4, kind: 2, kubeconfig: 2 };

/**
 * Plays all solutions and mistakes; a line each, and what came out otherwise than the lab says. SIGINT and SIGTERM end it, and
 * what it has made on the cluster is removed.
 */
export async function labsTest(names: readonly string[], options: TestOptions): Promise<number> {
  const { labs, problems } = await findLabs(names);
  for (const problem of problems) process.stdout.write(`${showProblem(problem)}\n`);
  if (problems.length > 0) return 1;
  const plays = labs
    .flatMap(playsOf)
    .filter(({ name }) => options.only === undefined || name === options.only);
  if (plays.length === 0)
    throw new PodlabError(
      'usage',
      `There is no solution or mistake named "${options.only}".`,
      `Leave --only out to play all. There is: ${labs.flatMap((lab) => [...lab.solutions, ...Object.keys(lab.mistakes)]).join(', ')}.`,
    );

  const config = loadConfig(process.env, project);
  const kubectl = await findKubectl(config.kubectl);
  if ('problem' in kubectl)
    throw new PodlabError(
      'no-kubectl',
      `The scripts of labs need kubectl 1.30 or later: ${kubectl.problem}.`,
      'Run `npm start` once: it finds or fetches one; or put one on the PATH.',
    );
  const folder = await mkdtemp(join(tmpdir(), 'podlab-labs-test-'));
  const log = createLog((line) => {
    if (options.verbose) process.stderr.write(line);
  });
  const { all, availability } = createProviders(
    // The embedded clusters' state goes where it does not outlive the test; kind and kubeconfig are the operator's.
    options.cluster === 'embedded' ? { ...config, dataFolder: folder } : config,
    { log, installation: `labs-test-${process.pid}`, spare: false },
  );
  const provider = all[options.cluster];
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => ended.abort(new Error(`ended by ${signal}`)));
  try {
    const programs = join(folder, 'bin');
    if (kubectl.program !== 'kubectl') await linkProgram(kubectl.program, 'kubectl', programs);
    const available = (await availability())[options.cluster];
    if (!available.available)
      throw new PodlabError('cluster-unavailable', available.reason, available.remedy);
    const started = performance.now();
    const results = await inParallel(plays, options.jobs ?? defaultJobs[options.cluster], async (play) => {
      const result = await playScript(play, {
        provider,
        folder,
        programs,
        signal: ended.signal,
        verbose: options.verbose,
      });
      if (!ended.signal.aborted) process.stdout.write(shown(result));
      return result;
    });
    if (ended.signal.aborted)
      throw new PodlabError('interrupted', 'Interrupted: what was played is removed again.');
    const bad = results.filter(({ wrong }) => wrong.length > 0).length;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(
      `${results.length} played in ${seconds} s, ${bad === 0 ? 'all as the labs say' : `${bad} otherwise than the labs say`}\n`,
    );
    return bad === 0 ? 0 : 1;
  } finally {
    await provider.shutdown();
    await rm(folder, { recursive: true, force: true });
  }
}

function playsOf(lab: Lab): Play[] {
  return [
    ...lab.solutions.map((name): Play => ({ lab, kind: 'solution', name, failing: [] })),
    ...Object.entries(lab.mistakes).map(([name, failing]): Play => ({ lab, kind: 'mistake', name, failing })),
  ];
}

function shown({ play, wrong, seconds }: PlayResult): string {
  const word = wrong.length === 0 ? 'ok  ' : 'FAIL';
  const head = `${word} ${play.lab.id} ${play.kind} ${play.name} (${seconds.toFixed(1)} s)\n`;
  return head + wrong.map((line) => `     ${line}\n`).join('');
}

async function inParallel<T, R>(
  items: readonly T[],
  jobs: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      results.push(await run(item));
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  return results;
}
