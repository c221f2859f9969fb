import { resourceByName, resourceParts } from '../../schema/resources';
import type { Client } from '../client';
import { ApiError } from '../errors';
import { forbidden, notFound } from '../refusals';
import type { AdmissionRequest } from './request';

/** Namespaces that Kubernetes keeps. */
const IMMORTAL = ['default', 'kube-system', 'kube-public'];

/** NamespaceLifecycle: nothing new in a namespace that is not there or is going; some namespaces stay. */
export function checkNamespace(request: AdmissionRequest, client: Client): void {
  const { operation, resource, subresource, namespace, name } = request;
  if (resource === 'namespaces') {
    if (operation === 'DELETE' && IMMORTAL.includes(name))
      throw forbidden(resourceByName('namespaces'), name, 'this namespace may not be deleted');
    return;
  }
  if (!namespace || operation !== 'CREATE' || subresource) return;
  const found = client.get('namespaces', '', namespace);
  if (!found) throw notFound(resourceByName('namespaces'), namespace);
  if (found.status?.phase !== 'Terminating') return;
  const refusal = forbidden(
    resourceParts(resource),
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  throw new ApiError(refusal.code, refusal.reason, refusal.message, {
    ...refusal.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
