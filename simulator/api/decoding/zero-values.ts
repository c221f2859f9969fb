/**
 * Which zero values Go's types write out (`omitempty` on values, not on pointers, leaves them away), so that an object
 * looks the same when read back as on a real cluster.
 */

/** Plain booleans and numbers: false and 0 are left away. All others are pointers and stay as sent. */
const OMITTED_SCALARS: ReadonlySet<string> = new Set([
  'failureThreshold',
  'globalDefault',
  'healthCheckNodePort',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'paused',
  'periodSeconds',
  'publishNotReadyAddresses',
  'readOnly',
  'stdin',
  'stdinOnce',
  'successThreshold',
  'timeoutSeconds',
  'tty',
  'unschedulable',
]);

/** Pointers to strings: empty means something else than absent. */
const KEPT_STRINGS: ReadonlySet<string> = new Set([
  'V1EndpointPort.appProtocol',
  'V1EndpointPort.name',
  'DiscoveryV1EndpointPort.name',
  'V1HostPathVolumeSource.type',
  'V1PersistentVolumeClaimSpec.storageClassName',
  'V1PersistentVolumeSpec.storageClassName',
  'V1PersistentVolumeClaimSpec.volumeAttributesClassName',
]);

/** Pointers although they share a name with a plain value elsewhere. */
const KEPT_SCALARS: ReadonlySet<string> = new Set(['V1CSIVolumeSource.readOnly', 'V1EnvFromSource.optional']);

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
