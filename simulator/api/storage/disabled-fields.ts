import type { KubeObject, ResourceName, StatefulSet } from '../../schema/types';
import { podTemplateOf } from '../pod-template-of';

/**
 * Drops what belongs to features that are off unless a cluster's administrator turns them on: 1.36 knows the fields, takes
 * an object with them without a word, and keeps none of them (each strategy's dropDisabledFields).
 */
export function dropDisabledFields(resource: ResourceName, object: KubeObject): void {
  dropStopSignals(resource, object);
  if (resource === 'statefulsets.apps') dropMaxUnavailable(object as StatefulSet);
}

/** Feature ContainerStopSignals. */
function dropStopSignals(resource: ResourceName, object: KubeObject): void {
  const { initContainers = [], containers = [] } = podTemplateOf(resource, object)?.spec ?? {};
  for (const container of [...initContainers, ...containers]) {
    if (container.lifecycle?.stopSignal === undefined) continue;
    delete container.lifecycle.stopSignal;
    if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
  }
}

/** Feature MaxUnavailableStatefulSet. */
function dropMaxUnavailable({ spec }: StatefulSet): void {
  delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable;
}
