import type { KubeObject, ResourceName, ResourceTypes } from '../../schema/types';
import { defaultPod } from './pod';
import {
  defaultClaim,
  defaultLimitRange,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultNode,
  defaultQuota,
  defaultRoleBinding,
  defaultSecret,
  defaultVolume,
} from './policies';
import { defaultAutoscaler } from './scaling';
import { defaultService } from './service';
import { completeWireForm } from './wire-form';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultPodTemplate,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads';

type Defaulters = { [R in ResourceName]?: (object: ResourceTypes[R]) => void };

const DEFAULTERS: Defaulters = {
  pods: defaultPod,
  services: defaultService,
  namespaces: defaultNamespace,
  nodes: defaultNode,
  persistentvolumes: defaultVolume,
  persistentvolumeclaims: defaultClaim,
  podtemplates: defaultPodTemplate,
  replicationcontrollers: defaultReplicationController,
  resourcequotas: defaultQuota,
  limitranges: defaultLimitRange,
  secrets: defaultSecret,
  endpoints: ({ subsets }) => {
    for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
  'deployments.apps': defaultDeployment,
  'replicasets.apps': defaultReplicaSet,
  'statefulsets.apps': defaultStatefulSet,
  'daemonsets.apps': defaultDaemonSet,
  'jobs.batch': defaultJob,
  'cronjobs.batch': defaultCronJob,
  'horizontalpodautoscalers.autoscaling': defaultAutoscaler,
  'endpointslices.discovery.k8s.io': ({ ports }) => {
    for (const port of ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  'networkpolicies.networking.k8s.io': defaultNetworkPolicy,
  'ingressclasses.networking.k8s.io': ({ spec }) => {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
  },
  'rolebindings.rbac.authorization.k8s.io': defaultRoleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': defaultRoleBinding,
  'storageclasses.storage.k8s.io': (storageClass) => {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  'csinodes.storage.k8s.io': (node) => {
    node.spec ??= { drivers: [] };
  },
  'csidrivers.storage.k8s.io': (driver) => {
    driver.spec ??= {};
    const { spec } = driver;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  'customresourcedefinitions.apiextensions.k8s.io': ({ spec }) => {
    if (!spec?.names) return;
    spec.names.singular ||= spec.names.kind?.toLowerCase();
    spec.names.listKind ||= `${spec.names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
  },
  'priorityclasses.scheduling.k8s.io': (priorityClass) => {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
};

/**
 * Kubernetes' own defaulting (pkg/apis/<group>/<version>/defaults.go), with quantities put into canonical text. Changes
 * `object` in place: give it a private copy. Running it twice changes nothing more.
 */
export function applyDefaults(resource: ResourceName, object: KubeObject): void {
  completeWireForm(resource, object);
  const defaulter = DEFAULTERS[resource] as ((object: KubeObject) => void) | undefined;
  defaulter?.(object);
}
