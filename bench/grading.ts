import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createEmbeddedProvider } from '../core/clusters/embedded/create-embedded-provider';
import type { CheckSpec, Lab } from '../core/content/lab';
import type { Check } from '../core/grading/check-schema';
import { createGrader } from '../core/grading/create-grader';
import { createLog } from '../core/log';
import { ms, percentile, printRows, times as ratio } from './report';

const run = promisify(execFile);
const rounds = 15;

/** Eight questions about one Pod, as checks and as what a verify script would ask kubectl. */
const questions: { check: Check; jsonpath: string }[] = [
  { check: state('phase', { status: { phase: 'Running' } }), jsonpath: '{.status.phase}' },
  {
    check: state('ready', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
    jsonpath: '{.status.conditions[?(@.type=="Ready")].status}',
  },
  { check: state('label', { metadata: { labels: { app: 'web' } } }), jsonpath: '{.metadata.labels.app}' },
  {
    check: state('image', { spec: { containers: [{ name: 'web', image: 'busybox:1.36' }] } }),
    jsonpath: '{.spec.containers[?(@.name=="web")].image}',
  },
  {
    check: state('limit', {
      spec: { containers: [{ name: 'web', resources: { limits: { memory: '64Mi' } } }] },
    }),
    jsonpath: '{.spec.containers[?(@.name=="web")].resources.limits.memory}',
  },
  {
    check: state('volume', { spec: { volumes: [{ name: 'data', emptyDir: {} }] } }),
    jsonpath: '{.spec.volumes[*].name}',
  },
  {
    check: {
      id: 'restarts',
      says: 'x',
      pod: 'web',
      cel: 'object.status.containerStatuses.all(c, c.restartCount == 0)',
    },
    jsonpath: '{.status.containerStatuses[*].restartCount}',
  },
  {
    check: {
      id: 'mounts',
      says: 'x',
      pod: 'web',
      cel: "container(object, 'web').volumeMounts.exists(m, m.name == 'data')",
    },
    jsonpath: '{.spec.containers[*].volumeMounts[*].name}',
  },
];

function state(id: string, expect: Extract<Check, { expect?: unknown }>['expect']): Check {
  return { id, says: 'x', pod: 'web', expect };
}

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'busybox:1.36',
        command: ['sh', '-c', 'sleep 3600'],
        resources: { limits: { memory: '64Mi' } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
  },
};

function lab(): Lab {
  return {
    id: 'bench',
    title: '',
    intro: '',
    minutes: 1,
    objectives: [],
    domain: '',
    folder: '',
    files: {},
    setup: [],
    images: [],
    variables: {},
    solutions: [],
    mistakes: {},
    tasks: [
      {
        id: 'task',
        title: '',
        text: '',
        points: 8,
        hints: [],
        checks: questions.map(({ check }): CheckSpec => ({ ...check, points: 1 })),
      },
    ],
  };
}

/** A grade of eight checks against eight kubectl processes, on the same embedded cluster, in turns. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'podlab-bench-'));
  const provider = createEmbeddedProvider({ folder, log: createLog(() => {}), spare: false });
  const cluster = await provider.open({
    sessionId: 'bench',
    images: [],
    progress: () => {},
    signal: AbortSignal.timeout(60_000),
  });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.learnerKubeconfig(), { mode: 0o600 });
  await cluster.api.apply(pod, cluster.namespace);
  const grader = createGrader({ lab: lab(), cluster, seed: 'bench' });
  const until = Date.now() + 60_000;
  while (!(await grader.check()).passed) {
    if (Date.now() > until) throw new Error(`the Pod did not become ready: ${JSON.stringify(grader.report)}`);
    await new Promise((done) => setTimeout(done, 100));
  }

  const times = { grade: [] as number[], kubectl: [] as number[], live: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    let started = performance.now();
    await grader.check();
    times.grade.push(performance.now() - started);
    started = performance.now();
    for (const { jsonpath } of questions)
      await run('kubectl', ['get', 'pod', 'web', '-o', `jsonpath=${jsonpath}`], {
        env: { ...process.env, KUBECONFIG: kubeconfig },
      });
    times.kubectl.push(performance.now() - started);
    times.live.push(await liveVerdict(round));
  }
  const [grade, kubectl, live] = [times.grade, times.kubectl, times.live].map((some) =>
    percentile(some, 0.5),
  );
  const slowest = Math.max(...times.live);
  printRows('Grading on the embedded cluster', [
    {
      what: 'grade of eight checks, median',
      ours: ms(grade ?? 0),
      alternative: 'eight kubectl get -o jsonpath in a row',
      theirs: ms(kubectl ?? 0),
      ratio: ratio(kubectl ?? 0, grade ?? 0),
      goal: {
        text: '< 20 ms and ≥ 20 ×',
        reached: (grade ?? 99) < 20 && (kubectl ?? 0) / (grade ?? 1) >= 20,
      },
    },
    {
      what: 'verdict after a change, median (slowest)',
      ours: `${ms(live ?? 0)} (${ms(slowest)})`,
      alternative: 'asking with kubectl again',
      theirs: ms(kubectl ?? 0),
      ratio: ratio(kubectl ?? 0, live ?? 0),
      goal: { text: '≤ 150 ms', reached: slowest <= 150 },
    },
  ]);
  grader.close();
  await cluster.close();
  await provider.shutdown();
  await rm(folder, { recursive: true });

  /** From the API server's answer to a change to the report that knows of it. */
  async function liveVerdict(round: number): Promise<number> {
    const label = round % 2 === 0 ? 'other' : 'web';
    const reported = new Promise<number>((resolve) => {
      const end = grader.onReport((report) => {
        if (report.trigger !== 'live' || report.passed !== (label === 'web')) return;
        end();
        resolve(performance.now());
      });
    });
    await cluster.api.request('PATCH', `/api/v1/namespaces/${cluster.namespace}/pods/web`, {
      metadata: { labels: { app: label } },
    });
    const changed = performance.now();
    const result = (await reported) - changed;
    if (label === 'other') await new Promise((done) => setTimeout(done, 50));
    return result;
  }
}

await main();
