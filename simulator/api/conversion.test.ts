import { describe, expect, it } from 'vitest';
import { resourceByPath } from '../schema/resources';
import type { KubeObject } from '../schema/types';
import { fromStored, toStored } from './conversion';

function resource(apiVersion: string, plural: string) {
  const found = resourceByPath(apiVersion, plural);
  if (!found) throw new Error(`${apiVersion} ${plural} is not served`);
  return found;
}

describe('a HorizontalPodAutoscaler in autoscaling/v1', () => {
  const v1 = resource('autoscaling/v1', 'horizontalpodautoscalers');
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
  };
  const stored = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', annotations: { mine: 'kept' } },
    spec: {
      maxReplicas: 3,
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      metrics: [memory, cpu],
    },
    status: {
      desiredReplicas: 1,
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '7m' } },
        },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    },
  } as unknown as KubeObject;

  it('has the CPU target in a field of its own, and the rest in annotations', () => {
    expect(fromStored(v1, stored)).toMatchObject({
      apiVersion: 'autoscaling/v1',
      metadata: {
        annotations: {
          mine: 'kept',
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"100Mi"}}]',
          'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleDown":{"StabilizationWindowSeconds":60}}',
        },
      },
      spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 80 },
      status: { desiredReplicas: 1, currentCPUUtilizationPercentage: 7 },
    });
  });

  it('loses nothing on the way there and back', () => {
    expect(toStored(v1, fromStored(v1, stored))).toEqual(stored);
  });
});

describe('an annotation that was written by hand', () => {
  const v1 = resource('autoscaling/v1', 'horizontalpodautoscalers');
  const PREFIX = 'autoscaling.alpha.kubernetes.io';
  it.each([
    ['metrics', '5'],
    ['metrics', '[null]'],
    ['metrics', '[{"type":"Resource","resource":"cpu"}]'],
    ['current-metrics', '{}'],
    ['conditions', '[1]'],
    ['behavior', '{"ScaleDown":{"StabilizationWindowSeconds":"long"}}'],
    ['behavior', 'none'],
  ])('says nothing when it is of another type: %s %s', (name, text) => {
    const sent = {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', annotations: { [`${PREFIX}/${name}`]: text } },
      spec: { maxReplicas: 3 },
    } as unknown as KubeObject;
    expect(toStored(v1, sent)).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { maxReplicas: 3 },
    });
  });
});

describe('an Event in events.k8s.io/v1', () => {
  it('names its fields in its own way, and back', () => {
    const newer = resource('events.k8s.io/v1', 'events');
    const stored = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      involvedObject: { name: 'web' },
      message: 'hello',
      reportingComponent: 'kubelet',
    } as unknown as KubeObject;
    const event = fromStored(newer, stored);
    expect(event).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: 'web' },
      note: 'hello',
      reportingController: 'kubelet',
    });
    expect(toStored(newer, event)).toEqual(stored);
  });
});
