import type { EndpointSlice, Service } from '../schema/types';
import { type ControllerContext, controllerRef, type StopController, splitKey } from './controller';
import { type EndpointGroup, endpointGroups, type PodEndpoint } from './service-endpoints';
import { watchServicePods } from './service-pods';
import { storeSlices, watchSlices } from './stored-slices';

const MANAGED_BY = 'endpointslice-controller.k8s.io';
const ZONE = 'topology.kubernetes.io/zone';
/** Values of trafficDistribution that keep connections near. */
const NEAR = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
/** discovery/v1: so many endpoints fit into one slice. */
const SLICE_SIZE = 100;

/** Keeps the EndpointSlices of each Service with a selector true to its Pods (endpointslice controller). */
export function startEndpointSliceController(context: ControllerContext): StopController {
  const reconcileKey = (key: string): void => {
    const [namespace, name] = splitKey(key);
    const service = context.client.get('services', namespace, name);
    if (!service || service.spec?.type === 'ExternalName' || !service.spec?.selector) return;
    reconcile(context, service);
  };
  return watchServicePods(context, reconcileKey, (client, enqueue) =>
    watchSlices(client, MANAGED_BY, enqueue),
  );
}

type ZoneOf = (node: string) => string | undefined;

function reconcile({ client }: ControllerContext, service: Service): void {
  const { namespace = '', name = '' } = service.metadata;
  const pods = client.list('pods', { namespace });
  const zoneOf: ZoneOf = (node) => client.get('nodes', '', node)?.metadata.labels?.[ZONE];
  const groups = endpointGroups(service, pods);
  const wanted = groups.flatMap(split).map((group) => contentOf(service, group, zoneOf));
  if (wanted.length === 0) wanted.push(contentOf(service, { ports: [], endpoints: [] }, zoneOf));
  storeSlices(client, { namespace, service: name, managedBy: MANAGED_BY }, wanted);
}

function split(group: EndpointGroup): EndpointGroup[] {
  const parts: EndpointGroup[] = [];
  for (let at = 0; at < group.endpoints.length; at += SLICE_SIZE) {
    parts.push({ ports: group.ports, endpoints: group.endpoints.slice(at, at + SLICE_SIZE) });
  }
  return parts;
}

function contentOf(service: Service, { ports, endpoints }: EndpointGroup, zoneOf: ZoneOf): EndpointSlice {
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
    endpoints: endpoints.map((endpoint) => describeEndpoint(service, endpoint, zoneOf)),
    ports: ports.map(({ name, port, protocol, appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    })),
  } as EndpointSlice;
}

function describeEndpoint(
  service: Service,
  { pod, ip, ready, serving, terminating }: PodEndpoint,
  zoneOf: ZoneOf,
) {
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  const zone = nodeName ? zoneOf(nodeName) : undefined;
  const hints = ready ? hintsOf(service, nodeName, zone) : {};
  const named = hostname && subdomain === service.metadata.name;
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(named ? { hostname } : {}),
    nodeName,
    ...(zone ? { zone } : {}),
    ...(Object.keys(hints).length > 0 ? { hints } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

/** Whom a ready endpoint is meant for in the first place (trafficdist.ReconcileHints). */
function hintsOf({ spec }: Service, node: string | undefined, zone: string | undefined) {
  const wish = spec?.trafficDistribution ?? '';
  return {
    ...(NEAR.includes(wish) && zone ? { forZones: [{ name: zone }] } : {}),
    ...(wish === 'PreferSameNode' && node ? { forNodes: [{ name: node }] } : {}),
  };
}
