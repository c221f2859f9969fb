import type { Pod, Service } from '../schema/types';
import { isPodReady } from './controller';

export interface PodEndpoint {
  pod: Pod;
  ip: string;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
}

export interface EndpointPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

/** Pods that resolve a port by name to different numbers stand in different groups. */
export interface EndpointGroup {
  ports: EndpointPort[];
  endpoints: PodEndpoint[];
}

/** The Pods behind a Service by the numbers of its ports; [] when it selects none by itself (endpointslice reconciler). */
export function endpointGroups(service: Service, pods: Pod[]): EndpointGroup[] {
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) return [];
  const groups = new Map<string, EndpointGroup>();
  for (const pod of pods) {
    const matches = selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
    const endpoint = matches ? endpointOf(service, pod) : undefined;
    if (!endpoint) continue;
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function endpointOf(service: Service, pod: Pod): PodEndpoint | undefined {
  const ip = pod.status?.podIP;
  const phase = pod.status?.phase;
  if (!ip || phase === 'Succeeded' || phase === 'Failed') return undefined;
  const terminating = Boolean(pod.metadata.deletionTimestamp);
  const serving = isPodReady(pod);
  const ready = service.spec?.publishNotReadyAddresses ? true : serving && !terminating;
  return { pod, ip, ready, serving, terminating };
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  const found: EndpointPort[] = [];
  for (const { name = '', port, targetPort, protocol = 'TCP', appProtocol } of service.spec?.ports ?? []) {
    const number = resolvePort(targetPort ?? port, pod, protocol);
    if (number !== undefined) {
      found.push({ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) });
    }
  }
  return found;
}

/** podutil.FindPort: by number, or by the name of a port of a container or sidecar. */
function resolvePort(target: number | string | object, pod: Pod, protocol: string): number | undefined {
  const text = String(target);
  if (/^\d+$/.test(text)) return Number(text);
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const port of container.ports ?? []) {
      if (port.name === text && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}
