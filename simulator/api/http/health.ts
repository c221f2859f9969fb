import { type Exchange, sendText } from './exchange';

/** Hooks that have run once the API server is up, in the order in which it names them. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'start-kube-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-status-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((hook) => `poststarthook/${hook}`);

const LAST = [
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', ...HOOKS, ...LAST],
  livez: ['ping', 'log', 'etcd', ...HOOKS, ...LAST],
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...LAST, 'shutdown'],
};

/** Each endpoint, and each of its checks. */
export const HEALTH_PATHS: readonly string[] = Object.entries(CHECKS).flatMap(([endpoint, checks]) => [
  `/${endpoint}`,
  ...checks.map((check) => `/${endpoint}/${check}`),
]);

/**
 * Serves `/healthz`, `/livez`, `/readyz`, one check of theirs, and all of them with `?verbose` (apiserver, server/healthz). Returns
 * false for what is no such check.
 */
export function serveHealth(exchange: Exchange): boolean {
  const [, endpoint = '', ...rest] = exchange.path.split('/');
  const checks = CHECKS[endpoint];
  const one = rest.join('/');
  if (!checks || (one && !checks.includes(one))) return false;
  const excluded = exchange.query.getAll('exclude');
  const lines = checks.map((check) =>
    excluded.includes(check) ? `[+]${check} excluded: ok` : `[+]${check} ok`,
  );
  const unknown = excluded.filter((check) => !checks.includes(check));
  if (unknown.length) {
    const names = unknown.map((check) => JSON.stringify(check)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  const verbose = !one && exchange.query.has('verbose');
  const text = verbose ? [...lines, `${endpoint} check passed\n`].join('\n') : 'ok';
  sendText(exchange, 200, 'text/plain; charset=utf-8', text);
  return true;
}
