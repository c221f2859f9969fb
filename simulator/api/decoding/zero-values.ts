/**
 * Which zero values Go's types write out (`omitempty` on values, not on pointers, leaves them away), so that an object
 * looks the same when read back as on a real cluster.
 */

/** Plain booleans and numbers: false and 0 are left away. All others are pointers and stay as sent. */
const OMITTED_SCALARS: ReadonlySet<string> = new Set([
  'active',
  'availableReplicas',
  'chapAuthDiscovery',
  'chapAuthSession',
  'currentReplicas',
  'failed',
  'failureThreshold',
  'fullyLabeledReplicas',
  'globalDefault',
  'healthCheckNodePort',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'number',
  'numberAvailable',
  'numberUnavailable',
  'paused',
  'periodSeconds',
  'publishNotReadyAddresses',
  'readOnly',
  'readyReplicas',
  'signal',
  'sizeBytes',
  'sslEnabled',
  'stdin',
  'stdinOnce',
  'succeeded',
  'successThreshold',
  'timeoutSeconds',
  'tty',
  'unavailableReplicas',
  'unschedulable',
  'updatedNumberScheduled',
  'updatedReplicas',
]);

/** Pointers to strings, by model: empty means something else than absent. */
const STRING_POINTERS: Readonly<Record<string, string>> = {
  CoreV1EndpointPort: 'appProtocol',
  DiscoveryV1EndpointPort: 'appProtocol name',
  V1AppArmorProfile: 'localhostProfile',
  V1AzureDiskVolumeSource: 'fsType',
  V1AzureFilePersistentVolumeSource: 'secretNamespace',
  V1CSIVolumeSource: 'fsType',
  V1ClusterTrustBundleProjection: 'name signerName',
  V1CronJobSpec: 'timeZone',
  V1Endpoint: 'hostname nodeName zone',
  V1EndpointAddress: 'nodeName',
  V1GRPCAction: 'service',
  V1GlusterfsPersistentVolumeSource: 'endpointsNamespace',
  V1HostPathVolumeSource: 'type',
  V1ISCSIPersistentVolumeSource: 'initiatorName',
  V1ISCSIVolumeSource: 'initiatorName',
  V1IngressClassParametersReference: 'apiGroup namespace scope',
  V1IngressSpec: 'ingressClassName',
  V1JobSpec: 'managedBy',
  V1JobStatus: 'failedIndexes',
  V1LeaseSpec: 'holderIdentity preferredHolder',
  V1LocalVolumeSource: 'fsType',
  V1PersistentVolumeClaimSpec: 'storageClassName volumeAttributesClassName',
  V1PersistentVolumeClaimStatus: 'currentVolumeAttributesClassName',
  V1PersistentVolumeSpec: 'volumeAttributesClassName',
  V1PodDNSConfigOption: 'value',
  V1PodFailurePolicyOnExitCodesRequirement: 'containerName',
  V1PodResourceClaim: 'resourceClaimName resourceClaimTemplateName',
  V1PodSpec: 'hostnameOverride runtimeClassName',
  V1SeccompProfile: 'localhostProfile',
  V1ServicePort: 'appProtocol',
  V1ServiceSpec: 'loadBalancerClass trafficDistribution',
  V1SuccessPolicyRule: 'succeededIndexes',
  V1TypedLocalObjectReference: 'apiGroup',
  V1TypedObjectReference: 'apiGroup namespace',
  V1WindowsSecurityContextOptions: 'gmsaCredentialSpec gmsaCredentialSpecName runAsUserName',
};

const KEPT_STRINGS: ReadonlySet<string> = new Set(
  Object.entries(STRING_POINTERS).flatMap(([model, fields]) =>
    fields.split(' ').map((field) => `${model}.${field}`),
  ),
);

/** Pointers although they share a name with a plain value elsewhere. */
const KEPT_SCALARS: ReadonlySet<string> = new Set([
  'V1AzureDiskVolumeSource.readOnly',
  'V1CSIVolumeSource.readOnly',
  'V1ClientIPConfig.timeoutSeconds',
]);

/** Whether a value of a field that is not required is left away. */
export function isOmitted(model: string, field: string, type: string, value: unknown): boolean {
  if (value === '') return type === 'string' && !KEPT_STRINGS.has(`${model}.${field}`);
  if (value === false || value === 0) {
    return OMITTED_SCALARS.has(field) && !KEPT_SCALARS.has(`${model}.${field}`);
  }
  if (Array.isArray(value)) return value.length === 0;
  return (
    type.startsWith('{}') && typeof value === 'object' && value !== null && Object.keys(value).length === 0
  );
}
