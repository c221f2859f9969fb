import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../schema/types';
import { oomScoreAdj } from './oom-score';

const gibibyte = 2 ** 30;

describe('oom_score_adj (qos.GetContainerOOMScoreAdjust)', () => {
  it.each([
    ['Guaranteed', '1Gi', 0, -997],
    ['BestEffort', undefined, 0, 1000],
    ['Burstable', undefined, 0, 999],
    ['Burstable', '1Mi', 0, 999],
    ['Burstable', '4Gi', 0, 500],
    ['Burstable', '8Gi', 0, 3],
    ['BestEffort', undefined, 2_000_001_000, -997],
  ])('%s with a request of %s and priority %i: %i', (qosClass, memory, priority, expected) => {
    const pod = { spec: { priority }, status: { qosClass } } as unknown as Pod;
    const container = { resources: memory ? { requests: { memory } } : {} } as Container;
    expect(oomScoreAdj(pod, container, 8 * gibibyte)).toBe(expected);
  });
});
