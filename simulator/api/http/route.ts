import type { ResourceDefinition } from '../../schema/resources';
import { REVIEWS, type ReviewDefinition } from '../../schema/reviews';
import type { NamedResource } from '../authorization/rbac';
import type { ServedResources } from '../custom/served-resources';

/** What a URL path asks for. */
export type Route =
  | {
      kind: 'resource';
      resource: ResourceDefinition;
      /** '' for all namespaces, and for cluster-scoped resources. */
      namespace: string;
      /** '' for the collection. */
      name: string;
      /** '' for the object itself. */
      subresource: string;
      /** What follows `proxy`, with its leading slash. */
      rest: string;
    }
  | { kind: 'review'; review: ReviewDefinition; namespace: string }
  | { kind: 'other'; path: string; named?: NamedResource };

/** Reads a path as the API server's RequestInfo does: `/apis/GROUP/VERSION/namespaces/NS/PLURAL/NAME/SUBRESOURCE`. */
export function parseRoute(path: string, resources: ServedResources): Route {
  const parts = path.split('/').slice(1).map(decode);
  const core = parts[0] === 'api';
  const apiVersion = core ? parts[1] : parts[0] === 'apis' ? `${parts[1]}/${parts[2]}` : undefined;
  let rest = parts.slice(core ? 2 : 3);
  if (!apiVersion || rest.length === 0 || rest[0] === '') return { kind: 'other', path };

  let namespace = '';
  // A namespace itself, or one of its subresources, is no prefix.
  if (rest[0] === 'namespaces' && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [plural = '', name = '', subresource = '', ...more] = rest;
  const review = REVIEWS.find((each) => each.apiVersion === apiVersion && each.plural === plural);
  if (review && !name) return { kind: 'review', review, namespace };
  const resource = resources.byPath(apiVersion, plural);
  const isServed =
    resource &&
    (namespace === '' || resource.namespaced) &&
    (subresource === '' || resource.subresources.some((each) => each.name === subresource)) &&
    (more.length === 0 || subresource === 'proxy');
  if (!isServed) {
    const [group = '', version = ''] = core ? ['', parts[1]] : [parts[1], parts[2]];
    return { kind: 'other', path, named: { group, version, resource: plural, subresource, namespace, name } };
  }
  return {
    kind: 'resource',
    resource,
    namespace,
    name,
    subresource,
    rest:
      subresource === 'proxy' && more.length > 0 ? `/${path.split('/proxy/').slice(1).join('/proxy/')}` : '',
  };
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
