import type { Endpoints, Service } from '../schema/types';
import { type ControllerContext, keyOf, type StopController, splitKey } from './controller';
import { type EndpointGroup, endpointGroups, type PodEndpoint } from './service-endpoints';
import { watchServicePods } from './service-pods';

/** Keeps the Endpoints of each Service, which EndpointSlices have superseded but `kubectl get endpoints` still shows. */
export function startEndpointsController(context: ControllerContext): StopController {
  const reconcileKey = (key: string): void => {
    const [namespace, name] = splitKey(key);
    const service = context.client.get('services', namespace, name);
    if (!service) {
      const stored = context.client.get('endpoints', namespace, name);
      if (stored?.metadata.labels?.[MANAGED]) context.client.delete('endpoints', namespace, name);
    } else if (service.spec?.selector && service.spec.type !== 'ExternalName') {
      reconcile(context, service);
    }
  };
  return watchServicePods(context, reconcileKey, (client, enqueue) =>
    client.watch('endpoints', {}, ({ type, object }) => {
      if (type === 'DELETED') enqueue(keyOf(object));
    }),
  );
}

const MANAGED = 'endpoints.kubernetes.io/managed-by';

function reconcile({ client }: ControllerContext, service: Service): void {
  const { namespace = '', name = '' } = service.metadata;
  const subsets = subsetsOf(service, endpointGroups(service, client.list('pods', { namespace })));
  const headless = service.spec?.clusterIP === 'None';
  const labels = {
    ...service.metadata.labels,
    [MANAGED]: 'endpoint-controller',
    ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  const stored = client.get('endpoints', namespace, name);
  const content = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    ...(subsets.length > 0 ? { subsets } : {}),
  };
  if (!stored) {
    client.create('endpoints', { ...content, metadata: { name, namespace, labels } } as Endpoints);
  } else {
    client.update('endpoints', { ...content, metadata: { ...stored.metadata, labels } } as Endpoints);
  }
}

function subsetsOf(service: Service, groups: EndpointGroup[]) {
  return groups
    .map(({ ports, endpoints }) => {
      // A terminating Pod is no endpoint here, whatever its readiness.
      const counted = endpoints.filter(({ terminating, ready }) => !terminating || ready);
      const ready = counted.filter((each) => each.ready).map((each) => address(service, each));
      const waiting = counted.filter((each) => !each.ready).map((each) => address(service, each));
      const listed = ports.map(({ name, port, protocol }) => ({ ...(name ? { name } : {}), port, protocol }));
      return {
        ...(ready.length > 0 ? { addresses: ready } : {}),
        ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
        ...(listed.length > 0 ? { ports: listed } : {}),
      };
    })
    .filter((subset) => subset.addresses ?? subset.notReadyAddresses);
}

function address(service: Service, { pod, ip }: PodEndpoint) {
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  const { name, namespace, uid } = pod.metadata;
  return {
    ip,
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    nodeName,
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}
