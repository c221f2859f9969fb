import { describe, expect, it } from 'vitest';
import { resourceByName } from '../../schema/resources';
import type { KubeObject, ResourceName } from '../../schema/types';
import { applyDefaults } from '../defaults/index';
import { validateCreate, validateUpdate } from './index';

function made(resource: ResourceName, fields: object): KubeObject {
  const { apiVersion, kind, namespaced } = resourceByName(resource);
  const metadata = { name: 'x', ...(namespaced ? { namespace: 'default' } : {}) };
  const object = { apiVersion, kind, metadata, ...fields } as unknown as KubeObject;
  applyDefaults(resource, object);
  return object;
}
const told = (errors: { field: string; message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`);

describe('objects of CSI drivers', () => {
  const source = { persistentVolumeName: 'pv' };
  it.each<[ResourceName, object, string[]]>([
    ['csidrivers.storage.k8s.io', {}, []],
    [
      'csidrivers.storage.k8s.io',
      { spec: { fsGroupPolicy: 'Some' } },
      [
        'spec.fsGroupPolicy: Unsupported value: "Some": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      ],
    ],
    ['csinodes.storage.k8s.io', {}, []],
    [
      'csinodes.storage.k8s.io',
      { spec: { drivers: [{ name: 'a.b' }] } },
      ['spec.drivers[0].nodeID: Required value'],
    ],
    ['volumeattachments.storage.k8s.io', { spec: { attacher: 'a.b', nodeName: 'n', source } }, []],
    [
      'volumeattachments.storage.k8s.io',
      {},
      [
        'spec.attacher: Required value',
        'spec.nodeName: Required value',
        'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      ],
    ],
    ['csistoragecapacities.storage.k8s.io', { storageClassName: 'fast' }, []],
  ])('%s %j', (resource, fields, errors) => {
    expect(told(validateCreate(resource, made(resource, fields)))).toEqual(errors);
  });

  it('a driver keeps how it is attached', () => {
    const name = 'csidrivers.storage.k8s.io';
    const errors = validateUpdate(name, made(name, { spec: { attachRequired: false } }), made(name, {}), '');
    expect(told(errors)).toEqual(['spec.attachedRequired: Invalid value: false: field is immutable']);
  });
});
