import type { ResourceDefinition } from '../schema/resources';
import type { KubeObject } from '../schema/types';

type Loose = KubeObject & Record<string, unknown>;

/** A stored object in the version that a client asked for (autoscaling/v1, events.k8s.io/v1). */
export function fromStored(resource: ResourceDefinition, object: KubeObject): KubeObject {
  switch (resource.convertedFrom && resource.apiVersion) {
    case 'events.k8s.io/v1':
      return eventToNew(object as Loose);
    case 'autoscaling/v1':
      return autoscalerToV1(object as Loose);
    default:
      return inVersion(resource, object, resource.apiVersion);
  }
}

/** The other way. */
export function toStored(resource: ResourceDefinition, object: KubeObject): KubeObject {
  switch (resource.convertedFrom && resource.apiVersion) {
    case 'events.k8s.io/v1':
      return eventToCore(object as Loose);
    case 'autoscaling/v1':
      return autoscalerToV2(object as Loose);
    default:
      return inVersion(resource, object, resource.convertedFrom ?? resource.apiVersion);
  }
}

/** Versions of custom resources differ in their name alone (conversion strategy None). */
function inVersion({ custom }: ResourceDefinition, object: KubeObject, apiVersion: string): KubeObject {
  return custom && object.apiVersion !== apiVersion ? { ...object, apiVersion } : object;
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

interface Metric {
  type: string;
  resource?: { name: string; target: { type: string; averageUtilization?: number } };
}

/** pkg/apis/autoscaling/v1/conversion.go: v1 knows the CPU target alone, the rest travels in annotations. */
function autoscalerToV1(autoscaler: Loose): KubeObject {
  const { metrics, behavior: _behavior, ...spec } = (autoscaler['spec'] ?? {}) as Record<string, unknown>;
  const {
    currentMetrics,
    conditions: _conditions,
    ...status
  } = (autoscaler['status'] ?? {}) as Record<string, unknown>;
  const target = cpuUtilization(metrics)?.resource?.target.averageUtilization;
  const current = (
    (currentMetrics as { resource?: { name: string; current: { averageUtilization?: number } } }[] | null) ??
    []
  ).find((metric) => metric.resource?.name === 'cpu')?.resource?.current.averageUtilization;
  return {
    ...autoscaler,
    apiVersion: 'autoscaling/v1',
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  } as KubeObject;
}

function autoscalerToV2(autoscaler: Loose): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = (autoscaler['spec'] ?? {}) as Record<
    string,
    unknown
  >;
  return {
    ...autoscaler,
    apiVersion: 'autoscaling/v2',
    spec: {
      ...spec,
      ...(target === undefined
        ? {}
        : {
            metrics: [
              {
                type: 'Resource',
                resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
              },
            ],
          }),
    },
  } as KubeObject;
}

function cpuUtilization(metrics: unknown): Metric | undefined {
  return ((metrics as Metric[] | undefined) ?? []).find(
    ({ type, resource }) =>
      type === 'Resource' && resource?.name === 'cpu' && resource.target.type === 'Utilization',
  );
}
