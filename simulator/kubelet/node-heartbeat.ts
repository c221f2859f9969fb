import type { Client } from '../api/client';
import { ApiError } from '../api/errors';
import type { Clock, Timer } from '../clock/clock';
import type { ImageService } from '../runtime/container-runtime';
import type { Lease, Node } from '../schema/types';
import { time } from './status/time';

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
/** kubelet nodeStatusReportFrequency. */
const REPORT_MS = 300_000;

/** Keeps saying that the node is alive: often by its Lease (kubelet nodelease), now and then by its status. */
export class NodeHeartbeat {
  private timer: Timer | undefined;
  private reportedAt = 0;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly images: ImageService,
    private readonly nodeName: string,
  ) {}

  start(): void {
    this.beat();
  }

  stop(): void {
    this.timer?.cancel();
  }

  private beat(): void {
    try {
      this.renew();
      if (this.clock.now() - this.reportedAt >= REPORT_MS) this.report();
    } catch (error) {
      // Its namespace or its node is not there yet, or gone: the next beat tries again.
      if (!(error instanceof ApiError)) throw error;
    }
    this.timer = this.clock.after(RENEW_MS, () => this.beat());
  }

  private report(): void {
    const stored = this.client.get('nodes', '', this.nodeName);
    if (!stored) return;
    this.reportedAt = this.clock.now();
    const now = time(this.clock.now());
    const conditions = stored.status?.conditions?.map((condition) => ({
      ...condition,
      lastHeartbeatTime: now,
    }));
    const images = this.images.list().map(({ name, id, sizeBytes }) => ({ names: [id, name], sizeBytes }));
    const status = { ...stored.status, ...(conditions ? { conditions } : {}), images };
    this.client.updateStatus('nodes', { ...stored, status } as Node);
  }

  private renew(): void {
    const renewTime = new Date(this.clock.now()).toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: this.nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    const stored = this.client.get('leases.coordination.k8s.io', 'kube-node-lease', this.nodeName);
    if (stored) {
      this.client.update('leases.coordination.k8s.io', { ...stored, spec } as unknown as Lease);
      return;
    }
    const uid = this.client.get('nodes', '', this.nodeName)?.metadata.uid;
    if (!uid) return;
    this.client.create('leases.coordination.k8s.io', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: this.nodeName,
        namespace: 'kube-node-lease',
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: this.nodeName, uid }],
      },
      spec,
    } as unknown as Lease);
  }
}
