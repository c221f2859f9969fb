import { define, READ_WRITE, type ResourceDefinition } from './resource-definition';
import type { ResourceName } from './types';

export type { ResourceDefinition, Subresource } from './resource-definition';

const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update'];

/** Every resource that is simulated, in the order in which discovery lists groups. */
export const RESOURCES: readonly ResourceDefinition[] = [
  define({ kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] }),
  define({ kind: 'Endpoints', plural: 'endpoints', shortNames: ['ep'] }),
  define({ kind: 'Event', plural: 'events', shortNames: ['ev'], model: 'CoreV1Event' }),
  define({ kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'] }),
  define({
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    clusterScoped: true,
    status: true,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  }),
  define({
    kind: 'Node',
    plural: 'nodes',
    shortNames: ['no'],
    clusterScoped: true,
    status: true,
    subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: PROXY_VERBS }],
  }),
  define({
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    status: true,
  }),
  define({
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    shortNames: ['pv'],
    clusterScoped: true,
    status: true,
  }),
  define({
    kind: 'Pod',
    plural: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    subresources: [
      { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
      { name: 'binding', kind: 'Binding', verbs: ['create'] },
      { name: 'ephemeralcontainers', kind: 'Pod', verbs: READ_WRITE },
      { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
      { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
      { name: 'log', kind: 'Pod', verbs: ['get'] },
      { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
      { name: 'proxy', kind: 'PodProxyOptions', verbs: PROXY_VERBS },
      { name: 'resize', kind: 'Pod', verbs: READ_WRITE },
    ],
  }),
  define({ kind: 'PodTemplate', plural: 'podtemplates' }),
  define({
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    shortNames: ['rc'],
    categories: ['all'],
    status: true,
    scale: true,
  }),
  define({ kind: 'ResourceQuota', plural: 'resourcequotas', shortNames: ['quota'], status: true }),
  define({ kind: 'Secret', plural: 'secrets' }),
  define({
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    shortNames: ['sa'],
    subresources: [
      {
        name: 'token',
        group: 'authentication.k8s.io',
        version: 'v1',
        kind: 'TokenRequest',
        verbs: ['create'],
      },
    ],
  }),
  define({
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
    subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: PROXY_VERBS }],
  }),

  define({ apiVersion: 'apps/v1', kind: 'ControllerRevision', plural: 'controllerrevisions' }),
  define({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    plural: 'daemonsets',
    shortNames: ['ds'],
    categories: ['all'],
    status: true,
  }),
  define({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    categories: ['all'],
    scale: true,
    status: true,
  }),
  define({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    plural: 'replicasets',
    shortNames: ['rs'],
    categories: ['all'],
    scale: true,
    status: true,
  }),
  define({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    shortNames: ['sts'],
    categories: ['all'],
    scale: true,
    status: true,
  }),

  define({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    plural: 'events',
    shortNames: ['ev'],
    model: 'EventsV1Event',
    storedAs: 'events',
    convertedFrom: 'v1',
  }),

  define({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    model: 'V2HorizontalPodAutoscaler',
  }),
  define({
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    status: true,
    convertedFrom: 'autoscaling/v2',
  }),

  define({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    plural: 'cronjobs',
    shortNames: ['cj'],
    categories: ['all'],
    status: true,
  }),
  define({ apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', categories: ['all'], status: true }),

  define({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    shortNames: ['csr'],
    clusterScoped: true,
    subresources: [{ name: 'approval', kind: 'CertificateSigningRequest', verbs: READ_WRITE }],
    status: true,
  }),

  define({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    plural: 'ingressclasses',
    clusterScoped: true,
  }),
  define({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    plural: 'ingresses',
    shortNames: ['ing'],
    status: true,
  }),
  define({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    shortNames: ['netpol'],
  }),

  define({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    status: true,
  }),

  define({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    clusterScoped: true,
  }),
  define({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    clusterScoped: true,
  }),
  define({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', plural: 'rolebindings' }),
  define({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles' }),

  define({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    shortNames: ['sc'],
    clusterScoped: true,
  }),
  define({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', plural: 'csidrivers', clusterScoped: true }),
  define({ apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', plural: 'csinodes', clusterScoped: true }),
  define({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    plural: 'csistoragecapacities',
  }),
  define({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    plural: 'volumeattachments',
    clusterScoped: true,
    status: true,
  }),

  define({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    shortNames: ['pc'],
    clusterScoped: true,
  }),
  define({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }),
  define({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    plural: 'runtimeclasses',
    clusterScoped: true,
  }),
  define({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', plural: 'endpointslices' }),
  define({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    clusterScoped: true,
    status: true,
  }),
  define({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    plural: 'apiservices',
    categories: ['api-extensions'],
    clusterScoped: true,
    status: true,
  }),
  define({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    plural: 'flowschemas',
    clusterScoped: true,
    status: true,
  }),
  define({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    plural: 'prioritylevelconfigurations',
    clusterScoped: true,
    status: true,
  }),
];

const stored = new Map<string, ResourceDefinition>(
  RESOURCES.filter((resource) => !resource.convertedFrom).map((resource) => [resource.name, resource]),
);
const served = new Map<string, ResourceDefinition>(
  RESOURCES.map((resource) => [`${resource.apiVersion}/${resource.plural}`, resource]),
);
const kinds = new Map<string, ResourceDefinition>(
  RESOURCES.map((resource) => [`${resource.apiVersion}/${resource.kind}`, resource]),
);

/** The resource in the version that is stored; undefined when it is not built in. */
export function builtInResource(name: string): ResourceDefinition | undefined {
  return stored.get(name);
}

/** A built-in resource in the version that is stored. */
export function resourceByName(name: ResourceName): ResourceDefinition {
  const found = builtInResource(name);
  if (!found) throw new Error(`no such resource: ${name}`);
  return found;
}

/** What a refusal calls the resource of that name, built in or custom. */
export function resourceParts(name: string): Pick<ResourceDefinition, 'group' | 'plural' | 'kind'> {
  const [plural = '', ...group] = name.split('.');
  return builtInResource(name) ?? { plural, group: group.join('.'), kind: plural };
}

/** `('apps/v1', 'deployments')`; undefined when it is not served. */
export function resourceByPath(apiVersion: string, plural: string): ResourceDefinition | undefined {
  return served.get(`${apiVersion}/${plural}`);
}

/** `('apps/v1', 'Deployment')`; undefined when it is not served. */
export function resourceByKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
  return kinds.get(`${apiVersion}/${kind}`);
}

/** `pods` or `deployments.apps`: how messages name it (schema.GroupResource). */
export function groupResource(resource: { group: string; plural: string }): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}
