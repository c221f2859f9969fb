import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { ClusterProvider, LabCluster } from '../core/clusters/cluster-provider';
import { instantiateLab, sessionValues } from '../core/content/instantiate-lab';
import type { Lab } from '../core/content/lab';
import { substitute } from '../core/content/variables';
import { createGrader } from '../core/grading/create-grader';
import type { CheckResult, LabReport, Verdict } from '../core/grading/verdict';

export interface Play {
  lab: Lab;
  kind: 'solution' | 'mistake';
  name: string;
  /** Ids of the checks that must fail; all others must pass. */
  failing: readonly string[];
}

export interface PlayResult {
  play: Play;
  /** What came out otherwise than the lab says, a line each. */
  wrong: string[];
  seconds: number;
}

export interface PlayOptions {
  provider: ClusterProvider;
  /** Where working folders are made. */
  folder: string;
  /** Folder that comes first on the PATH of scripts. */
  programs: string;
  verbose: boolean;
  /** Ends the play; what it has made is removed. */
  signal: AbortSignal;
}

/** A kind cluster may have to be made first, and its image pulled. */
const openLimitMs = 15 * 60_000;
const scriptLimitMs = 240_000;
/** Longer than any check waits by itself (60 s), with time for the cluster to come round. */
const settleLimitMs = 120_000;
const holdMs = 1000;
const seed = 'podlab labs test';

/** Opens a place on the cluster, does what the script says, and compares the settled verdicts with what the lab expects. */
export async function playScript(play: Play, options: PlayOptions): Promise<PlayResult> {
  const started = performance.now();
  const done = (wrong: string[]): PlayResult => ({
    play,
    wrong,
    seconds: (performance.now() - started) / 1000,
  });
  const sessionId = `test-${play.lab.id.slice(0, 12)}-${play.name.slice(0, 12)}-${randomBytes(4).toString('hex')}`;
  const { signal } = options;
  let cluster: LabCluster | undefined;
  try {
    signal.throwIfAborted();
    cluster = await options.provider.open({
      sessionId,
      images: play.lab.images,
      progress: (line) => options.verbose && process.stderr.write(`${play.name}: ${line}\n`),
      signal: AbortSignal.any([signal, AbortSignal.timeout(openLimitMs)]),
    });
    const session = { seed, namespace: cluster.namespace };
    const lab = instantiateLab(play.lab, session);
    for (const object of lab.setup) await cluster.api.apply(object, cluster.namespace);
    const grader = createGrader({ lab: play.lab, cluster, seed });
    try {
      // The learner starts with the grader looking on: what happens first is history too.
      await grader.check();
      const script = await runScript(play, lab, cluster, options);
      if (options.verbose) process.stderr.write(script.output);
      if (script.exitCode !== 0)
        return done([
          `the script ended with ${script.exitCode ?? 'a time-out'}:`,
          ...script.output.trim().split('\n').slice(-8),
        ]);
      const report = await settledReport(() => grader.check(), signal);
      if (options.verbose) process.stderr.write(verdictsOf(report));
      return done(differences(play, report));
    } finally {
      grader.close();
    }
  } catch (error) {
    return done(causes(error));
  } finally {
    await cluster?.close().catch((error) => {
      process.stderr.write(
        `${play.name}: its place on the cluster was not removed: ${causes(error).join(': ')}\n`,
      );
    });
  }
}

async function runScript(
  play: Play,
  lab: Lab,
  cluster: LabCluster,
  { folder, programs, signal }: PlayOptions,
) {
  const work = await mkdtemp(join(folder, `${play.name}-`));
  for (const [path, text] of Object.entries(lab.files)) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
  const kubeconfig = join(folder, `${play.name}-${play.lab.id}.kubeconfig`);
  await writeFile(kubeconfig, cluster.learnerKubeconfig(), { mode: 0o600 });
  const source = await readFile(join(play.lab.folder, `${play.kind}s`, `${play.name}.sh`), 'utf8');
  const text = substitute(source, sessionValues(play.lab, { seed, namespace: cluster.namespace }));
  return new Promise<{ exitCode: number | null; output: string }>((resolve, reject) => {
    const child = spawn('bash', ['-eu', '-o', 'pipefail', '-c', String(text)], {
      cwd: work,
      timeout: scriptLimitMs,
      signal,
      env: {
        ...process.env,
        PATH: [programs, process.env.PATH].join(delimiter),
        HOME: work,
        KUBECONFIG: kubeconfig,
        LAB: play.lab.folder,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (output.length < 1_000_000) output += chunk.toString('utf8');
      });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** The error and what caused it, a line each. */
function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : causes(error.cause))];
}

/** Checks again until nothing waits for the cluster any more, and all is as it was a moment before: no pass in passing. */
async function settledReport(check: () => Promise<LabReport>, signal: AbortSignal): Promise<LabReport> {
  const until = Date.now() + settleLimitMs;
  let before = '';
  for (let pause = 200; ; pause = Math.min(2000, pause * 1.5)) {
    const report = await check();
    signal.throwIfAborted();
    const now = results(report)
      .map(({ verdict }) => verdict.kind)
      .join();
    if ((!unsettled(report) && now === before) || Date.now() > until) return report;
    before = now;
    await new Promise((done) => setTimeout(done, unsettled(report) ? pause : holdMs));
  }
}

function results(report: LabReport): CheckResult[] {
  return report.tasks.flatMap((task) => task.checks);
}

function unsettled(report: LabReport): boolean {
  return results(report).some(({ verdict: { kind } }) => kind === 'waiting' || kind === 'unavailable');
}

function differences({ failing }: Play, report: LabReport): string[] {
  return results(report).flatMap(({ check, verdict }) => {
    const expected = failing.includes(check) ? 'failed' : 'passed';
    if (verdict.kind === expected) return [];
    return [`${check}: expected ${expected}, was ${verdict.kind}${said(verdict)}`];
  });
}

function said(verdict: Verdict): string {
  return 'message' in verdict ? ` (${verdict.message})` : '';
}

function verdictsOf(report: LabReport): string {
  return results(report)
    .map(
      ({ check, verdict, tookMs }) =>
        `  ${verdict.kind.padEnd(11)} ${check}${said(verdict)} [${tookMs} ms]\n`,
    )
    .join('');
}
