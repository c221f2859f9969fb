import { describe, expect, it } from 'vitest';
import { limitsOf } from './container-config';

describe('the limits of a cgroup', () => {
  it.each([
    [{}, {}, {}],
    [{ cpu: '250m', memory: '64Mi' }, {}, { cpuMillis: 250, cpuShares: 256, memoryBytes: 67_108_864 }],
    [{ cpu: '250m' }, { cpu: '1', memory: '1Ki' }, { cpuMillis: 250, cpuShares: 256, memoryBytes: 1024 }],
    [{ cpu: '5m' }, {}, { cpuMillis: 10, cpuShares: 5 }],
    [{ cpu: '0', memory: '0' }, {}, {}],
    [{ cpu: '0' }, { cpu: '1' }, { cpuMillis: 1000, cpuShares: 1024 }],
  ])('of a container with %j in a Pod with %j are %j', (own, ofPod, wanted) => {
    expect(limitsOf({ limits: own }, { limits: ofPod })).toEqual(wanted);
  });

  it.each([
    ['100m', { cpuMillis: 500, cpuShares: 102 }],
    ['0', { cpuMillis: 500, cpuShares: 2 }],
  ])('weigh what it asks for: %s', (cpu, wanted) => {
    expect(limitsOf({ requests: { cpu }, limits: { cpu: '500m' } }, undefined)).toEqual(wanted);
  });
});
