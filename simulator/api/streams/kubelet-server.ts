import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAgent, PodUsage } from '../../kubelet/node-agent';
import type { Client } from '../client';
import { ApiError } from '../errors';
import type { StreamRequest } from '../extension-points';
import { rfc3339 } from '../storage/object-storage';
import type { StreamServices } from './index';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** nodes/proxy: what the server of a kubelet tells of itself and of its Pods (pkg/kubelet/server). */
export function serveKubelet(
  { client, agents, clock }: StreamServices,
  { name, path }: StreamRequest,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  if (!client.get('nodes', '', name)) {
    throw new ApiError(404, 'NotFound', `nodes "${name}" not found`, { name, kind: 'nodes' });
  }
  const agent = agents(name);
  if (!agent) {
    const text = `error trying to reach service: dial tcp: lookup ${name}: no such host`;
    throw new ApiError(503, 'ServiceUnavailable', text);
  }
  const route = ['GET', 'HEAD'].includes(message.method ?? '') ? path.replace(/(.)\/$/, '$1') : '';
  const document = documentOf(route, { client, agent, name, now: clock.now() });
  if (!document) {
    throw new ApiError(
      501,
      'NotImplemented',
      `The embedded cluster does not simulate ${message.method} ${path || '/'} of a kubelet; use a kind cluster for that.`,
    );
  }
  const [contentType, text] = document;
  response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

interface Asked {
  client: Client;
  agent: NodeAgent;
  name: string;
  now: number;
}

function documentOf(
  route: string,
  { client, agent, name, now }: Asked,
): [contentType: string, text: string] | undefined {
  switch (route) {
    case '/healthz':
    case '/healthz/ping':
    case '/healthz/syncloop':
      return [TEXT_TYPE, 'ok'];
    case '/configz':
      return [JSON_TYPE, JSON.stringify({ kubeletconfig: configuration(client) })];
    case '/pods': {
      const items = client.list('pods', { fieldSelector: `spec.nodeName=${name}` });
      return [JSON_TYPE, JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })];
    }
    case '/stats/summary':
      return [JSON_TYPE, JSON.stringify(summary(client, name, agent.usage(), now), null, 1)];
    case '/metrics/resource':
      return [METRICS_TYPE, resourceMetrics(agent.usage())];
    default:
      return undefined;
  }
}

/** The fields of a KubeletConfiguration that these kubelets have. */
function configuration(client: Client): object {
  return {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    clusterDomain: 'cluster.local',
    clusterDNS: client.get('services', 'kube-system', 'kube-dns')?.spec?.clusterIPs ?? [],
    containerLogMaxSize: '10Mi',
    maxPods: 110,
    port: 10250,
  };
}

/** kubelet/pkg/apis/stats/v1alpha1 Summary, as far as it is measured. */
function summary(client: Client, nodeName: string, pods: readonly PodUsage[], now: number): object {
  const time = rfc3339(now);
  const use = (containers: PodUsage['containers']): object => ({
    cpu: { time, usageCoreNanoSeconds: total(containers, 'cpuNanos') },
    memory: { time, workingSetBytes: total(containers, 'memoryBytes') },
  });
  return {
    node: { nodeName, ...use(pods.flatMap(({ containers }) => containers)) },
    pods: pods.map(({ namespace, pod, containers }) => ({
      podRef: { name: pod, namespace, uid: client.get('pods', namespace, pod)?.metadata.uid ?? '' },
      containers: containers.map((container) => ({
        name: container.name,
        startTime: rfc3339(container.startedAt),
        ...use([container]),
      })),
      ...use(containers),
    })),
  };
}

/** What metrics-server asks a kubelet for (pkg/kubelet/metrics/collectors/resource_metrics.go). */
function resourceMetrics(pods: readonly PodUsage[]): string {
  const all = pods.flatMap(({ containers }) => containers);
  const labels = ({ namespace, pod }: PodUsage, container?: string): string =>
    `{${container === undefined ? '' : `container="${container}",`}namespace="${namespace}",pod="${pod}"}`;
  const family = (name: string, type: string, about: string, lines: string[]): string[] => [
    `# HELP ${name} [STABLE] ${about}`,
    `# TYPE ${name} ${type}`,
    ...lines,
  ];
  const kinds = [
    ['cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed', 'cpuNanos', 1e-9],
    ['memory_working_set_bytes', 'gauge', 'Current working set', 'memoryBytes', 1],
  ] as const;
  return [
    ...kinds.flatMap(([suffix, type, about, field, unit]) => [
      ...family(
        `container_${suffix}`,
        type,
        `${about} of the container`,
        pods.flatMap((pod) =>
          pod.containers.map((each) => `container_${suffix}${labels(pod, each.name)} ${each[field] * unit}`),
        ),
      ),
      ...family(`node_${suffix}`, type, `${about} of the node`, [
        `node_${suffix} ${total(all, field) * unit}`,
      ]),
      ...family(
        `pod_${suffix}`,
        type,
        `${about} of the pod`,
        pods.map((pod) => `pod_${suffix}${labels(pod)} ${total(pod.containers, field) * unit}`),
      ),
    ]),
    '',
  ].join('\n');
}

function total(containers: PodUsage['containers'], field: 'cpuNanos' | 'memoryBytes'): number {
  return containers.reduce((sum, container) => sum + container[field], 0);
}
