import type { EndpointSlice, Endpoints } from '../schema/types';
import { type ControllerContext, controllerRef, keyOf, type StopController, splitKey } from './controller';
import { storeSlices, watchSlices } from './stored-slices';
import { WorkQueue } from './work-queue';

const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
/** Annotations that say something of the Endpoints alone. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
]);
/** --mirroring-max-endpoints-per-subset. */
const LONGEST_SUBSET = 1000;

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

/**
 * Copies Endpoints that somebody wrote by hand, for a Service without a selector, into EndpointSlices, which alone are used
 * (endpointslicemirroring controller).
 */
export function startEndpointSliceMirroringController(context: ControllerContext): StopController {
  const { client } = context;
  const queue = new WorkQueue(context.clock, (key) => reconcile(context, key), context.onError);
  const stops = [
    client.watch('endpoints', {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('services', {}, ({ object }) => queue.add(keyOf(object))),
    watchSlices(client, MANAGED_BY, (key) => queue.add(key)),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

function reconcile({ client }: ControllerContext, key: string): void {
  const [namespace, service] = splitKey(key);
  const endpoints = client.get('endpoints', namespace, service);
  const selected = client.get('services', namespace, service)?.spec;
  const mirrored =
    selected &&
    Object.keys(selected.selector ?? {}).length === 0 &&
    endpoints &&
    !endpoints.metadata.deletionTimestamp &&
    endpoints.metadata.labels?.[SKIP] !== 'true' &&
    endpoints.metadata.annotations?.[LEADER] === undefined;
  const wanted = mirrored ? (endpoints.subsets ?? []).map((subset) => sliceOf(endpoints, subset)) : [];
  storeSlices(client, { namespace, service, managedBy: MANAGED_BY }, wanted);
}

function sliceOf(endpoints: Endpoints, { addresses = [], notReadyAddresses = [], ports = [] }: Subset) {
  const { name = '', namespace = '', labels, annotations } = endpoints.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key));
  const all = [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ];
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': MANAGED_BY,
        'kubernetes.io/service-name': name,
      },
      ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
      ownerReferences: [controllerRef(endpoints)],
    },
    addressType: addresses.concat(notReadyAddresses).some(({ ip }) => ip.includes(':')) ? 'IPv6' : 'IPv4',
    endpoints: all.slice(0, LONGEST_SUBSET),
    ports: ports.map((port) => ({
      name: port.name ?? '',
      port: port.port,
      protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
    })),
  } as EndpointSlice;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: Address, ready: boolean) {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}
