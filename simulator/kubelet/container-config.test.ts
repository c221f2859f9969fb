import { describe, expect, it } from 'vitest';
import { limitsOf } from './container-config';

describe('the limits of a cgroup', () => {
  it.each([
    [{}, {}, {}],
    [{ cpu: '250m', memory: '64Mi' }, {}, { cpuMillis: 250, memoryBytes: 67_108_864 }],
    [{ cpu: '250m' }, { cpu: '1', memory: '1Ki' }, { cpuMillis: 250, memoryBytes: 1024 }],
    [{ cpu: '5m' }, {}, { cpuMillis: 10 }],
    [{ cpu: '0', memory: '0' }, {}, {}],
    [{ cpu: '0' }, { cpu: '1' }, { cpuMillis: 1000 }],
  ])('of a container with %j in a Pod with %j are %j', (own, ofPod, wanted) => {
    expect(limitsOf({ limits: own }, { limits: ofPod })).toEqual(wanted);
  });
});
