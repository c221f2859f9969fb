import type { Client } from '../api/client';
import type { Pod } from '../schema/types';
import type { Protocol } from './route';

/** A port of a node that leads to one of a Pod's. */
interface HostPort {
  protocol: string;
  /** '' for all addresses of the node. */
  hostIP: string;
  hostPort: number;
  containerPort: number;
}

export interface HostPortTarget {
  namespace: string;
  name: string;
  port: number;
}

/** The `hostPort`s of Pods, as the portmap plugin of the network translates them. Pods on the node's own network need none. */
export class HostPorts {
  private readonly byPod = new Map<string, { pod: Pod; ports: HostPort[] }>();
  private readonly stop: () => void;

  constructor(client: Client) {
    this.stop = client.watch('pods', {}, ({ type, object }) => {
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      const ports = type === 'DELETED' ? [] : portsOf(object);
      if (ports.length > 0) this.byPod.set(key, { pod: object, ports });
      else this.byPod.delete(key);
    });
  }

  close(): void {
    this.stop();
  }

  /** Where `address:port` of a node leads; undefined when no Pod there has that port. */
  find(node: string, protocol: Protocol, address: string, port: number): HostPortTarget | undefined {
    for (const { pod, ports } of this.byPod.values()) {
      if (pod.spec?.nodeName !== node) continue;
      const found = ports.find(
        (each) =>
          each.hostPort === port &&
          each.protocol === protocol &&
          (each.hostIP === '' || each.hostIP === address),
      );
      const { namespace = '', name = '' } = pod.metadata;
      if (found) return { namespace, name, port: found.containerPort };
    }
    return undefined;
  }
}

function portsOf({ spec, status }: Pod): HostPort[] {
  // With the sandbox of a Pod that has ended its rules went, too.
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (!spec || spec.hostNetwork || ended) return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP = '', containerPort, protocol = 'TCP' }) =>
      hostPort
        ? [
            {
              hostPort,
              hostIP: hostIP === '0.0.0.0' ? '' : hostIP,
              containerPort,
              protocol: protocol.toLowerCase(),
            },
          ]
        : [],
    ),
  );
}
