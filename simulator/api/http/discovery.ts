import { RESOURCES, type ResourceDefinition } from '../../schema/resources';
import { REVIEWS } from '../../schema/reviews';
import { unsimulatedIn } from '../../schema/unsimulated';
import { compareVersions, type ServedResources } from '../custom/served-resources';

interface Group {
  name: string;
  versions: readonly string[];
  /** groupPriorityMinimum of its APIServices. */
  priority: number;
}

/** Groups in the order of the API server's priorities; within a group, versions likewise. */
const GROUPS: readonly Group[] = [
  { name: 'apiregistration.k8s.io', versions: ['v1'], priority: 18_000 },
  { name: 'apps', versions: ['v1'], priority: 17_800 },
  { name: 'events.k8s.io', versions: ['v1'], priority: 17_750 },
  { name: 'authentication.k8s.io', versions: ['v1'], priority: 17_700 },
  { name: 'authorization.k8s.io', versions: ['v1'], priority: 17_600 },
  { name: 'autoscaling', versions: ['v2', 'v1'], priority: 17_500 },
  { name: 'batch', versions: ['v1'], priority: 17_400 },
  { name: 'certificates.k8s.io', versions: ['v1'], priority: 17_300 },
  { name: 'networking.k8s.io', versions: ['v1'], priority: 17_200 },
  { name: 'policy', versions: ['v1'], priority: 17_100 },
  { name: 'rbac.authorization.k8s.io', versions: ['v1'], priority: 17_000 },
  { name: 'storage.k8s.io', versions: ['v1'], priority: 16_800 },
  { name: 'admissionregistration.k8s.io', versions: ['v1'], priority: 16_700 },
  { name: 'apiextensions.k8s.io', versions: ['v1'], priority: 16_700 },
  { name: 'scheduling.k8s.io', versions: ['v1'], priority: 16_600 },
  { name: 'coordination.k8s.io', versions: ['v1'], priority: 16_500 },
  { name: 'node.k8s.io', versions: ['v1'], priority: 16_300 },
  { name: 'discovery.k8s.io', versions: ['v1'], priority: 16_200 },
  { name: 'resource.k8s.io', versions: ['v1'], priority: 16_200 },
  { name: 'flowcontrol.apiserver.k8s.io', versions: ['v1'], priority: 16_100 },
  { name: 'metrics.k8s.io', versions: ['v1beta1'], priority: 100 },
];

/** Of the groups of CustomResourceDefinitions (crdregistration). */
export const CUSTOM_PRIORITY = 1000;

/** What the API server itself serves: what an APIService is made of (without that of the APIServices). */
export const BUILT_IN_GROUPS: readonly Group[] = [
  { name: '', versions: ['v1'], priority: 18_000 },
  ...GROUPS.filter(({ name }) => name !== 'apiregistration.k8s.io'),
];

/**
 * Measured, not stored (./metrics). `kubectl top` looks for the group alone. Aggregated discovery leaves the verbs out, so that
 * `kubectl api-resources` has `pods` and `nodes` once each, as on a cluster whose metrics are an add-on; the group's own document
 * has them. Without any resource kubectl would keep nothing of the group, and ask for all of discovery on every run.
 */
const MEASURED = [
  { plural: 'nodes', kind: 'NodeMetrics', namespaced: false },
  { plural: 'pods', kind: 'PodMetrics', namespaced: true },
];

/** Of the core group, asked and not stored (./component-statuses, ./bindings). */
const ASKED = [
  {
    plural: 'bindings',
    kind: 'Binding',
    singular: 'binding',
    namespaced: true,
    verbs: ['create'],
    shortNames: [],
  },
  {
    plural: 'componentstatuses',
    kind: 'ComponentStatus',
    singular: 'componentstatus',
    namespaced: false,
    verbs: ['get', 'list'],
    shortNames: ['cs'],
  },
];

const askedIn = (apiVersion: string) => (apiVersion === 'v1' ? ASKED : []);

const measuredIn = (apiVersion: string) => (apiVersion === 'metrics.k8s.io/v1beta1' ? MEASURED : []);

/** Whether a client asks for aggregated discovery (apidiscovery.k8s.io/v2, APIGroupDiscoveryList). */
export function wantsAggregated(accept: string | undefined): boolean {
  return /as=APIGroupDiscoveryList/.test(accept ?? '') && /v=v2(;|,|$)/.test(accept ?? '');
}

export const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The body for a discovery path, `aggregated` or not; undefined when there is no such path. */
export function discovery(
  path: string,
  aggregated: boolean,
  address: string,
  resources: ServedResources,
): unknown {
  const custom = resources.served();
  const groups = servedGroupVersions(resources);
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '/api')
    return aggregated
      ? aggregatedList([{ name: '', versions: ['v1'], priority: 0 }], [])
      : legacyVersions(address);
  if (trimmed === '/apis') {
    if (aggregated) return aggregatedList(groups, custom);
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
  }
  if (trimmed === '/api/v1') return resourceList('v1', []);
  const [, apis, name, version, ...rest] = trimmed.split('/');
  const group = groups.find((each) => each.name === name);
  if (apis !== 'apis' || !group || rest.length) return undefined;
  if (!version) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
  return group.versions.includes(version) ? resourceList(`${name}/${version}`, custom) : undefined;
}

