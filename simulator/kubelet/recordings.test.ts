import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Job, Pod, PodStatus } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';
import type { Script } from './scripted-runtime';

/**
 * Plays the Pods of transcripts/watches and compares what a watch delivers with what it delivered from a real cluster:
 * the same states in the same order, times and identifiers aside.
 */
const WATCHES = new URL('../transcripts/watches/', import.meta.url);
const missing = "cat: can't open '/tmp/ok': No such file or directory\n";

/** What the recorded commands do, by Pod and container. */
const SCRIPTS: Record<string, Record<string, Script>> = {
  'init-sidecar-app': {
    first: { endsAfterMs: 2000 },
    sidecar: { onTerm: 0, stopsAfterMs: 500 },
    second: { endsAfterMs: 2000 },
    app: { onTerm: 0, listens: { 80: 500 } },
  },
  'crash-loop': { app: { endsAfterMs: 1000, exitCode: 3 } },
  'init-fails': { check: { endsAfterMs: 20, exitCode: 1 } },
  'runs-once': { one: { endsAfterMs: 2000 }, two: { endsAfterMs: 4000, exitCode: 7 } },
  'liveness-fails': {
    app: {
      exec: (_command, age) => (age < 5000 ? { exitCode: 0 } : { exitCode: 1, output: missing }),
    },
  },
  'bad-image': {},
  'does-not-fit': {},
  'job-with-sidecar': { work: { endsAfterMs: 3000 }, helper: { onTerm: 0 } },
};

/** After so many states the jitter of a real kubelet decides what comes next. */
const COMPARED: Record<string, number> = { 'liveness-fails': 9 };

describe.each(Object.keys(SCRIPTS))('%s', (name) => {
  let cluster: TestCluster;
  const states: string[] = [];
  const events: string[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster({ nodes: ['truth-control-plane'], scripts: SCRIPTS[name] ?? {} });
    const { client, clock } = cluster;
    client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'watches' } });
    await clock.advance(100);
    client.watch('pods', {}, ({ type, object }) => states.push(stateOf(type, object)));
    client.watch('events', {}, ({ object }) =>
      events.push(`${object.reason}: ${textOf(object.message ?? '')}`),
    );
    const object = objectNamed(name);
    if (object.kind === 'Job') client.create('jobs.batch', object);
    else client.create('pods', object);
    await clock.advance(35_000);
    if (name === 'init-sidecar-app') client.delete('pods', 'watches', name);
    await clock.advance(25_000);
  });

  afterAll(() => cluster.components.stop());

  it('goes through the recorded states in the recorded order', () => {
    const recorded = lines(`${name}.jsonl`).map(({ type, object }) => stateOf(type, object as Pod));
    const wanted = distinct(recorded).slice(0, COMPARED[name]);
    const got = distinct(states);
    // A back-off ends on time here and up to 5 s later there, so that a little more happens in the same time.
    expect(got.slice(0, wanted.length)).toEqual(wanted);
  });

  it('tells the recorded events', () => {
    const recorded = lines('events.jsonl')
      .filter(({ object }) => (object.involvedObject as { name: string }).name.startsWith(name))
      .map(({ object }) => `${object.reason}: ${textOf(String(object.message))}`);
    expect([...new Set(events)].sort()).toEqual([...new Set(recorded)].sort());
  });

  it('throws nothing', () => expect(cluster.errors.map(String)).toEqual([]));
});

function lines(file: string): { type: string; object: Record<string, unknown> }[] {
  const text = readFileSync(new URL(file, WATCHES), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; object: Record<string, unknown> });
}

function objectNamed(name: string): (Pod & { kind: 'Pod' }) | (Job & { kind: 'Job' }) {
  const documents = parseAllDocuments(readFileSync(new URL('pods.yaml', WATCHES), 'utf8'));
  const found = documents
    .map((document) => document.toJS() as ReturnType<typeof objectNamed>)
    .find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`no object ${name}`);
  return found;
}

/** One state, without what differs between two clusters; the Pod's own cgroup is read at a moment of its own. */
function stateOf(type: string, pod: Pod): string {
  const {
    resources: _resources,
    qosClass: _qos,
    ...status
  } = (pod.status ?? {}) as PodStatus & {
    resources?: unknown;
  };
  const shown = {
    type,
    deleting: Boolean(pod.metadata.deletionTimestamp),
    finalizers: pod.metadata.finalizers,
    status,
  };
  return textOf(JSON.stringify(shown, masked));
}

const IDENTIFIERS = new Set(['containerID', 'imageID', 'image', 'volumeMounts', 'podIP', 'ip', 'hostIP']);

function masked(key: string, value: unknown): unknown {
  if (IDENTIFIERS.has(key)) return undefined;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return 'TIME';
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  }
  return value;
}

function textOf(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, 'UID')
    .replace(/\bjob-with-sidecar-[a-z0-9]{5}\b/g, 'job-with-sidecar-NAME')
    .replace(/\b\d+\.\d+\.\d+\.\d+\b/g, 'IP');
}

function distinct(list: string[]): string[] {
  return list.filter((each, index) => each !== list[index - 1]);
}
