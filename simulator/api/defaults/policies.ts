import type {
  ClusterRoleBinding,
  LimitRange,
  Namespace,
  NetworkPolicy,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  RoleBinding,
  Secret,
} from '../../schema/types';
import { defaultClaimSpec } from './pod-spec';
import { canonicalAmounts } from './resource-amounts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** core/v1 SetDefaults_Namespace and SetDefaults_NamespaceStatus; the finalizer is the registry's doing. */
export function defaultNamespace(namespace: Namespace): void {
  const { metadata } = namespace;
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  namespace.spec ??= {};
  if (!metadata.uid) namespace.spec.finalizers ??= ['kubernetes'];
  namespace.status ??= {};
  namespace.status.phase ||= 'Active';
}

/** core/v1 SetDefaults_NodeStatus. */
export function defaultNode(node: Node): void {
  if (!node.status) return;
  canonicalAmounts(node.status.capacity);
  if (node.status.capacity) node.status.allocatable ??= { ...node.status.capacity };
  canonicalAmounts(node.status.allocatable);
}

/** core/v1 SetDefaults_PersistentVolume. */
export function defaultVolume(volume: PersistentVolume): void {
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
  if (!volume.spec) return;
  volume.spec.persistentVolumeReclaimPolicy ||= 'Retain';
  volume.spec.volumeMode ??= 'Filesystem';
  if (volume.spec.hostPath) volume.spec.hostPath.type ??= '';
  canonicalAmounts(volume.spec.capacity);
}

/** core/v1 SetDefaults_PersistentVolumeClaim. */
export function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
  canonicalAmounts(claim.status.capacity);
  defaultClaimSpec(claim.spec);
}

/** core/v1 SetDefaults_LimitRangeItem: max → default → defaultRequest ← min, for containers. */
export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    for (const amounts of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio])
      canonicalAmounts(amounts);
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

/** Amounts in canonical text. */
export function defaultQuota({ spec, status }: ResourceQuota): void {
  canonicalAmounts(spec?.hard);
  canonicalAmounts(status?.hard);
  canonicalAmounts(status?.used);
}

/** networking/v1 SetDefaults_NetworkPolicy. */
export function defaultNetworkPolicy({ spec }: NetworkPolicy): void {
  if (!spec) return;
  spec.podSelector ??= {};
  if (!spec.policyTypes?.length) {
    spec.policyTypes = ['Ingress'];
    if (spec.egress?.length) spec.policyTypes.push('Egress');
  }
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
    for (const port of ports ?? []) port.protocol ||= 'TCP';
}

/** rbac/v1 SetDefaults_RoleBinding and SetDefaults_Subject. */
export function defaultRoleBinding(binding: RoleBinding | ClusterRoleBinding): void {
  binding.roleRef ??= { apiGroup: '', kind: '', name: '' };
  binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of binding.subjects ?? [])
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group'))
      subject.apiGroup = RBAC_GROUP;
}

/** core/v1 SetDefaults_Secret, and Convert_v1_Secret_To_core_Secret: `stringData` goes into `data` and wins there. */
export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
  const { stringData } = secret;
  if (!stringData) return;
  delete secret.stringData;
  for (const [key, text] of Object.entries(stringData)) {
    secret.data ??= {};
    secret.data[key] = Buffer.from(text).toString('base64');
  }
}
