import type { EndpointSlice, Service } from '../schema/types';
import { type ControllerContext, controllerRef, type StopController, splitKey } from './controller';
import { type EndpointGroup, endpointGroups, type PodEndpoint } from './service-endpoints';
import { watchServicePods } from './service-pods';
import { storeSlices } from './stored-slices';

const MANAGED_BY = 'endpointslice-controller.k8s.io';
/** discovery/v1: so many endpoints fit into one slice. */
const SLICE_SIZE = 100;

/** Keeps the EndpointSlices of each Service with a selector true to its Pods (endpointslice controller). */
export function startEndpointSliceController(context: ControllerContext): StopController {
  return watchServicePods(context, (key) => {
    const [namespace, name] = splitKey(key);
    const service = context.client.get('services', namespace, name);
    if (!service || service.spec?.type === 'ExternalName' || !service.spec?.selector) return;
    reconcile(context, service);
  });
}

function reconcile({ client }: ControllerContext, service: Service): void {
  const { namespace = '', name = '' } = service.metadata;
  const pods = client.list('pods', { namespace });
  const groups = endpointGroups(service, pods);
  const wanted = groups.flatMap(split).map((group) => contentOf(service, group));
  if (wanted.length === 0) wanted.push(contentOf(service, { ports: [], endpoints: [] }));
  storeSlices(client, { namespace, service: name, managedBy: MANAGED_BY }, wanted);
}

function split(group: EndpointGroup): EndpointGroup[] {
  const parts: EndpointGroup[] = [];
  for (let at = 0; at < group.endpoints.length; at += SLICE_SIZE) {
    parts.push({ ports: group.ports, endpoints: group.endpoints.slice(at, at + SLICE_SIZE) });
  }
  return parts;
}

function contentOf(service: Service, { ports, endpoints }: EndpointGroup): EndpointSlice {
  const headless = service.spec?.clusterIP === 'None';
  const { creationTimestamp: _created, ...metadata } = service.metadata;
  const labels = { ...metadata.labels };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: metadata.namespace ?? '',
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': MANAGED_BY,
        'kubernetes.io/service-name': metadata.name ?? '',
        ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controllerRef(service)],
    },
    addressType: 'IPv4',
    endpoints: endpoints.map((endpoint) => describeEndpoint(service, endpoint)),
    ports: ports.map(({ name, port, protocol, appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    })),
  } as EndpointSlice;
}

function describeEndpoint(service: Service, { pod, ip, ready, serving, terminating }: PodEndpoint) {
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  const named = hostname && subdomain === service.metadata.name;
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(named ? { hostname } : {}),
    nodeName,
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}
