import {
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityMilliValue,
  quantityValue,
} from '../schema/quantity';
import type { Pod } from '../schema/types';

export interface FieldContext {
  pod: Pod;
  hostIP: string;
  podIP: string;
  /** What the node can give: stands in for a missing limit. */
  allocatable: Record<string, string>;
}

/** A reference that cannot be resolved: a CreateContainerConfigError or a FailedMount. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** The value of a downward API field (kubelet podFieldSelectorRuntimeValue and fieldpath.ExtractFieldPathAsString). */
export function fieldValue(path: string, { pod, hostIP, podIP }: FieldContext): string {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) {
    const map = subscript[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return podIP;
    default:
      throw new FieldError(`unsupported fieldPath: ${path}`);
  }
}

/** The value of a resource field in units of its divisor, rounded up (component-helpers resource.ExtractContainerResourceValue). */
export function resourceValue(
  ref: { containerName?: string; resource: string; divisor?: string },
  ownName: string | undefined,
  { pod, allocatable }: FieldContext,
): string {
  const name = ref.containerName ?? ownName ?? '';
  const container = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(
    (each) => each.name === name,
  );
  if (!container) throw new FieldError(`container ${name} not found`);
  const [, side, resource = ''] = /^(limits|requests)\.(.+)$/.exec(ref.resource) ?? [];
  const { limits, requests } = container.resources ?? {};
  // A missing limit is that of the Pod as a whole, or what the node can give (defaultPodLimitsForDownwardAPI).
  const text =
    side === 'limits'
      ? (limits?.[resource] ?? pod.spec?.resources?.limits?.[resource] ?? allocatable[resource])
      : (requests?.[resource] ?? limits?.[resource]);
  const amount = parseQuantity(text ?? '0');
  const divisor = parseQuantity(ref.divisor && ref.divisor !== '0' ? ref.divisor : '1');
  return divide(amount, divisor, resource);
}

function divide(amount: Quantity, divisor: Quantity, resource: string): string {
  const value = resource === 'cpu' ? quantityMilliValue : quantityValue;
  const unit = value(divisor);
  if (unit === 0) throw new FieldError(`invalid divisor ${formatQuantity(divisor)}`);
  return String(Math.ceil(value(amount) / unit));
}

/** `key="value"` lines, sorted (fieldpath.FormatMap). */
function formatMap(map: Record<string, string> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
