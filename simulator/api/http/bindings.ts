import { resourceByName } from '../../schema/resources';
import { readBody } from './body';
import { type Exchange, sendJson } from './exchange';
import { requestContext } from './request-options';
import { bind } from './subresource-handler';
import { type WriteParts, writeRequest } from './write-handler';

/**
 * Serves `POST /api/v1/namespaces/NS/bindings`, by which schedulers of old bound Pods (registry/core/pod LegacyBindingREST). False
 * for other requests.
 */
export async function serveBindings(parts: WriteParts, exchange: Exchange): Promise<boolean> {
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/bindings\/?$/.exec(exchange.path);
  if (!match || exchange.request.method !== 'POST') return false;
  const [, namespace = ''] = match;
  const bytes = await readBody(exchange.request);
  const route = { resource: resourceByName('pods'), namespace, name: '', subresource: '' };
  const { code, body } = bind(parts, writeRequest(exchange, route, bytes, requestContext(exchange)));
  sendJson(exchange, code, body);
  return true;
}
