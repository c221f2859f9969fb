import type { Client } from '../api/client';
import { ApiError } from '../api/errors';
import type { Clock, Timer } from '../clock/clock';
import type { ContainerRuntime } from '../runtime/container-runtime';
import type { Lease, Node } from '../schema/types';
import { time } from './status/time';

export interface NodeIdentity {
  name: string;
  ip: string;
  podCIDR?: string;
  controlPlane: boolean;
  capacity: Record<string, string>;
  allocatable: Record<string, string>;
}

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
/** kubelet nodeStatusReportFrequency. */
const REPORT_MS = 300_000;
const VERSION = 'v1.36.0';

/** Registers the node and keeps saying that it is alive, by its Lease (kubelet nodelease) and, less often, its status. */
export class NodeRegistration {
  private timer: Timer | undefined;
  private reportedAt = 0;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly runtime: ContainerRuntime,
    private readonly identity: NodeIdentity,
  ) {}

  start(): void {
    this.register();
    this.beat();
  }

  stop(): void {
    this.timer?.cancel();
  }

  private register(): void {
    const { name } = this.identity;
    if (!this.client.get('nodes', '', name)) this.client.create('nodes', this.node());
    this.report();
  }

  private beat(): void {
    this.renew();
    if (this.clock.now() - this.reportedAt >= REPORT_MS) this.report();
    this.timer = this.clock.after(RENEW_MS, () => this.beat());
  }

  private report(): void {
    const stored = this.client.get('nodes', '', this.identity.name);
    if (!stored) return;
    this.reportedAt = this.clock.now();
    try {
      this.client.updateStatus('nodes', { ...stored, status: this.status(stored) } as Node);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private renew(): void {
    const { name } = this.identity;
    const renewTime = new Date(this.clock.now()).toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    try {
      const stored = this.client.get('leases.coordination.k8s.io', 'kube-node-lease', name);
      if (stored) this.client.update('leases.coordination.k8s.io', { ...stored, spec } as unknown as Lease);
      else {
        const uid = this.client.get('nodes', '', name)?.metadata.uid ?? '';
        this.client.create('leases.coordination.k8s.io', {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: {
            name,
            namespace: 'kube-node-lease',
            ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
          },
          spec,
        } as unknown as Lease);
      }
    } catch (error) {
      // Its namespace is made by the API server; the next beat tries again.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private node(): Node {
    const { name, podCIDR, controlPlane } = this.identity;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
        },
        annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
      },
      spec: podCIDR ? { podCIDR, podCIDRs: [podCIDR] } : {},
    };
  }

  private status(stored: Node) {
    const { name, ip, capacity, allocatable } = this.identity;
    const now = time(this.clock.now());
    const condition = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime:
        stored.status?.conditions?.find((old) => old.type === type && old.status === status)
          ?.lastTransitionTime ?? now,
    });
    return {
      ...stored.status,
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      capacity,
      allocatable,
      conditions: [
        condition(
          'MemoryPressure',
          'False',
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images: this.runtime.images
        .list()
        .map(({ name: image, id, sizeBytes }) => ({ names: [id, image], sizeBytes })),
      nodeInfo: {
        architecture: 'amd64',
        bootID: stored.metadata.uid,
        containerRuntimeVersion: 'containerd://2.1.3',
        kernelVersion: '6.1.0-podlab',
        kubeProxyVersion: '',
        kubeletVersion: VERSION,
        machineID: (stored.metadata.uid ?? '').replaceAll('-', ''),
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        systemUUID: stored.metadata.uid,
      },
    };
  }
}
