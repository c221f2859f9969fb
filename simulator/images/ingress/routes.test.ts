import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../schema/types';
import { findRoute, isServed, rewritten, routesOf, unknownAnnotation } from './routes';

type Path = [path: string, type: string, service: string];

const ingress = (name: string, hosts: Record<string, Path[]>, annotations: Record<string, string> = {}) =>
  ({
    metadata: { namespace: 'default', name, annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: Object.entries(hosts).map(([host, paths]) => ({
        ...(host === '' ? {} : { host }),
        http: {
          paths: paths.map(([path, pathType, service]) => ({
            path,
            pathType,
            backend: { service: { name: service, port: { number: 80 } } },
          })),
        },
      })),
    },
  }) as unknown as Ingress;

const annotation = (name: string, value: string) => ({ [`nginx.ingress.kubernetes.io/${name}`]: value });

describe('routes of Ingresses', () => {
  const routes = routesOf([
    ingress('one', {
      'a.test': [
        ['/', 'Prefix', 'root'],
        ['/foo', 'Prefix', 'foo'],
        ['/foo/bar', 'Prefix', 'bar'],
        ['/exact', 'Exact', 'exact'],
      ],
      '*.b.test': [['/', 'Prefix', 'wild']],
      'x.b.test': [['/only', 'ImplementationSpecific', 'only']],
    }),
    ingress('two', { '': [['/any', 'Prefix', 'any']] }),
  ]);

  it.each([
    ['a.test', '/', 'root'],
    ['a.test', '/foo', 'foo'],
    ['a.test', '/foo/', 'foo'],
    ['a.test', '/foobar', 'root'],
    ['a.test', '/foo/bar/x', 'bar'],
    ['a.test', '/exact', 'exact'],
    ['a.test', '/exact/', 'root'],
    ['y.b.test', '/z', 'wild'],
    ['x.b.test', '/only', 'only'],
    ['x.b.test', '/z', undefined],
    ['deep.y.b.test', '/', undefined],
    ['other.test', '/any/thing', 'any'],
    ['other.test', '/', undefined],
  ])('%s%s leads to %s', (host, path, service) => {
    expect(findRoute(routes, host, path)?.route.backend.service).toBe(service);
  });

  it('takes all paths of a host for expressions where one Ingress of it has one', () => {
    const both = routesOf([
      ingress('plain', { 'h.test': [['/foo', 'Exact', 'plain']], 'i.test': [['/foo', 'Exact', 'plain']] }),
      ingress(
        'r',
        { 'h.test': [['/r(.*)', 'ImplementationSpecific', 'r']] },
        annotation('use-regex', 'true'),
      ),
      ingress('s', { 'i.test': [['/s', 'ImplementationSpecific', 's']] }),
    ]);
    const led = (host: string, path: string) => findRoute(both, host, path)?.route.backend.service;
    expect(['/FOObar', '/rest'].map((path) => led('h.test', path))).toEqual(['plain', 'r']);
    expect(['/foobar', '/some'].map((path) => led('i.test', path))).toEqual([undefined, 's']);
  });

  it.each([
    ['/', '/app', '/app/x', '/'],
    ['/$2', '/app(/|$)(.*)', '/app/x/y', '/x/y'],
    ['/$2', '/app(/|$)(.*)', '/app', '/'],
  ])('rewrite-target %s of %s makes %s to %s', (target, path, asked, expected) => {
    const [rewriting] = [
      ingress('r', { '': [[path, 'ImplementationSpecific', 's']] }, annotation('rewrite-target', target)),
    ];
    const found = findRoute(routesOf(rewriting ? [rewriting] : []), 'h', asked);
    expect(found && rewritten(found.route, found.groups, asked)).toBe(expected);
  });

  it('knows whose Ingress it is, and which annotations it does not follow', () => {
    const classes = new Set(['nginx']);
    expect(isServed(ingress('a', {}), classes, 'nginx')).toBe(true);
    expect(isServed(ingress('a', {}, { 'kubernetes.io/ingress.class': 'other' }), classes, 'nginx')).toBe(
      false,
    );
    expect(isServed({ metadata: {}, spec: {} } as Ingress, classes, 'nginx')).toBe(false);
    expect(unknownAnnotation(ingress('a', {}, annotation('rewrite-target', '/')))).toBeUndefined();
    expect(unknownAnnotation(ingress('a', {}, annotation('canary', 'true')))).toBe(
      'nginx.ingress.kubernetes.io/canary',
    );
  });
});
