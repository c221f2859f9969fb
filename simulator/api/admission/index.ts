import { qosClass } from '../../schema/pod-resources';
import type { Pod } from '../../schema/types';
import type { Client } from '../client';
import { topologyLabels } from '../pod-topology-labels';
import { setDefaultIngressClass } from './ingress-class';
import { applyLimitDefaults, checkLimits } from './limit-ranger';
import { checkNamespace } from './namespace-lifecycle';
import { addTolerations, applyRuntimeClass, checkDefaultPriority, resolvePriority } from './pod-placement';
import { checkPodResize } from './pod-resize';
import { checkNamespaceLabels, checkPodSecurity } from './pod-security';
import type { AdmissionRequest } from './request';
import { checkQuota } from './resource-quota';
import { injectServiceAccount } from './service-account';
import { allotAddresses } from './service-addresses';
import { checkSigningRequest, nameRequester } from './signing-requests';
import { checkClaimGrowth, setDefaultStorageClass } from './volumes';
import { warn } from './warnings';

/**
 * The plugins that run before validation and change the object, in upstream's order (AllOrderedPlugins), and those that
 * only need to know where it is to go. Throws ApiError.
 */
export function admit(request: AdmissionRequest, client: Client): void {
  checkNamespace(request, client);
  const { operation, resource, subresource, object } = request;
  if (!object || subresource || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
  const creates = operation === 'CREATE';
  switch (resource) {
    case 'pods':
      if (creates) {
        applyLimitDefaults(request, client);
        injectServiceAccount(request, client);
      }
      resolvePriority(request, client);
      addTolerations(request);
      if (creates) {
        applyRuntimeClass(request, client);
        setQosClass(object as Pod);
        showTopology(object as Pod, client);
      }
      break;
    case 'persistentvolumeclaims':
      if (creates) setDefaultStorageClass(request, client);
      break;
    case 'ingresses.networking.k8s.io':
      if (creates) setDefaultIngressClass(request, client);
      break;
    case 'certificatesigningrequests.certificates.k8s.io':
      if (creates) nameRequester(request);
      break;
    case 'services':
      allotAddresses(request, client);
      break;
    default:
  }
}

/** The plugins that only look, once the object is valid. Throws ApiError; books what quotas count. */
export function review(request: AdmissionRequest, client: Client): void {
  const { operation, resource, subresource, object } = request;
  if (!object || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
  const creates = operation === 'CREATE';
  if (resource === 'certificatesigningrequests.certificates.k8s.io') checkSigningRequest(request, client);
  if (resource === 'pods' && subresource === 'ephemeralcontainers') checkPodSecurity(request, client);
  if (resource === 'pods' && subresource === 'resize') {
    checkPodResize(request, client);
    checkLimits(request, client);
    checkQuota(request, client);
  }
  if (subresource) return;
  warn(request);
  if (resource === 'namespaces') checkNamespaceLabels(request, client);
  if (resource === 'priorityclasses.scheduling.k8s.io') checkDefaultPriority(request, client);
  if ((creates && resource === 'pods') || resource === 'persistentvolumeclaims') checkLimits(request, client);
  if (request.namespace) checkPodSecurity(request, client);
  if (resource === 'persistentvolumeclaims') checkClaimGrowth(request, client);
  const counted =
    creates || resource === 'services' || resource === 'persistentvolumeclaims' || changesDeadline(request);
  if (request.namespace && counted && resource !== 'events') checkQuota(request, client);
}

/** A Pod that gets a deadline comes under other quotas. */
function changesDeadline({ resource, object, oldObject }: AdmissionRequest): boolean {
  const deadline = (pod: object | undefined) => (pod as Pod | undefined)?.spec?.activeDeadlineSeconds;
  return resource === 'pods' && (deadline(object) === undefined) !== (deadline(oldObject) === undefined);
}

/** PodTopologyLabels: one that names its node shows where that stands, as others do once they are bound. */
function showTopology(pod: Pod, client: Client): void {
  const { nodeName } = pod.spec ?? {};
  const labels = nodeName ? topologyLabels(client.get('nodes', '', nodeName)) : {};
  if (Object.keys(labels).length > 0) pod.metadata.labels = { ...pod.metadata.labels, ...labels };
}

/** The Pod strategy's doing (PrepareForCreate), once limits are known. */
function setQosClass(pod: Pod): void {
  pod.status = { ...pod.status, qosClass: qosClass(pod.spec ?? { containers: [] }) };
}
