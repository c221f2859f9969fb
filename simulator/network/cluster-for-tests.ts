import type { Client, WatchEvent } from '../api/client';
import { VirtualClock } from '../clock/virtual-clock';
import type { KubeObject } from '../schema/types';
import type { NetworkError } from './namespace';
import { SimulatedNetwork } from './simulated-network';

export const ready = { ready: true, serving: true, terminating: false };

/** The watched side of a cluster: objects are shown to the network as a watch would. */
export function cluster() {
  const handlers = new Map<string, ((event: WatchEvent<KubeObject>) => void)[]>();
  const client = {
    watch: (resource: string, _options: object, handler: (event: WatchEvent<KubeObject>) => void) => {
      handlers.set(resource, [...(handlers.get(resource) ?? []), handler]);
      return () => undefined;
    },
  } as unknown as Client;
  const show = (resource: string, namespace: string, name: string, rest: object, labels = {}) => {
    const object = { metadata: { namespace, name, labels }, ...rest } as unknown as KubeObject;
    for (const handler of handlers.get(resource) ?? []) handler({ type: 'ADDED', object });
  };
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ client, clock, random: () => 0 });
  for (const name of ['default', 'other'])
    show('namespaces', '', name, {}, { 'kubernetes.io/metadata.name': name });
  const pod = (namespace: string, name: string, labels = {}, ports: object[] = []) => {
    show('pods', namespace, name, { spec: { containers: [{ ports }] } }, labels);
    const place = { podNamespace: namespace, podName: name, nodeName: 'n', nodeIP: '172.18.0.2' };
    return network.attach({ ...place, hostNetwork: false }).namespace;
  };
  const slice = (name: string, port: number, endpoints: object[], portName = '') =>
    show(
      'endpointslices.discovery.k8s.io',
      'default',
      `${name}-x`,
      { ports: [{ name: portName, port, protocol: 'TCP' }], endpoints },
      { 'kubernetes.io/service-name': name },
    );
  return { clock, network, show, pod, slice };
}

export type Show = ReturnType<typeof cluster>['show'];

export async function outcome(
  connection: Promise<{ remote: { address: string } }>,
  clock: VirtualClock,
): Promise<string> {
  const told = connection.then(
    ({ remote }) => `connected to ${remote.address}`,
    (error: NetworkError) => error.code,
  );
  await clock.advance(130_000);
  return told;
}
