import type * as models from '@kubernetes/client-node';

/** A model of @kubernetes/client-node as it looks in JSON: dates are RFC 3339 strings, `_from` is `from`. */
export type Json<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [K in keyof T as K extends `_${infer Name}` ? Name : K]: Json<T[K]> }
      : T;

type ObjectOf<T> = Json<T> & { apiVersion: string; kind: string; metadata: ObjectMeta };

export type ObjectMeta = Json<models.V1ObjectMeta>;
export type OwnerReference = Json<models.V1OwnerReference>;

/** Any stored object. `metadata.name`, `uid`, `resourceVersion` and `creationTimestamp` are set once it is stored. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export type Pod = ObjectOf<models.V1Pod>;
export type PodSpec = Json<models.V1PodSpec>;
export type PodStatus = Json<models.V1PodStatus>;
export type PodCondition = Json<models.V1PodCondition>;
export type PodTemplate = ObjectOf<models.V1PodTemplate>;
export type PodTemplateSpec = Json<models.V1PodTemplateSpec>;
export type Container = Json<models.V1Container>;
export type ContainerStatus = Json<models.V1ContainerStatus>;
export type ContainerState = Json<models.V1ContainerState>;
export type Probe = Json<models.V1Probe>;
export type Volume = Json<models.V1Volume>;
export type VolumeMount = Json<models.V1VolumeMount>;
export type EnvVar = Json<models.V1EnvVar>;
export type ConfigMap = ObjectOf<models.V1ConfigMap>;
export type Secret = ObjectOf<models.V1Secret>;
export type Service = ObjectOf<models.V1Service>;
export type Endpoints = ObjectOf<models.V1Endpoints>;
export type EndpointSlice = ObjectOf<models.V1EndpointSlice>;
export type Namespace = ObjectOf<models.V1Namespace>;
export type Node = ObjectOf<models.V1Node>;
export type ServiceAccount = ObjectOf<models.V1ServiceAccount>;
export type Event = ObjectOf<models.CoreV1Event>;
export type Deployment = ObjectOf<models.V1Deployment>;
export type ReplicaSet = ObjectOf<models.V1ReplicaSet>;
export type ReplicationController = ObjectOf<models.V1ReplicationController>;
export type StatefulSet = ObjectOf<models.V1StatefulSet>;
export type DaemonSet = ObjectOf<models.V1DaemonSet>;
export type ControllerRevision = ObjectOf<models.V1ControllerRevision>;
export type Job = ObjectOf<models.V1Job>;
export type CronJob = ObjectOf<models.V1CronJob>;
export type HorizontalPodAutoscaler = ObjectOf<models.V2HorizontalPodAutoscaler>;
export type PodDisruptionBudget = ObjectOf<models.V1PodDisruptionBudget>;
export type PersistentVolume = ObjectOf<models.V1PersistentVolume>;
export type PersistentVolumeClaim = ObjectOf<models.V1PersistentVolumeClaim>;
export type StorageClass = ObjectOf<models.V1StorageClass>;
export type NetworkPolicy = ObjectOf<models.V1NetworkPolicy>;
export type Ingress = ObjectOf<models.V1Ingress>;
export type IngressClass = ObjectOf<models.V1IngressClass>;
export type Role = ObjectOf<models.V1Role>;
export type ClusterRole = ObjectOf<models.V1ClusterRole>;
export type RoleBinding = ObjectOf<models.V1RoleBinding>;
export type ClusterRoleBinding = ObjectOf<models.V1ClusterRoleBinding>;
export type ResourceQuota = ObjectOf<models.V1ResourceQuota>;
export type LimitRange = ObjectOf<models.V1LimitRange>;
export type PriorityClass = ObjectOf<models.V1PriorityClass>;
export type Lease = ObjectOf<models.V1Lease>;
export type CustomResourceDefinition = ObjectOf<models.V1CustomResourceDefinition>;
export type CertificateSigningRequest = ObjectOf<models.V1CertificateSigningRequest>;
export type RuntimeClass = ObjectOf<models.V1RuntimeClass>;
export type CSIDriver = ObjectOf<models.V1CSIDriver>;
export type CSINode = ObjectOf<models.V1CSINode>;
export type CSIStorageCapacity = ObjectOf<models.V1CSIStorageCapacity>;
export type VolumeAttachment = ObjectOf<models.V1VolumeAttachment>;
export type APIService = ObjectOf<models.V1APIService>;
export type FlowSchema = ObjectOf<models.V1FlowSchema>;
export type PriorityLevelConfiguration = ObjectOf<models.V1PriorityLevelConfiguration>;

/** Type of object by resource name (`plural` in the core group, `plural.group` elsewhere, as kubectl writes them). */
export interface ResourceTypes {
  pods: Pod;
  configmaps: ConfigMap;
  secrets: Secret;
  services: Service;
  endpoints: Endpoints;
  namespaces: Namespace;
  nodes: Node;
  serviceaccounts: ServiceAccount;
  events: Event;
  persistentvolumes: PersistentVolume;
  persistentvolumeclaims: PersistentVolumeClaim;
  podtemplates: PodTemplate;
  replicationcontrollers: ReplicationController;
  resourcequotas: ResourceQuota;
  limitranges: LimitRange;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
  'statefulsets.apps': StatefulSet;
  'daemonsets.apps': DaemonSet;
  'controllerrevisions.apps': ControllerRevision;
  'jobs.batch': Job;
  'cronjobs.batch': CronJob;
  'horizontalpodautoscalers.autoscaling': HorizontalPodAutoscaler;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  'networkpolicies.networking.k8s.io': NetworkPolicy;
  'ingresses.networking.k8s.io': Ingress;
  'ingressclasses.networking.k8s.io': IngressClass;
  'roles.rbac.authorization.k8s.io': Role;
  'clusterroles.rbac.authorization.k8s.io': ClusterRole;
  'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  'clusterrolebindings.rbac.authorization.k8s.io': ClusterRoleBinding;
  'storageclasses.storage.k8s.io': StorageClass;
  'priorityclasses.scheduling.k8s.io': PriorityClass;
  'leases.coordination.k8s.io': Lease;
  'certificatesigningrequests.certificates.k8s.io': CertificateSigningRequest;
  'runtimeclasses.node.k8s.io': RuntimeClass;
  'customresourcedefinitions.apiextensions.k8s.io': CustomResourceDefinition;
  'csidrivers.storage.k8s.io': CSIDriver;
  'csinodes.storage.k8s.io': CSINode;
  'csistoragecapacities.storage.k8s.io': CSIStorageCapacity;
  'volumeattachments.storage.k8s.io': VolumeAttachment;
  'apiservices.apiregistration.k8s.io': APIService;
  'flowschemas.flowcontrol.apiserver.k8s.io': FlowSchema;
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': PriorityLevelConfiguration;
}

export type ResourceName = keyof ResourceTypes;
