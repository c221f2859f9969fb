import type { ResourceDefinition } from '../schema/resources';
import type { KubeObject } from '../schema/types';
import { autoscalerToV1, autoscalerToV2 } from './autoscaling-conversion';
import { decodeCustom, defaultCustom } from './custom/structural';

type Loose = KubeObject & Record<string, unknown>;

/** A stored object in the version that a client asked for (autoscaling/v1, events.k8s.io/v1). */
export function fromStored(resource: ResourceDefinition, object: KubeObject): KubeObject {
  switch (resource.convertedFrom && resource.apiVersion) {
    case 'events.k8s.io/v1':
      return eventToNew(object as Loose);
    case 'autoscaling/v1':
      return autoscalerToV1(object as Loose);
    default:
      return resource.custom ? customFromStored(resource, object) : object;
  }
}

/**
 * A schema may have changed since an object was stored: what it no longer knows is left out, and its defaults are filled in
 * (apiextensions, pruning and defaulting when reading from etcd). Versions differ in their name alone (conversion strategy None).
 */
function customFromStored({ custom, apiVersion }: ResourceDefinition, object: KubeObject): KubeObject {
  if (!custom) return object;
  const { value } = decodeCustom(custom.schema, object as Loose);
  defaultCustom(custom.schema, value);
  return { ...(value as Loose), apiVersion };
}

/** The other way. */
export function toStored(resource: ResourceDefinition, object: KubeObject): KubeObject {
  switch (resource.convertedFrom && resource.apiVersion) {
    case 'events.k8s.io/v1':
      return eventToCore(object as Loose);
    case 'autoscaling/v1':
      return autoscalerToV2(object as Loose);
    default:
      return resource.convertedFrom ? { ...object, apiVersion: resource.convertedFrom } : object;
  }
}

/** pkg/apis/events/v1/conversion.go: fields that core/v1 has under another name. */
const EVENT_FIELDS = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

function eventToNew(event: Loose): KubeObject {
  const renamed: Loose = { ...event, apiVersion: 'events.k8s.io/v1' };
  for (const [core, name] of EVENT_FIELDS) move(renamed, core, name);
  return renamed;
}

function eventToCore(event: Loose): KubeObject {
  const renamed: Loose = { ...event, apiVersion: 'v1' };
  for (const [core, name] of EVENT_FIELDS) move(renamed, name, core);
  return renamed;
}

function move(object: Record<string, unknown>, from: string, to: string): void {
  if (!(from in object)) return;
  object[to] = object[from];
  delete object[from];
}
