import { describe, expect, it } from 'vitest';
import type { Pod } from '../schema/types';
import { resourceValue } from './field-ref';

const allocatable = { cpu: '8', memory: '1Gi' };

describe('a resource field', () => {
  it.each([
    ['limits.cpu', { limits: { cpu: '1250m' } }, {}, '2'],
    ['limits.memory', { limits: { memory: '64Mi' } }, {}, '67108864'],
    ['requests.cpu', { requests: { cpu: '250m' } }, {}, '1'],
    ['requests.memory', {}, {}, '0'],
    ['limits.cpu', {}, {}, '8'],
    ['limits.cpu', {}, { limits: { cpu: '3' } }, '3'],
    ['limits.memory', {}, { limits: { cpu: '3' } }, '1073741824'],
    ['limits.cpu', { limits: { cpu: '1' } }, { limits: { cpu: '3' } }, '1'],
  ])('%s of a container with %j in a Pod with %j is %s', (resource, resources, ofPod, wanted) => {
    const pod = { spec: { containers: [{ name: 'c', resources }], resources: ofPod } } as unknown as Pod;
    const fields = { pod, hostIP: '', podIP: '', allocatable };
    expect(resourceValue({ resource }, 'c', fields)).toBe(wanted);
  });
});
