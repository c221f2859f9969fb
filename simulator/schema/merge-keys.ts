/**
 * How lists and structs merge, by model and field (the patchMergeKey, listType and structType markers of k8s.io/api).
 * Lists that are not named here are replaced whole, maps and structs merge field by field.
 */
export interface ListRule {
  /** Strategic merge patch: items are matched by this field; '' for a set of plain values. */
  patchKey?: string;
  /** Strategic merge patch: fields of the struct or item that the patch does not name are cleared ($retainKeys). */
  retainKeys?: boolean;
  /** Server-side apply: fields that together name an item. */
  mapKeys?: readonly string[];
  /** Server-side apply: a set of plain values. */
  set?: boolean;
}

const by = (...keys: [string, ...string[]]): ListRule => ({ patchKey: keys[0], mapKeys: keys });

const container: Record<string, ListRule> = {
  env: by('name'),
  ports: { patchKey: 'containerPort', mapKeys: ['containerPort', 'protocol'] },
  volumeDevices: by('devicePath'),
  volumeMounts: by('mountPath'),
};

const conditions: Record<string, ListRule> = { conditions: by('type') };

export const LIST_RULES: Readonly<Record<string, Readonly<Record<string, ListRule>>>> = {
  V1ObjectMeta: {
    finalizers: { patchKey: '', set: true },
    ownerReferences: by('uid'),
  },
  V1Container: container,
  V1EphemeralContainer: container,
  V1PodSpec: {
    containers: by('name'),
    ephemeralContainers: by('name'),
    hostAliases: by('ip'),
    imagePullSecrets: by('name'),
    initContainers: by('name'),
    resourceClaims: { ...by('name'), retainKeys: true },
    schedulingGates: by('name'),
    topologySpreadConstraints: { patchKey: 'topologyKey', mapKeys: ['topologyKey', 'whenUnsatisfiable'] },
    volumes: { ...by('name'), retainKeys: true },
  },
  V1PodStatus: {
    conditions: by('type'),
    hostIPs: by('ip'),
    podIPs: by('ip'),
    resourceClaimStatuses: { ...by('name'), retainKeys: true },
  },
  V1ResourceRequirements: { claims: { mapKeys: ['name'] } },
  V1ContainerStatus: { allocatedResourcesStatus: by('name'), volumeMounts: by('mountPath') },
  V1ServiceSpec: { ports: { patchKey: 'port', mapKeys: ['port', 'protocol'] } },
  V1ServiceStatus: conditions,
  V1ServiceAccount: { secrets: by('name') },
  V1NodeSpec: { podCIDRs: { patchKey: '', set: true } },
  V1NodeStatus: { addresses: by('type'), conditions: by('type') },
  V1NamespaceStatus: conditions,
  V1PersistentVolumeClaimStatus: conditions,
  V1DeploymentSpec: { strategy: { retainKeys: true } },
  V1DeploymentStatus: conditions,
  V1ReplicaSetStatus: conditions,
  V1StatefulSetStatus: conditions,
  V1DaemonSetStatus: conditions,
  V1JobStatus: conditions,
  V1PodDisruptionBudgetStatus: conditions,
  V2HorizontalPodAutoscalerStatus: conditions,
};

/** Structs that server-side apply owns as one (structType=atomic). */
export const ATOMIC_STRUCTS: ReadonlySet<string> = new Set([
  'V1ConfigMapKeySelector',
  'V1FileKeySelector',
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ObjectFieldSelector',
  'V1ObjectReference',
  'V1ResourceFieldSelector',
  'V1RoleRef',
  'V1ScopeSelector',
  'V1ScopedResourceSelectorRequirement',
  'V1SecretKeySelector',
  'V1SecretReference',
  'V1TypedLocalObjectReference',
  'V1OwnerReference',
  'RbacV1Subject',
]);

/** Maps that server-side apply owns as one (mapType=atomic): `model.field`. */
export const ATOMIC_MAPS: ReadonlySet<string> = new Set(['V1PodSpec.nodeSelector', 'V1ServiceSpec.selector']);
