import { resourceByName } from '../../schema/resources';
import type { CertificateSigningRequest, KubeObject, ResourceName, ResourceTypes } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { validateBinding, validateBindingUpdate, validateClusterRole, validateRole } from './access';
import { validateAutoscaler, validateAutoscalerUpdate } from './autoscaling';
import { validateSigningRequest, validateSigningRequestUpdate } from './certificates';
import {
  validateConfigMap,
  validateConfigMapUpdate,
  validateLimitRange,
  validateQuota,
  validateQuotaUpdate,
  validateSecret,
  validateSecretUpdate,
} from './configuration';
import { validateDefinition, validateDefinitionUpdate } from './custom-resource-definitions';
import { validateEndpointSlice, validateEndpointSliceUpdate, validateEndpoints } from './endpoints';
import { validateCronJob, validateJob, validateJobUpdate, validateNewCronJob } from './jobs';
import { validateKubeFinalizers, validateMetadata, validateMetadataUpdate } from './metadata';
import { dns1123Label, dns1123Subdomain, pathSegment } from './names';
import {
  validateIngress,
  validateIngressClass,
  validateIngressClassUpdate,
  validateIngressUpdate,
  validateNetworkPolicy,
} from './networking';
import { validatePodResize } from './pod-resize';
import { validateEphemeralUpdate, validatePod, validatePodUpdate } from './pods';
import {
  validateDisruptionBudget,
  validateEvent,
  validateLease,
  validateNamespace,
  validateNode,
  validateNodeUpdate,
  validatePriorityClass,
  validatePriorityClassUpdate,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
} from './policies';
import { validateService, validateServiceUpdate } from './services';
import {
  validateClaimSpec,
  validateClaimUpdate,
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolume,
  validateVolumeUpdate,
} from './storage';
import {
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateCsiNode,
  validateCsiStorageCapacity,
  validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
} from './storage-drivers';
import {
  validateDaemonSet,
  validateDaemonSetUpdate,
  validateDeployment,
  validateDeploymentUpdate,
  validatePodTemplate,
  validateReplicaSet,
  validateReplicaSetUpdate,
  validateReplicationController,
  validateRevision,
  validateRevisionUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './workloads';

interface Rules<T> {
  /** Of names; RFC 1123 subdomains when absent. */
  name?: (name: string) => string[];
  create?: (object: T) => FieldError[];
  /** `create` when absent. */
  update?: (object: T, old: T) => FieldError[];
}

const RULES: { [R in ResourceName]?: Rules<ResourceTypes[R]> } = {
  pods: { create: validatePod, update: validatePodUpdate },
  configmaps: { create: validateConfigMap, update: validateConfigMapUpdate },
  secrets: { create: validateSecret, update: validateSecretUpdate },
  // RelaxedServiceNameValidation, on since 1.36.
  services: { name: dns1123Label, create: validateService, update: validateServiceUpdate },
  endpoints: { create: validateEndpoints, update: validateEndpoints },
  events: { create: validateEvent },
  namespaces: { name: dns1123Label, create: validateNamespace, update: () => [] },
  nodes: { create: validateNode, update: validateNodeUpdate },
  persistentvolumes: { create: validateVolume, update: validateVolumeUpdate },
  persistentvolumeclaims: {
    create: ({ spec }) => validateClaimSpec(spec, 'spec'),
    update: validateClaimUpdate,
  },
  resourcequotas: { create: validateQuota, update: validateQuotaUpdate },
  limitranges: { create: validateLimitRange },
  'deployments.apps': { create: validateDeployment, update: validateDeploymentUpdate },
  podtemplates: { create: validatePodTemplate },
  replicationcontrollers: {
    create: validateReplicationController,
    update: validateReplicationController,
  },
  'replicasets.apps': { create: validateReplicaSet, update: validateReplicaSetUpdate },
  'statefulsets.apps': {
    name: dns1123Label,
    create: validateStatefulSet,
    update: validateStatefulSetUpdate,
  },
  'controllerrevisions.apps': { create: validateRevision, update: validateRevisionUpdate },
  'leases.coordination.k8s.io': { create: validateLease },
  'certificatesigningrequests.certificates.k8s.io': { name: () => [], create: validateSigningRequest },
  // `v1.`: a version and a group, which for the core is none.
  'apiservices.apiregistration.k8s.io': { name: pathSegment },
  'daemonsets.apps': { create: validateDaemonSet, update: validateDaemonSetUpdate },
  'jobs.batch': { create: validateJob, update: validateJobUpdate },
  'cronjobs.batch': { create: validateNewCronJob, update: validateCronJob },
  'horizontalpodautoscalers.autoscaling': {
    create: validateAutoscaler,
    update: validateAutoscalerUpdate,
  },
  'poddisruptionbudgets.policy': { create: validateDisruptionBudget },
  'endpointslices.discovery.k8s.io': {
    create: validateEndpointSlice,
    update: validateEndpointSliceUpdate,
  },
  'networkpolicies.networking.k8s.io': { create: validateNetworkPolicy },
  'ingresses.networking.k8s.io': { create: validateIngress, update: validateIngressUpdate },
  'ingressclasses.networking.k8s.io': {
    create: validateIngressClass,
    update: validateIngressClassUpdate,
  },
  'roles.rbac.authorization.k8s.io': { name: pathSegment, create: validateRole },
  'clusterroles.rbac.authorization.k8s.io': { name: pathSegment, create: validateClusterRole },
  'rolebindings.rbac.authorization.k8s.io': {
    name: pathSegment,
    create: (binding) => validateBinding(binding, true),
    update: (binding, old) => validateBindingUpdate(binding, old, true),
  },
  'clusterrolebindings.rbac.authorization.k8s.io': {
    name: pathSegment,
    create: (binding) => validateBinding(binding, false),
    update: (binding, old) => validateBindingUpdate(binding, old, false),
  },
  'storageclasses.storage.k8s.io': {
    create: validateStorageClass,
    update: validateStorageClassUpdate,
  },
  'csidrivers.storage.k8s.io': { create: validateCsiDriver, update: validateCsiDriverUpdate },
  'csinodes.storage.k8s.io': { create: validateCsiNode },
  'csistoragecapacities.storage.k8s.io': { create: validateCsiStorageCapacity },
  'volumeattachments.storage.k8s.io': {
    create: validateVolumeAttachment,
    update: validateVolumeAttachmentUpdate,
  },
  'customresourcedefinitions.apiextensions.k8s.io': {
    create: validateDefinition,
    update: validateDefinitionUpdate,
  },
  'priorityclasses.scheduling.k8s.io': {
    create: validatePriorityClass,
    update: validatePriorityClassUpdate,
  },
  'runtimeclasses.node.k8s.io': { create: validateRuntimeClass, update: validateRuntimeClassUpdate },
};

/** Everything wrong with a new object, defaulted and admitted, in the words of pkg/apis/<group>/validation. */
export function validateCreate(resource: ResourceName, object: KubeObject): FieldError[] {
  const rules = rulesOf(resource);
  const { namespaced } = resourceByName(resource);
  return [
    ...validateMetadata(object.metadata, namespaced, rules.name ?? dns1123Subdomain),
    ...finalizers(resource, object),
    ...(rules.create?.(object) ?? []),
  ];
}

/** apiextensions knows metadata as apimachinery does, without core's additional check of names. */
function finalizers(resource: ResourceName, { metadata }: KubeObject): FieldError[] {
  if (resource === 'customresourcedefinitions.apiextensions.k8s.io') return [];
  return validateKubeFinalizers(metadata.finalizers, 'metadata.finalizers');
}

/**
 * Everything wrong with a change. Through `status` only metadata is looked at; through `ephemeralcontainers` only what that
 * may add; through `resize` the amounts; elsewhere fields that may not change are compared too.
 */
export function validateUpdate(
  resource: ResourceName,
  object: KubeObject,
  old: KubeObject,
  subresource = '',
): FieldError[] {
  const errors = [...validateMetadataUpdate(object, old), ...finalizers(resource, object)];
  if (resource === 'certificatesigningrequests.certificates.k8s.io')
    return [
      ...validateSigningRequestUpdate(
        object as CertificateSigningRequest,
        old as CertificateSigningRequest,
        subresource,
      ),
      ...errors,
    ];
  if (subresource === 'status') return errors;
  if (subresource === 'resize')
    return [...errors, ...validatePodResize(object as ResourceTypes['pods'], old as ResourceTypes['pods'])];
  if (subresource === 'ephemeralcontainers')
    return [
      ...errors,
      ...validateEphemeralUpdate(object as ResourceTypes['pods'], old as ResourceTypes['pods']),
    ];
  const rules = rulesOf(resource);
  return [...errors, ...(rules.update?.(object, old) ?? rules.create?.(object) ?? [])];
}

function rulesOf(resource: ResourceName): Rules<KubeObject> {
  return (RULES[resource] as Rules<KubeObject> | undefined) ?? {};
}
