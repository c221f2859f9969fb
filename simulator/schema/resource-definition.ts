import type { CustomType } from './custom-type';
import type { ResourceName } from './types';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource as discovery shows it. */
export interface Subresource {
  name: string;
  /** Of the body, when it differs from the resource's own: `policy/v1 Eviction`. */
  group?: string;
  version?: string;
  kind: string;
  verbs: string[];
}

/** One resource at one version: a row of the table below. */
export interface ResourceDefinition {
  /** Where its objects are stored: `pods`, `deployments.apps`. */
  name: ResourceName;
  /** '' for the core group. */
  group: string;
  version: string;
  /** `v1`, `apps/v1`. */
  apiVersion: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly Verb[];
  subresources: readonly Subresource[];
  /** Class in @kubernetes/client-node whose fields it has. */
  model: string;
  /** Another version of the same stored objects: served by conversion, never stored in this form. */
  convertedFrom?: string;
  /** What its CustomResourceDefinition says, when it has one; its `model` is '' then. */
  custom?: CustomType;
}

const ALL: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** What a row of the table of resources says; the rest follows from it. */
interface Row {
  apiVersion?: string;
  kind: string;
  plural: string;
  shortNames?: string[];
  categories?: string[];
  clusterScoped?: boolean;
  status?: boolean;
  scale?: boolean;
  subresources?: Subresource[];
  verbs?: readonly Verb[];
  model?: string;
  storedAs?: ResourceName;
  convertedFrom?: string;
}

export const READ_WRITE = ['get', 'patch', 'update'];

export function define(row: Row): ResourceDefinition {
  const apiVersion = row.apiVersion ?? 'v1';
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const subresources = [...(row.subresources ?? [])];
  if (row.scale) {
    subresources.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: READ_WRITE,
    });
  }
  if (row.status) subresources.push({ name: 'status', kind: row.kind, verbs: READ_WRITE });
  return {
    name: row.storedAs ?? ((group ? `${row.plural}.${group}` : row.plural) as ResourceName),
    group,
    version,
    apiVersion,
    kind: row.kind,
    plural: row.plural,
    singular: row.kind.toLowerCase(),
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    namespaced: !row.clusterScoped,
    verbs: row.verbs ?? ALL,
    subresources,
    model: row.model ?? `V1${row.kind}`,
    ...(row.convertedFrom ? { convertedFrom: row.convertedFrom } : {}),
  };
}