/** Every group but the core one, built in and custom, in the order of their priorities. */
export function servedGroupVersions(resources: ServedResources): Group[] {
  const groups = [...GROUPS, ...customGroups(resources.served())];
  return groups.sort((a, b) => b.priority - a.priority);
}

/** Whether a path belongs to a group that the API server itself serves, in whatever version. */
export function isUnderBuiltIn(path: string): boolean {
  const [, root, group] = path.split('/');
  return root === 'api' || (root === 'apis' && GROUPS.some(({ name }) => name === group));
}

function legacyVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function apiGroup({ name, versions }: Group): object {
  const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

/** Groups of CustomResourceDefinitions, by name, the versions of each in the order of preference. */
function customGroups(custom: readonly ResourceDefinition[]): Group[] {
  const names = [...new Set(custom.map(({ group }) => group))].sort();
  return names.map((name) => {
    const versions = custom.filter(({ group }) => group === name).map(({ version }) => version);
    return { name, versions: [...new Set(versions)].sort(compareVersions), priority: CUSTOM_PRIORITY };
  });
}

function resourcesOf(apiVersion: string, custom: readonly ResourceDefinition[]): ResourceDefinition[] {
  return [...RESOURCES, ...custom]
    .filter((each) => each.apiVersion === apiVersion)
    .sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

function resourceList(apiVersion: string, custom: readonly ResourceDefinition[]): unknown {
  const stored = resourcesOf(apiVersion, custom).flatMap((resource) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories.length ? { categories: resource.categories } : {}),
      storageVersionHash: Buffer.from(resource.name).toString('base64').slice(0, 12),
    },
    ...resource.subresources.map((subresource) => ({
      name: `${resource.plural}/${subresource.name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(subresource.group ? { group: subresource.group, version: subresource.version } : {}),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ]);
  const reviews = REVIEWS.filter((each) => each.apiVersion === apiVersion).map((review) => ({
    name: review.plural,
    singularName: review.kind.toLowerCase(),
    namespaced: review.namespaced,
    kind: review.kind,
    verbs: ['create'],
  }));
  // Named, so that whoever asks for one is told that it is not simulated (serveUnsimulated).
  const unsimulated = unsimulatedIn(apiVersion).map(({ kind, plural, singular, shortNames, namespaced }) => ({
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: ['create'],
    ...(shortNames.length ? { shortNames } : {}),
  }));
  return {
    kind: 'APIResourceList',
    ...(apiVersion === 'v1' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion,
    resources: [
      ...stored,
      ...reviews,
      ...unsimulated,
      ...askedIn(apiVersion).map(({ plural, singular, kind, namespaced, verbs, shortNames }) => ({
        name: plural,
        singularName: singular,
        namespaced,
        kind,
        verbs,
        ...(shortNames.length ? { shortNames } : {}),
      })),
      ...measuredIn(apiVersion).map(({ plural, kind, namespaced }) => ({
        name: plural,
        singularName: '',
        namespaced,
        kind,
        verbs: ['get', 'list'],
      })),
    ],
  };
}

function aggregatedList(groups: readonly Group[], custom: readonly ResourceDefinition[]): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name ? { name } : {},
      versions: versions.map((version) => ({
        version,
        resources: aggregatedResources(name ? `${name}/${version}` : version, custom),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregatedResources(apiVersion: string, custom: readonly ResourceDefinition[]): unknown[] {
  const stored = resourcesOf(apiVersion, custom).map((resource) => ({
    resource: resource.plural,
    responseKind: kindOf(resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length ? { categories: resource.categories } : {}),
    ...(resource.subresources.length
      ? {
          subresources: resource.subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind: {
              group: subresource.group ?? resource.group,
              version: subresource.version ?? resource.version,
              kind: subresource.kind,
            },
            verbs: subresource.verbs,
          })),
        }
      : {}),
  }));
  const reviews = REVIEWS.filter((each) => each.apiVersion === apiVersion).map((review) => ({
    resource: review.plural,
    responseKind: kindOf(review),
    scope: review.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: review.kind.toLowerCase(),
    verbs: ['create'],
  }));
  const unsimulated = unsimulatedIn(apiVersion).map((each) => ({
    resource: each.plural,
    responseKind: kindOf(each),
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: ['create'],
    ...(each.shortNames.length ? { shortNames: each.shortNames } : {}),
  }));
  const measured = measuredIn(apiVersion).map(({ plural, kind, namespaced }) => ({
    resource: plural,
    responseKind: { group: 'metrics.k8s.io', version: 'v1beta1', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: '',
    verbs: [],
  }));
  const asked = askedIn(apiVersion).map(({ plural, singular, kind, namespaced, verbs, shortNames }) => ({
    resource: plural,
    responseKind: { group: '', version: 'v1', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length ? { shortNames } : {}),
  }));
  return [...stored, ...reviews, ...unsimulated, ...asked, ...measured];
}

function kindOf({ group, version, kind }: { group: string; version: string; kind: string }): object {
  return { group, version, kind };
}
