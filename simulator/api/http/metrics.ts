import type { ContainerMetrics, PodMetrics } from '../../metrics/usage-sampler';
import type { ResourceName } from '../../schema/types';
import type { Store } from '../../store/store';
import { matcher } from '../in-process-client';
import { notFound } from '../refusals';
import { rfc3339 } from '../storage/object-storage';
import { type Exchange, sendJson } from './exchange';

const METRICS_GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';
const API_VERSION = `${METRICS_GROUP}/${VERSION}`;

export interface MetricsParts {
  store: Store;
  pods: () => PodMetrics[];
  now: () => number;
}

/**
 * Serves `metrics.k8s.io/v1beta1` as metrics-server does: what containers use now, and what a node's containers use
 * together. False when the path is none of its own.
 */
export function serveMetrics(exchange: Exchange, parts: MetricsParts): boolean {
  const match = new RegExp(
    `^/apis/${METRICS_GROUP}/${VERSION}/(?:namespaces/([^/]+)/)?(nodes|pods)(?:/([^/]+))?$`,
  ).exec(exchange.path);
  if (!match || exchange.request.method !== 'GET') return false;
  const [, namespace = '', plural = '', name = ''] = match;
  const kind = plural === 'nodes' ? 'NodeMetrics' : 'PodMetrics';
  const measured = parts.pods();
  const resource: ResourceName = plural === 'nodes' ? 'nodes' : 'pods';
  const labelSelector = exchange.query.get('labelSelector');
  const fieldSelector = exchange.query.get('fieldSelector');
  const matches = matcher(resource, {
    ...(labelSelector ? { labelSelector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
  });
  const items = parts.store
    .list(resource, namespace)
    .filter((object) => (name ? object.metadata.name === name : matches(object)))
    .flatMap(({ metadata }) => {
      const { labels } = metadata;
      const head = {
        metadata: {
          name: metadata.name,
          ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
          creationTimestamp: rfc3339(Date.parse(String(metadata.creationTimestamp))),
          ...(labels ? { labels } : {}),
        },
      };
      if (resource === 'nodes') return { ...head, ...nodeUsage(measured, metadata.name ?? '', parts.now()) };
      const pod = measured.find(
        (each) => each.namespace === metadata.namespace && each.pod === metadata.name,
      );
      return pod ? { ...head, ...podUsage(pod) } : [];
    });
  if (!name) {
    sendJson(exchange, 200, { kind: `${kind}List`, apiVersion: API_VERSION, metadata: {}, items });
    return true;
  }
  const [item] = items;
  if (!item) {
    const named = plural === 'nodes' ? 'nodemetrics' : 'podmetrics';
    throw notFound(
      { group: METRICS_GROUP, plural: named, kind: named },
      plural === 'nodes' ? name : `${namespace}/${name}`,
    );
  }
  sendJson(exchange, 200, { kind, apiVersion: API_VERSION, ...item });
  return true;
}

function podUsage({ at, windowMs, containers }: PodMetrics): object {
  return {
    ...timing(at, windowMs),
    containers: containers.map((container) => ({ name: container.name, usage: amounts([container]) })),
  };
}

function nodeUsage(measured: PodMetrics[], node: string, now: number): object {
  const pods = measured.filter((pod) => pod.node === node);
  const at = Math.max(0, ...pods.map((pod) => pod.at)) || now;
  const windowMs = Math.max(1000, ...pods.map((pod) => pod.windowMs));
  return { ...timing(at, windowMs), usage: amounts(pods.flatMap(({ containers }) => containers)) };
}

function timing(at: number, windowMs: number): object {
  return { timestamp: rfc3339(at), window: `${(windowMs / 1000).toFixed(3)}s` };
}

function amounts(containers: ContainerMetrics[]): object {
  const cpu = containers.reduce((total, { cpuNanoCores }) => total + cpuNanoCores, 0);
  const memory = containers.reduce((total, { memoryBytes }) => total + memoryBytes, 0);
  return { cpu: cpu === 0 ? '0' : `${cpu}n`, memory: `${Math.ceil(memory / 1024)}Ki` };
}
