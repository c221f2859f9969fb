import { bootstrapRoles } from './api/authorization/bootstrap-roles';
import type { Client } from './api/client';
import { ApiError } from './api/errors';
import { KUBERNETES_VERSION } from './api/server-version';
import { rfc3339 } from './api/storage/object-storage';
import { apiServices, csiNode, flowSchemas, priorityLevels } from './bootstrap-administration';
import type { KubeObject, Node, ResourceName, ResourceTypes } from './schema/types';

/** Addresses of the nodes: 172.18.0.2 onwards, as kind's network gives them. */
export function nodeAddress(index: number): string {
  return `172.18.${Math.floor((index + 2) / 256)}.${(index + 2) % 256}`;
}

/**
 * What a fresh cluster made by kubeadm holds: namespaces, nodes, the Service of the API server, DNS, a storage class,
 * priority classes, roles. What is there already (a restored cluster) is left as it is.
 */
export function bootstrap(
  client: Client,
  options: { nodes: readonly string[]; caCertificate: string; now: number },
): void {
  const ensure = ensureIn(client);
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    ensure(
      'namespaces',
      object('v1', 'Namespace', { name, labels: { 'kubernetes.io/metadata.name': name } }),
    );
  }
  for (const [name, value, description] of [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
  ] as const) {
    ensure('priorityclasses.scheduling.k8s.io', {
      ...object('scheduling.k8s.io/v1', 'PriorityClass', { name }),
      value,
      description,
    });
  }
  for (const { resource, ...role } of bootstrapRoles()) ensure(resource, role);
  options.nodes.forEach((name, index) => {
    const existing = client.get('nodes', '', name);
    if (!existing) ensure('nodes', newNode(name, index, options));
    const node = client.get('nodes', '', name);
    if (node) ensure('csinodes.storage.k8s.io', csiNode(node));
  });
  for (const each of apiServices(options.now)) ensure('apiservices.apiregistration.k8s.io', each);
  for (const each of priorityLevels()) {
    ensure('prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', each);
  }
  for (const each of flowSchemas(options.now)) ensure('flowschemas.flowcontrol.apiserver.k8s.io', each);
  for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    ensure('serviceaccounts', object('v1', 'ServiceAccount', { name: 'default', namespace }));
    ensure('configmaps', {
      ...object('v1', 'ConfigMap', {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      }),
      data: { 'ca.crt': options.caCertificate },
    });
  }
  ensure('storageclasses.storage.k8s.io', {
    ...object('storage.k8s.io/v1', 'StorageClass', {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    }),
    provisioner: 'rancher.io/local-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  ensureKubernetesService(client);
  ensure('services', {
    ...object('v1', 'Service', {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: {
        'k8s-app': 'kube-dns',
        'kubernetes.io/cluster-service': 'true',
        'kubernetes.io/name': 'CoreDNS',
      },
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    }),
    spec: {
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10'],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  });
}

/** The Service of the API server itself, and where it is (controlplane, kubernetesservice). What is there is left as it is. */
export function ensureKubernetesService(client: Client): void {
  const ensure = ensureIn(client);
  ensure('services', {
    ...object('v1', 'Service', {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    }),
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  });
  const address = nodeAddress(0);
  ensure('endpoints', {
    ...object('v1', 'Endpoints', {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    }),
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  });
  ensure('endpointslices.discovery.k8s.io', {
    ...object('discovery.k8s.io/v1', 'EndpointSlice', {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    }),
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  });
}

function ensureIn(client: Client) {
  return <R extends ResourceName>(resource: R, object: unknown): void => {
    try {
      client.create(resource, object as ResourceTypes[R]);
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    }
  };
}

function object(apiVersion: string, kind: string, metadata: Record<string, unknown>): KubeObject {
  return { apiVersion, kind, metadata } as unknown as KubeObject;
}

/** A node of kind with 8 CPUs and 16 GiB, as its kubelet registers it. */
function newNode(name: string, index: number, options: { nodes: readonly string[]; now: number }): Node {
  const controlPlane = index === 0;
  const amounts = {
    cpu: '8',
    'ephemeral-storage': '61202244Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '16393244Ki',
    pods: '110',
  };
  const now = rfc3339(options.now);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  const identifier = name.split('').reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const machine = identifier.toString(16).padStart(8, '0').repeat(4);
  return {
    ...object('v1', 'Node', {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
        // kind takes that one away, too, where there is nowhere else to run.
        ...(controlPlane && options.nodes.length > 1
          ? { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
          : {}),
      },
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    }),
    spec: {
      podCIDR: `10.244.${index}.0/24`,
      podCIDRs: [`10.244.${index}.0/24`],
      // kind takes the taint away where there is nowhere else to run.
      ...(controlPlane && options.nodes.length > 1
        ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }
        : {}),
      providerID: `kind://docker/podlab/${name}`,
    },
    status: {
      capacity: amounts,
      allocatable: amounts,
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: name },
      ],
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
      nodeInfo: {
        architecture: 'amd64',
        bootID: `${machine.slice(0, 8)}-0000-4000-8000-${machine.slice(0, 12)}`,
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.0-podlab',
        kubeProxyVersion: '',
        kubeletVersion: KUBERNETES_VERSION,
        machineID: machine,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        systemUUID: `${machine.slice(0, 8)}-0000-4000-8000-${machine.slice(12, 24)}`,
      },
    },
  } as unknown as Node;
}
