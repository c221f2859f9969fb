import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../../schema/types';
import { dropDisabledFields } from './disabled-fields';

const POD = {
  initContainers: [{ name: 'i', lifecycle: { stopSignal: 'SIGINT' } }],
  containers: [{ name: 'c', lifecycle: { stopSignal: 'SIGQUIT', preStop: { sleep: { seconds: 1 } } } }],
};
const KEPT = {
  initContainers: [{ name: 'i' }],
  containers: [{ name: 'c', lifecycle: { preStop: { sleep: { seconds: 1 } } } }],
};

describe('fields of features that are off', () => {
  it.each<[kind: ResourceName, sent: object, kept: object]>([
    ['pods', POD, KEPT],
    ['deployments.apps', { template: { spec: POD } }, { template: { spec: KEPT } }],
    [
      'cronjobs.batch',
      { jobTemplate: { spec: { template: { spec: POD } } } },
      { jobTemplate: { spec: { template: { spec: KEPT } } } },
    ],
    [
      'statefulsets.apps',
      { updateStrategy: { rollingUpdate: { partition: 1, maxUnavailable: 2 } }, template: { spec: POD } },
      { updateStrategy: { rollingUpdate: { partition: 1 } }, template: { spec: KEPT } },
    ],
    ['services', { ports: [] }, { ports: [] }],
  ])('are dropped from %s', (kind, sent, kept) => {
    const object = { metadata: { name: 'o' }, spec: structuredClone(sent) } as unknown as KubeObject;
    dropDisabledFields(kind, object);
    expect(object).toEqual({ metadata: { name: 'o' }, spec: kept });
  });

  it('bear with what is missing', () => {
    const object = { metadata: { name: 'o' } } as unknown as KubeObject;
    dropDisabledFields('statefulsets.apps', object);
    expect(object).toEqual({ metadata: { name: 'o' } });
  });
});
