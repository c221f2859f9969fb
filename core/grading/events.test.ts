import { expect, test } from 'vitest';
import type { KubeObject } from '../clusters/kube-api';
import { evaluateLook } from './evaluate-check';
import { context, isReady, pod, running, scheduled, stuckPod } from './pods-for-tests';

/** What keeps a Pod from starting, where its containers do not tell. */
const event = (resourceVersion: string, reason: string, message: string, uid = 'uid-web'): KubeObject => ({
  ...pod(`web.${resourceVersion}`, {}, { resourceVersion }),
  kind: 'Event',
  involvedObject: { uid },
  reason,
  message,
});
const creating = stuckPod({ waiting: { reason: 'ContainerCreating' } });
const unmounted = event('9', 'FailedMount', 'no ConfigMap settings');
const said = (objects: KubeObject[], ageMs: number) => {
  const { verdict, recheckInMs } = evaluateLook(isReady, context(objects, ageMs), false);
  return `${verdict.kind}${'message' in verdict ? `: ${verdict.message}` : ''} ${recheckInMs ?? ''}`.trim();
};
const beingCreated = 'waiting: The containers of Pod web are being created.';
const unscheduled = pod('web', {
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no room' }],
  },
});
const initRunning = pod('web', {
  spec: { initContainers: [{ name: 'init' }] },
  status: {
    phase: 'Pending',
    conditions: [scheduled],
    initContainerStatuses: [{ name: 'init', state: running() }],
    containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
  },
});

test.each([
  ['a warning just now may pass: looked at again soon', [creating, unmounted], 1000, `${beingCreated} 2000`],
  [
    'one that stays does not',
    [creating, unmounted],
    3000,
    'failed: Pod web cannot start: no ConfigMap settings: see `kubectl describe pod web`.',
  ],
  [
    'one that something else has followed has passed',
    [creating, event('10', 'Pulling', 'Pulling image'), unmounted],
    3000,
    `${beingCreated} 57000`,
  ],
  [
    'one of another Pod',
    [creating, event('9', 'FailedMount', 'no', 'another')],
    3000,
    `${beingCreated} 57000`,
  ],
  [
    'one that keeps nothing from starting',
    [creating, event('9', 'DNSConfigForming', 'no')],
    3000,
    `${beingCreated} 57000`,
  ],
  [
    'one of a Pod whose first container runs',
    [initRunning, unmounted],
    3000,
    'waiting: Init container init of Pod web is running (1 of 1). 57000',
  ],
  ['no node has just taken it', [unscheduled], 1000, 'waiting: Pod web is waiting for a node. 2000'],
  ['no node takes it', [unscheduled], 3000, 'failed: No node takes Pod web: no room.'],
])('%s', (_name, objects, ageMs, expected) => expect(said(objects, ageMs)).toBe(expected));
