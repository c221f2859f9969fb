import type { Ingress } from '../../schema/types';
import { type BoundedExpression, boundedExpression } from '../../shell/bounded-regexp';

/** Where a request goes. */
export interface Backend {
  namespace: string;
  service: string;
  port: { name?: string; number?: number };
}

export interface Route {
  ingress: { namespace: string; name: string };
  /** '' for every host. */
  host: string;
  path: string;
  type: 'Exact' | 'Prefix' | 'ImplementationSpecific' | 'regex';
  regex?: BoundedExpression;
  backend: Backend;
  annotations: Record<string, string>;
}

const prefix = 'nginx.ingress.kubernetes.io/';

/** Annotations that are followed. */
const followed = new Set(
  'rewrite-target use-regex ssl-redirect force-ssl-redirect permanent-redirect permanent-redirect-code temporal-redirect app-root whitelist-source-range'.split(
    ' ',
  ),
);

/** The first annotation of an Ingress that is not simulated. */
export function unknownAnnotation({ metadata }: Ingress): string | undefined {
  return Object.keys(metadata.annotations ?? {}).find(
    (name) => name.startsWith(prefix) && !followed.has(name.slice(prefix.length)),
  );
}

/** Whether the controller serves an Ingress: by its class (`spec.ingressClassName`), or by the annotation that came before. */
export function isServed(ingress: Ingress, classes: ReadonlySet<string>, annotated: string): boolean {
  const named = ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
  if (named !== undefined) return named === annotated;
  return classes.has(ingress.spec?.ingressClassName ?? '');
}

/** All routes of the Ingresses that are served, in the order in which they are tried: exact ones, then the longest paths. */
export function routesOf(ingresses: readonly Ingress[]): Route[] {
  // Who came first has a path that two name (ingress-nginx sorts by creation).
  const sorted = [...ingresses].sort((a, b) => created(a) - created(b));
  const expressionHosts = new Set(
    ingresses
      .filter(({ metadata }) => usesExpressions(metadata.annotations ?? {}))
      .flatMap(({ spec }) => (spec?.rules ?? []).map(({ host = '' }) => host.toLowerCase())),
  );
  const routes = sorted.flatMap((ingress): Route[] => {
    const { namespace = '', name = '', annotations = {} } = ingress.metadata;
    const own = Object.fromEntries(
      Object.entries(annotations).flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
      ),
    );
    return (ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).flatMap(({ path = '/', pathType, backend }): Route[] => {
        const to = backend.service;
        if (!to) return [];
        const route = {
          ingress: { namespace, name },
          host: host.toLowerCase(),
          path,
          backend: { namespace, service: to.name, port: to.port ?? {} },
          annotations: own,
        };
        if (expressionHosts.has(route.host)) return [{ ...route, type: 'regex', regex: regexOf(path) }];
        return [
          {
            ...route,
            type: pathType === 'Exact' || pathType === 'Prefix' ? pathType : 'ImplementationSpecific',
          },
        ];
      }),
    );
  });
  return routes.sort(
    (a, b) => Number(b.type === 'Exact') - Number(a.type === 'Exact') || b.path.length - a.path.length,
  );
}

/**
 * ingress-nginx enforceRegexModifier: where an Ingress of a host has one of these, all paths of that host are regular
 * expressions, whoever's they are.
 */
function usesExpressions(annotations: Record<string, string>): boolean {
  return (
    annotations[`${prefix}use-regex`] === 'true' || (annotations[`${prefix}rewrite-target`] ?? '') !== ''
  );
}

/** The backend of what no rule names: of an Ingress that has a default one. */
export function defaultBackend(ingresses: readonly Ingress[]): Backend | undefined {
  for (const { metadata, spec } of ingresses) {
    const service = spec?.defaultBackend?.service;
    if (service)
      return { namespace: metadata.namespace ?? '', service: service.name, port: service.port ?? {} };
  }
  return undefined;
}

/** The route of a request, with the groups of its regular expression: an exact host, else a wildcard, else rules for all hosts. */
export function findRoute(
  routes: readonly Route[],
  host: string,
  path: string,
): { route: Route; groups: string[] } | undefined {
  const known = (wanted: string) => routes.some((route) => route.host === wanted);
  const wildcard = `*.${host.split('.').slice(1).join('.')}`;
  const server = known(host) ? host : known(wildcard) ? wildcard : '';
  for (const route of routes) {
    if (route.host !== server) continue;
    const match = route.regex?.exec(path);
    if (match) return { route, groups: [...match] };
    if (!route.regex && matches(route, path)) return { route, groups: [path] };
  }
  return undefined;
}

/** networking/v1 pathType: a Prefix goes element by element, so that /foo does not take /foobar. */
function matches({ type, path }: Route, asked: string): boolean {
  if (type === 'Exact') return asked === path;
  if (type === 'ImplementationSpecific') return asked.startsWith(path);
  const base = path.replace(/\/+$/, '');
  return asked === base || asked.startsWith(`${base}/`);
}

/** nginx matches `location ~* "^path"`. */
function regexOf(path: string): BoundedExpression {
  try {
    return boundedExpression(`^${path}`, true);
  } catch {
    return /(?!)/;
  }
}

/** What stands instead of the path: rewrite-target, with the groups of a regular expression. */
export function rewritten({ annotations }: Route, groups: readonly string[], path: string): string {
  const target = annotations['rewrite-target'];
  if (target === undefined) return path;
  return target.replace(/\$(\d)/g, (_whole, index: string) => groups[Number(index)] ?? '');
}

function created({ metadata }: Ingress): number {
  return Date.parse(String(metadata.creationTimestamp ?? '')) || 0;
}
