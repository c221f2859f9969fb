import { notFound } from '../refusals';
import { columns } from '../tables/printer';
import { type Exchange, sendJson } from './exchange';
import { negotiateForm } from './negotiation';

/** What the API server asks of each: of etcd nothing but an answer. */
const COMPONENTS = [
  ['controller-manager', 'ok'],
  ['scheduler', 'ok'],
  ['etcd-0', 'ok'],
] as const;

const RESOURCE = { group: '', plural: 'componentstatuses', kind: 'ComponentStatus' };

/**
 * Serves `/api/v1/componentstatuses`, which is asked and not stored: whether scheduler, controllers and store are well (core/v1,
 * registry/core/componentstatus). False for other paths.
 */
export function serveComponentStatuses(exchange: Exchange): boolean {
  const match = /^\/api\/v1\/componentstatuses(?:\/([^/]+))?\/?$/.exec(exchange.path);
  if (!match || exchange.request.method !== 'GET') return false;
  const [, name = ''] = match;
  exchange.warnings.push('v1 ComponentStatus is deprecated in v1.19+');
  const found = COMPONENTS.filter(([each]) => !name || each === name);
  if (found.length === 0) throw notFound(RESOURCE, name);
  const items = found.map(([component, message]) => ({
    metadata: { name: component },
    conditions: [{ type: 'Healthy', status: 'True', message }],
  }));
  sendJson(exchange, 200, answer(exchange, items, name !== ''));
  return true;
}

interface Item {
  metadata: { name: string };
  conditions: { type: string; status: string; message: string }[];
}

function answer({ request }: Exchange, items: Item[], single: boolean): unknown {
  if (negotiateForm(request.headers.accept) === 'table') {
    return {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {},
      columnDefinitions: columns('Name', 'Status', 'Message', 'Error'),
      rows: items.map(({ metadata, conditions: [condition] }) => ({
        cells: [metadata.name, 'Healthy', condition?.message ?? '', ''],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
      })),
    };
  }
  if (single) return { kind: RESOURCE.kind, apiVersion: 'v1', ...items[0] };
  return { kind: `${RESOURCE.kind}List`, apiVersion: 'v1', metadata: {}, items };
}
