import { parse } from 'yaml';
import { resourceByName } from '../../schema/resources';
import type { KubeObject, ResourceName } from '../../schema/types';
import { applyDefaults } from '../defaults';

/** An object named x from the YAML of what stands beside its metadata, defaulted. */
export function objectForTests(resource: ResourceName, yaml: string, name = 'x'): KubeObject {
  const { apiVersion, kind, namespaced } = resourceByName(resource);
  const metadata = { name, ...(namespaced && { namespace: 'lab' }) };
  const object = { apiVersion, kind, metadata, ...parse(yaml) } as KubeObject;
  applyDefaults(resource, object);
  return object;
}
