/** Where objects of a kind are listed (a row of `kubectl api-resources`). */
export interface KindInfo {
  kind: string;
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
}

const rows: Record<string, string> = {
  v1: 'Pod ConfigMap Secret Service Endpoints Event PersistentVolumeClaim ReplicationController ResourceQuota LimitRange ServiceAccount PodTemplate',
  'apps/v1': 'Deployment ReplicaSet StatefulSet DaemonSet',
  'batch/v1': 'Job CronJob',
  'networking.k8s.io/v1': 'NetworkPolicy Ingress',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'Role RoleBinding',
};
const clusterRows: Record<string, string> = {
  v1: 'Namespace Node PersistentVolume',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'storage.k8s.io/v1': 'StorageClass',
  'networking.k8s.io/v1': 'IngressClass',
};

function plural(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function table(of: Record<string, string>, namespaced: boolean): KindInfo[] {
  return Object.entries(of).flatMap(([apiVersion, kinds]) =>
    kinds.split(' ').map((kind) => ({
      kind,
      ...splitApiVersion(apiVersion),
      plural: plural(kind),
      namespaced,
    })),
  );
}

/** Kinds that every cluster has: known without asking it. Others are found by discovery (`KubeApi.apply`). */
const knownKinds: readonly KindInfo[] = [...table(rows, true), ...table(clusterRows, false)];

const byKind = new Map(knownKinds.map((info) => [info.kind, info]));

export function knownKind(kind: string, apiVersion?: string): KindInfo | undefined {
  const info = byKind.get(kind);
  if (!info || apiVersion === undefined) return info;
  const { group, version } = splitApiVersion(apiVersion);
  return info.group === group && info.version === version ? info : undefined;
}
