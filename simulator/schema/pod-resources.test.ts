import { describe, expect, it } from 'vitest';
import { podLimits, podRequests, qosClass, resourceList } from './pod-resources';
import type { PodSpec } from './types';

const c = (requests?: object, limits?: object, more: object = {}) => ({
  name: 'c',
  resources: { ...(requests && { requests }), ...(limits && { limits }) },
  ...more,
});
const spec = (containers: object[], initContainers: object[] = [], more: object = {}) =>
  ({ containers, initContainers, ...more }) as unknown as PodSpec;
const sidecar = { restartPolicy: 'Always' };

describe('what a Pod requests', () => {
  it.each([
    [
      'containers add up',
      spec([c({ cpu: '100m' }), c({ cpu: '0.4', memory: '64Mi' })]),
      { cpu: '500m', memory: '64Mi' },
    ],
    [
      'the largest init container counts alone',
      spec([c({ cpu: '100m' })], [c({ cpu: '300m' }), c({ cpu: '200m' })]),
      { cpu: '300m' },
    ],
    [
      'a sidecar adds to the containers',
      spec([c({ cpu: '100m' })], [c({ cpu: '50m' }, undefined, sidecar)]),
      { cpu: '150m' },
    ],
    [
      'a sidecar adds to init containers after it',
      spec([c({ cpu: '100m' })], [c({ cpu: '50m' }, undefined, sidecar), c({ cpu: '200m' })]),
      { cpu: '250m' },
    ],
    [
      'Pod-level resources win',
      spec([c({ cpu: '100m' })], [], { resources: { requests: { cpu: '1' } } }),
      { cpu: '1' },
    ],
    ['overhead comes on top', spec([c({ cpu: '100m' })], [], { overhead: { cpu: '250m' } }), { cpu: '350m' }],
  ])('%s', (_, pod, total) => {
    expect(resourceList(podRequests(pod))).toEqual(total);
  });

  it('has limits only where a container has', () => {
    expect(resourceList(podLimits(spec([c({ cpu: '1' }, { memory: '1Gi' }), c()])))).toEqual({
      memory: '1Gi',
    });
  });
});

describe('the QoS class', () => {
  const full = { cpu: '1', memory: '1Gi' };
  it.each([
    ['BestEffort', 'nothing is set', spec([c()])],
    ['BestEffort', 'only other resources are set', spec([c({ 'ephemeral-storage': '1Gi' })])],
    ['Burstable', 'a request is set', spec([c({ cpu: '1' })])],
    ['Guaranteed', 'requests equal limits', spec([c({ cpu: '1000m', memory: '1024Mi' }, full)])],
    ['Guaranteed', 'limits alone are set', spec([c(undefined, full)])],
    ['Burstable', 'one container has none', spec([c(full, full), c()])],
    ['Burstable', 'an init container has none', spec([c(full, full)], [c()])],
    ['Burstable', 'memory has no limit', spec([c({ cpu: '1' }, { cpu: '1' })])],
  ])('is %s when %s', (expected, _, pod) => {
    expect(qosClass(pod)).toBe(expected);
  });
});
