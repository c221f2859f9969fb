import { builtInResource } from '../../schema/resources';
import type { KubeObject, ResourceName } from '../../schema/types';
import { badRequest } from '../refusals';

/** Fields besides metadata.name and metadata.namespace that can be selected on, by resource. */
const FIELDS: Partial<Record<ResourceName, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
    // As events.k8s.io names them.
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reportingController',
  ],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  replicationcontrollers: ['status.replicas'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
};

/** events.k8s.io names what core/v1 calls involvedObject and source. */
const ALIASES: Record<string, string> = {
  source: 'source.component',
  'status.successful': 'status.succeeded',
  'regarding.kind': 'involvedObject.kind',
  'regarding.namespace': 'involvedObject.namespace',
  'regarding.name': 'involvedObject.name',
  'regarding.uid': 'involvedObject.uid',
  'regarding.apiVersion': 'involvedObject.apiVersion',
  'regarding.resourceVersion': 'involvedObject.resourceVersion',
  'regarding.fieldPath': 'involvedObject.fieldPath',
  reportingController: 'reportingComponent',
};

/**
 * A predicate from `status.phase=Running,metadata.name!=web` (apimachinery, fields.ParseSelector). Throws 400
 * BadRequest for a field that the resource does not offer.
 */
export function parseFieldSelector(
  resource: ResourceName,
  text: string,
  selectable: readonly string[] = [],
): (object: KubeObject) => boolean {
  const terms = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => {
      const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term.trim());
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator, value = ''] = match;
      const offered = ['metadata.name', 'metadata.namespace', ...(FIELDS[resource] ?? []), ...selectable];
      if (!offered.includes(field)) throw badRequest(notSupported(resource, field));
      return { path: (ALIASES[field] ?? field).split('.'), equal: operator !== '!=', value };
    });
  return (object) => terms.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal);
}

/** Each group's conversion of field labels has words of its own (apimachinery DefaultMetaV1FieldSelectorConversion). */
function notSupported(resource: ResourceName, field: string): string {
  if (resource === 'jobs.batch') return `field label "${field}" not supported for batchv1.Job`;
  if (FIELDS[resource] || !builtInResource(resource)) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function fieldText(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const step of path) value = (value as Record<string, unknown> | undefined)?.[step];
  if (path[0] === 'spec' && (path[1] === 'hostNetwork' || path[1] === 'unschedulable')) {
    return String(value ?? false);
  }
  if (path[1] === 'replicas' || path[1] === 'succeeded') return String(value ?? 0);
  // core/v1 ToSelectableFields: events.k8s.io has one field for who reports.
  if (path[0] === 'source') value ||= (object as { reportingComponent?: string }).reportingComponent;
  return value === undefined || value === null ? '' : String(value);
}
