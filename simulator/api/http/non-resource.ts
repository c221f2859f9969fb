import { RESOURCES } from '../../schema/resources';
import type { Store } from '../../store/store';
import type { ServedResources } from '../custom/served-resources';
import { serverVersion } from '../server-version';
import type { ServiceAccountTokens } from '../service-account-tokens';
import { AGGREGATED_TYPE, discovery, servedGroupVersions, wantsAggregated } from './discovery';
import { type Exchange, indented, sendText } from './exchange';
import { HEALTH_PATHS, serveHealth } from './health';
import { serveIssuerDiscovery } from './issuer-discovery';
import { serveOpenApi } from './openapi';
import { serveOpenApiV2 } from './openapi-v2';

interface NonResourceParts {
  store: Store;
  resources: ServedResources;
  tokens: ServiceAccountTokens;
}

/** Serves what is no object: versions, health, discovery, OpenAPI, figures. False for other paths. */
export async function serveNonResource(exchange: Exchange, parts: NonResourceParts): Promise<boolean> {
  const { request, path } = exchange;
  const { resources } = parts;
  if (path === '/version' || path === '/version/') {
    sendText(exchange, 200, 'application/json', indented(serverVersion()));
    return true;
  }
  if (serveHealth(exchange)) return true;
  if (serveIssuerDiscovery(exchange, parts.tokens)) return true;
  if (path === '/openapi/v3' || path.startsWith('/openapi/v3/')) return serveOpenApi(exchange, resources);
  if (path === '/openapi/v2') {
    serveOpenApiV2(exchange, resources);
    return true;
  }
  if (path === '/metrics') {
    sendText(exchange, 200, 'text/plain; version=0.0.4; charset=utf-8', figures(parts));
    return true;
  }
  if (path === '/') {
    sendText(exchange, 200, 'application/json', indented({ paths: allPaths(resources) }));
    return true;
  }
  const aggregated = wantsAggregated(request.headers.accept);
  const found = discovery(path, aggregated, request.headers.host ?? '', resources);
  if (found === undefined) return false;
  const isList = aggregated && /^\/apis?\/?$/.test(path);
  sendText(exchange, 200, isList ? AGGREGATED_TYPE : 'application/json', JSON.stringify(found));
  return true;
}

const OTHER_PATHS = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/version',
];

/** What `/` lists (apiserver, server/routes/index.go). */
function allPaths(resources: ServedResources): string[] {
  const groups = servedGroupVersions(resources).flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map((version) => `/apis/${name}/${version}`),
  ]);
  return [...new Set([...OTHER_PATHS, ...HEALTH_PATHS, ...groups])].sort();
}

/** Of the figures of an API server those that are known here, as Prometheus reads them. */
function figures({ store, resources }: NonResourceParts): string {
  const { major, minor, gitVersion } = serverVersion();
  const stored = [...RESOURCES, ...resources.served()].filter(({ convertedFrom }) => !convertedFrom);
  return [
    '# HELP apiserver_resource_objects [ALPHA] Number of stored objects at the time of last check split by kind.',
    '# TYPE apiserver_resource_objects gauge',
    ...stored.map(
      ({ name, group, plural }) =>
        `apiserver_resource_objects{group="${group}",resource="${plural}"} ${store.count(name)}`,
    ),
    '# HELP kubernetes_build_info [ALPHA] The version of Kubernetes that is simulated.',
    '# TYPE kubernetes_build_info gauge',
    `kubernetes_build_info{git_version="${gitVersion}",major="${major}",minor="${minor}"} 1`,
    '',
  ].join('\n');
}
