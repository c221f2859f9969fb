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

/**
 * Serves `/healthz`, `/livez`, `/readyz`, one check of theirs, and all of them with `?verbose` (apiserver, server/healthz). Returns
 * false for what is no such check.
 */
export function serveHealth(exchange: Exchange): boolean {
  const [, endpoint = '', ...rest] = exchange.path.split('/');
  const checks = CHECKS[endpoint];
  const one = rest.join('/');
  if (!checks || (one && !checks.includes(one))) return false;
  const lines = [...checks.map((check) => `[+]${check} ok`), `${endpoint} check passed\n`];
  const text = !one && exchange.query.has('verbose') ? lines.join('\n') : 'ok';
  sendText(exchange, 200, 'text/plain; charset=utf-8', text);
  return true;
}
