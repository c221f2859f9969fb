import type { KubeApi, KubeObject } from '../clusters/kube-api';
import type { CheckContext } from './check-context';
import type { CheckBody } from './check-schema';
import { evaluateLook } from './evaluate-check';
import { FactRecorder } from './fact-recorder';

/** Objects as the API server gives them, and a context to look at them in. */
export const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

export function pod(name: string, rest: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'lab',
      uid: `uid-${name}`,
      resourceVersion: '5',
      creationTimestamp: at(0),
      labels: { app: name },
      ...metadata,
    },
    spec: {
      containers: [{ name: 'main', image: 'nginx' }],
      ...('spec' in rest ? (rest.spec as object) : {}),
    },
    status: 'status' in rest ? rest.status : {},
  };
}

export const ready = { type: 'Ready', status: 'True' };
export const scheduled = { type: 'PodScheduled', status: 'True' };
export const running = (startedAt = at(0)) => ({ running: { startedAt } });
export const runningPod = (name = 'web', more: object = {}) =>
  pod(name, {
    status: {
      phase: 'Running',
      conditions: [scheduled, ready],
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: running(), ...more }],
    },
  });
export const stuckPod = (state: object, more: object = {}) =>
  pod('web', {
    status: {
      phase: 'Pending',
      conditions: [scheduled],
      containerStatuses: [{ name: 'main', ready: false, restartCount: 0, state, ...more }],
    },
  });

export function context(objects: KubeObject[], ageMs = 100_000, facts = new FactRecorder()): CheckContext {
  return {
    api: {} as KubeApi,
    namespace: 'lab',
    picture: {
      namespace: 'lab',
      objects: ({ kind }) => objects.filter((one) => one.kind === kind),
      ageOf: () => ageMs,
    },
    facts,
    values: { namespace: 'lab', port: 8080 },
    reveal: true,
    withinMs: 60_000,
    signal: new AbortController().signal,
    refresh: () => Promise.reject(new Error('nothing follows here')),
  };
}

export function verdict(check: CheckBody, objects: KubeObject[], ageMs?: number) {
  return evaluateLook(check, context(objects, ageMs), false).verdict;
}
export function said(check: CheckBody, objects: KubeObject[], ageMs?: number): string {
  const result = verdict(check, objects, ageMs);
  return `${result.kind}${'message' in result ? `: ${result.message}` : ''}`;
}

export const isReady = {
  pod: 'web',
  expect: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
};
