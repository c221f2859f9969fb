import type { NetworkStream } from '../runtime/container-runtime';

/**
 * The flat network of a cluster: one address per Pod, Services in front of them (what kube-proxy and CoreDNS do,
 * from watched Services and EndpointSlices), NetworkPolicies between them.
 */
export interface ClusterNetwork {
  /** From a node to any address of the cluster: the API server's proxy subresource, an Ingress, a NodePort. */
  dial(
    from: { node: string },
    host: string,
    port: number,
    options?: { timeoutMs?: number },
  ): Promise<NetworkStream>;
  close(): void;
}

/** A connection that did not come about. */
export class DialError extends Error {
  override readonly name = 'DialError';
  constructor(
    readonly code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'ENOTFOUND' | 'EHOSTUNREACH' | 'ECONNRESET',
    message: string,
  ) {
    super(message);
  }
}
