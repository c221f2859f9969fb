import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../schema/types';
import { oomScoreAdj } from './oom-score';

const gibibyte = 2 ** 30;

describe('oom_score_adj (qos.GetContainerOOMScoreAdjust)', () => {
  const asking = (name: string, memory: string | undefined, more: object = {}): Container => ({
    name,
    resources: memory ? { requests: { memory } } : {},
    ...more,
  });

  it.each([
    ['Guaranteed', '1Gi', '', -997],
    ['BestEffort', undefined, '', 1000],
    ['Burstable', undefined, '', 999],
    ['Burstable', '1Mi', '', 999],
    ['Burstable', '4Gi', '', 500],
    ['Burstable', '8Gi', '', 3],
    ['BestEffort', undefined, 'system-node-critical', -997],
    ['Burstable', '4Gi', 'system-cluster-critical', 500],
  ])('%s with a request of %s and priority "%s": %i', (qosClass, memory, priorityClassName, expected) => {
    const container = asking('c', memory);
    const pod = {
      spec: { priorityClassName, containers: [container] },
      status: { qosClass },
    } as unknown as Pod;
    expect(oomScoreAdj(pod, container, 8 * gibibyte)).toBe(expected);
  });

  it.each([
    ['no less than the main containers for a sidecar', {}, 1000 - 250],
    ['with its share of what the Pod asks for as a whole', { requests: { memory: '8Gi' } }, 1000 - 250 - 125],
  ])('%s', (_title, resources, expected) => {
    const sidecar = asking('s', '1Gi', { restartPolicy: 'Always' });
    const spec = {
      containers: [asking('a', '2Gi'), asking('b', '2Gi')],
      initContainers: [sidecar],
      resources,
    };
    const pod = { spec, status: { qosClass: 'Burstable' } } as unknown as Pod;
    // Beyond the 5 GiB of the containers: 1 GiB for each of them.
    expect(oomScoreAdj(pod, sidecar, 8 * gibibyte)).toBe(expected);
  });
});
