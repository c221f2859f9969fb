import type { Container, PersistentVolumeClaim, PodSpec, Probe, Volume } from '../../schema/types';
import { defaultPullPolicy } from './image-pull-policy';
import { canonicalAmount, canonicalAmounts } from './resource-amounts';

const READABLE_BY_ALL = 0o644;

/** Defaults of a Pod template and of a Pod alike (core/v1 SetDefaults_PodSpec and what it holds). */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  // The old name of the field is served beside the new one, whichever was given.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of allContainers(spec)) defaultContainer(container);
  canonicalAmounts(spec.overhead);
  canonicalAmounts(spec.resources?.limits);
  canonicalAmounts(spec.resources?.requests);
}

/** Regular, init and ephemeral containers of a Pod. */
function allContainers(spec: PodSpec): Container[] {
  const ephemeral = (spec.ephemeralContainers ?? []) as Container[];
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...ephemeral];
}

/** core/v1 SetDefaults_PersistentVolumeClaimSpec. */
export function defaultClaimSpec(spec: PersistentVolumeClaim['spec']): void {
  if (!spec) return;
  spec.volumeMode ??= 'Filesystem';
  spec.resources ??= {};
  canonicalAmounts(spec.resources.limits);
  canonicalAmounts(spec.resources.requests);
}

function defaultContainer(container: Container): void {
  container.name ??= '';
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  canonicalAmounts(container.resources.limits);
  canonicalAmounts(container.resources.requests);
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe) defaultProbe(probe);
  const { postStart, preStop } = container.lifecycle ?? {};
  for (const hook of [postStart, preStop]) if (hook?.httpGet) defaultHttpGet(hook.httpGet);
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
    if (valueFrom?.resourceFieldRef) defaultDivisor(valueFrom.resourceFieldRef);
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultHttpGet(action: NonNullable<Probe['httpGet']>): void {
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function defaultDivisor(selector: { divisor?: string }): void {
  selector.divisor = canonicalAmount(selector.divisor ?? '0');
}

function defaultDownwardFiles(items: NonNullable<Volume['downwardAPI']>['items']): void {
  for (const { fieldRef, resourceFieldRef } of items ?? []) {
    if (fieldRef) fieldRef.apiVersion ||= 'v1';
    if (resourceFieldRef) defaultDivisor(resourceFieldRef);
  }
}

function defaultVolume(volume: Volume): void {
  const { name: _name, ...source } = volume;
  if (Object.values(source).every((value) => value === undefined || value === null)) volume.emptyDir = {};
  if (volume.emptyDir?.sizeLimit) volume.emptyDir.sizeLimit = canonicalAmount(volume.emptyDir.sizeLimit);
  if (volume.secret) volume.secret.defaultMode ??= READABLE_BY_ALL;
  if (volume.configMap) volume.configMap.defaultMode ??= READABLE_BY_ALL;
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= READABLE_BY_ALL;
    defaultDownwardFiles(volume.downwardAPI.items);
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= READABLE_BY_ALL;
    for (const { serviceAccountToken, downwardAPI } of volume.projected.sources ?? []) {
      if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= 3600;
      defaultDownwardFiles(downwardAPI?.items);
    }
  }
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference ?? '');
  if (volume.iscsi) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.ephemeral?.volumeClaimTemplate) {
    volume.ephemeral.volumeClaimTemplate.metadata ??= {};
    defaultClaimSpec(volume.ephemeral.volumeClaimTemplate.spec);
  }
}
