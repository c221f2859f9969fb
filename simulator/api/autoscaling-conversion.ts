import type { KubeObject } from '../schema/types';
import { DecodeProblem, typedDecode } from './decoding/typed-decode';
import { isObject } from './patch/merge-patch';

/**
 * HorizontalPodAutoscalers in autoscaling/v1, which has a field for the CPU target alone: the rest travels in annotations
 * (pkg/apis/autoscaling/v1/conversion.go).
 */

type Fields = Record<string, unknown>;
type Loose = KubeObject & { spec?: Fields; status?: Fields };

const PREFIX = 'autoscaling.alpha.kubernetes.io';
const METRICS = `${PREFIX}/metrics`;
const CURRENT_METRICS = `${PREFIX}/current-metrics`;
const CONDITIONS = `${PREFIX}/conditions`;
const BEHAVIOR = `${PREFIX}/behavior`;
const ANNOTATIONS: ReadonlySet<string> = new Set([METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR]);

interface Target {
  type: string;
  averageUtilization?: number;
  averageValue?: string;
}

interface Metric extends Fields {
  type: string;
  resource?: { name: string; target: Target };
}

interface Status extends Fields {
  type: string;
  resource?: { name: string; current: Omit<Target, 'type'> };
}

export function autoscalerToV1(autoscaler: Loose): KubeObject {
  const { metrics, behavior, ...spec } = autoscaler.spec ?? {};
  const { currentMetrics, conditions, ...status } = autoscaler.status ?? {};
  const wanted = (metrics ?? []) as Metric[];
  const measured = (currentMetrics ?? []) as Status[];
  const target = wanted.find(isCpuUtilization)?.resource?.target.averageUtilization;
  const current = measured.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  const others = wanted.filter((metric) => !isCpuUtilization(metric));
  const annotations = {
    ...autoscaler.metadata.annotations,
    ...(others.length ? { [METRICS]: JSON.stringify(others.map(metricToV1)) } : {}),
    ...(measured.length ? { [CURRENT_METRICS]: JSON.stringify(measured.map(statusToV1)) } : {}),
    ...(conditions ? { [CONDITIONS]: JSON.stringify(conditions) } : {}),
    ...(behavior ? { [BEHAVIOR]: JSON.stringify(renamed(behavior, capital)) } : {}),
  };
  return {
    ...autoscaler,
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...autoscaler.metadata,
      ...(Object.keys(annotations).length ? { annotations } : {}),
    },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...status,
      ...(current?.averageUtilization === undefined
        ? {}
        : { currentCPUUtilizationPercentage: current.averageUtilization }),
    },
  } as KubeObject;
}

export function autoscalerToV2(autoscaler: Loose): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = autoscaler.spec ?? {};
  const { currentCPUUtilizationPercentage: _current, ...status } = autoscaler.status ?? {};
  const { annotations = {} } = autoscaler.metadata;
  const others = listed(annotations[METRICS], metricToV2, 'V2MetricSpec') ?? [];
  const cpu = { type: 'Utilization', averageUtilization: target };
  const metrics = [
    ...others,
    ...(target === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target: cpu } }]),
  ];
  const measured = listed(annotations[CURRENT_METRICS], statusToV2, 'V2MetricStatus');
  const conditions = listed(annotations[CONDITIONS], (each) => each, 'V2HorizontalPodAutoscalerCondition');
  const behavior = parsed(annotations[BEHAVIOR], (value) =>
    typedDecode('V2HorizontalPodAutoscalerBehavior', renamed(value, small)),
  )?.value;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !ANNOTATIONS.has(name)));
  const { annotations: _all, ...metadata } = autoscaler.metadata;
  return {
    ...autoscaler,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(kept).length ? { annotations: kept } : {}) },
    spec: {
      ...spec,
      ...(metrics.length ? { metrics } : {}),
      ...(behavior ? { behavior } : {}),
    },
    ...(autoscaler.status || measured || conditions
      ? {
          status: {
            ...status,
            ...(measured ? { currentMetrics: measured } : {}),
            ...(conditions ? { conditions } : {}),
          },
        }
      : {}),
  } as KubeObject;
}

function isCpuUtilization({ type, resource }: Metric): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
}

/** v1 writes the target of a resource flat; other kinds of metrics travel as they are. */
function metricToV1(metric: Metric): Fields {
  const { resource, ...rest } = metric;
  if (!resource) return metric;
  const { averageUtilization, averageValue } = resource.target;
  const { name } = resource;
  return {
    ...rest,
    resource: { name, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue },
  };
}

function metricToV2(metric: Fields): Fields {
  const flat = metric['resource'];
  if (!isObject(flat)) return metric;
  const averageUtilization = flat['targetAverageUtilization'];
  const target =
    averageUtilization === undefined
      ? { type: 'AverageValue', averageValue: flat['targetAverageValue'] }
      : { type: 'Utilization', averageUtilization };
  return { ...metric, resource: { name: flat['name'], target } };
}

function statusToV1(status: Status): Fields {
  const { resource, ...rest } = status;
  if (!resource) return status;
  const { averageUtilization, averageValue } = resource.current;
  const { name } = resource;
  return {
    ...rest,
    resource: { name, currentAverageUtilization: averageUtilization, currentAverageValue: averageValue },
  };
}

function statusToV2(status: Fields): Fields {
  const flat = status['resource'];
  if (!isObject(flat)) return status;
  const { name, currentAverageUtilization: averageUtilization, currentAverageValue: averageValue } = flat;
  const current = {
    ...(averageUtilization === undefined ? {} : { averageUtilization }),
    ...(averageValue === undefined ? {} : { averageValue }),
  };
  return { ...status, resource: { name, current } };
}

/** The members of a list in an annotation, as the newer type has them. */
function listed(
  text: string | undefined,
  convert: (member: Fields) => Fields,
  model: string,
): Fields[] | undefined {
  return parsed(text, (value) => {
    if (!Array.isArray(value)) throw new DecodeProblem('not a list');
    return value.map((each) => typedDecode(model, isObject(each) ? convert(each) : each).value);
  });
}

/** Nothing for what an annotation was given by hand: no JSON, or of another type. */
function parsed<T>(text: string | undefined, read: (value: unknown) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DecodeProblem) return undefined;
    throw error;
  }
}

/** The behavior stands in its annotation as the internal type has it: with capitals. */
function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [rename(name), renamed(item, rename)]),
  );
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
