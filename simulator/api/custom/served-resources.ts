import type { CustomType, JsonSchema, PrinterColumn } from '../../schema/custom-type';
import {
  builtInResource,
  RESOURCES,
  type ResourceDefinition,
  resourceByKind,
  resourceByPath,
  type Subresource,
} from '../../schema/resources';
import type { CustomResourceDefinition, ResourceName } from '../../schema/types';
import type { Store } from '../../store/store';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const;
const READ_WRITE = ['get', 'patch', 'update'];

/** What a cluster serves: the resources that are built in, and those of its CustomResourceDefinitions. */
export class ServedResources {
  /** A definition is never changed in place: a changed one is another object. */
  private readonly made = new WeakMap<object, readonly ResourceDefinition[]>();

  constructor(private readonly store: Store) {}

  /** In all versions, built in first. */
  all(): readonly ResourceDefinition[] {
    return [...RESOURCES, ...this.custom()];
  }

  /**
   * Of established definitions, in all versions: that which is stored has no `convertedFrom`, one that is not served has no
   * verbs.
   */
  custom(): readonly ResourceDefinition[] {
    if (this.store.count(DEFINITIONS) === 0) return [];
    return this.store
      .list(DEFINITIONS)
      .flatMap((definition) => this.of(definition as CustomResourceDefinition));
  }

  byPath(apiVersion: string, plural: string): ResourceDefinition | undefined {
    return (
      resourceByPath(apiVersion, plural) ??
      this.served().find((each) => each.apiVersion === apiVersion && each.plural === plural)
    );
  }

  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
    return (
      resourceByKind(apiVersion, kind) ??
      this.served().find((each) => each.apiVersion === apiVersion && each.kind === kind)
    );
  }

  /** Custom ones that requests may be about. */
  served(): readonly ResourceDefinition[] {
    return this.custom().filter(({ verbs }) => verbs.length > 0);
  }

  /** In the version that is stored. Throws for a name that nobody has. */
  byName(name: ResourceName): ResourceDefinition {
    const found =
      builtInResource(name) ?? this.custom().find((each) => each.name === name && !each.convertedFrom);
    if (!found) throw new Error(`no such resource: ${name}`);
    return found;
  }

  private of(definition: CustomResourceDefinition): readonly ResourceDefinition[] {
    const known = this.made.get(definition);
    if (known) return known;
    const made = isEstablished(definition) ? resourcesOf(definition) : [];
    this.made.set(definition, made);
    return made;
  }
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return (status?.conditions ?? []).some((each) => each.type === 'Established' && each.status === 'True');
}

/** Each served version of a definition as a resource. The stored version is one even when it is not served. */
function resourcesOf({ spec }: CustomResourceDefinition): ResourceDefinition[] {
  const { group, names, versions } = spec;
  const storage = versions.find((version) => version.storage)?.name ?? '';
  return [...versions]
    .sort((a, b) => compareVersions(a.name, b.name))
    .map((version) => ({
      name: `${names.plural}.${group}` as ResourceName,
      group,
      version: version.name,
      apiVersion: `${group}/${version.name}`,
      kind: names.kind,
      plural: names.plural,
      singular: names.singular || names.kind.toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      namespaced: spec.scope === 'Namespaced',
      verbs: version.served ? VERBS : [],
      subresources: subresourcesOf(version.subresources, names.kind),
      model: '',
      ...(version.name === storage ? {} : { convertedFrom: `${group}/${storage}` }),
      custom: {
        schema: (version.schema?.openAPIV3Schema ?? {}) as JsonSchema,
        columns: (version.additionalPrinterColumns ?? []) as PrinterColumn[],
        status: version.subresources?.status !== undefined,
        ...(version.subresources?.scale
          ? { scale: version.subresources.scale as NonNullable<CustomType['scale']> }
          : {}),
        listKind: names.listKind || `${names.kind}List`,
        selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1)),
      },
    }));
}

type Version = CustomResourceDefinition['spec']['versions'][number];

function subresourcesOf(declared: Version['subresources'], kind: string): Subresource[] {
  return [
    ...(declared?.status ? [{ name: 'status', kind, verbs: READ_WRITE }] : []),
    ...(declared?.scale
      ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: READ_WRITE }]
      : []),
  ];
}

const VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;

/** v2, v1, v1beta2, v1beta1, v1alpha1, then the others by name (apimachinery, version.CompareKubeAwareVersionStrings). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  const rank = ([, major, stage, minor]: RegExpExecArray): number[] => [
    stage === undefined ? 2 : stage === 'beta' ? 1 : 0,
    Number(major),
    Number(minor ?? 0),
  ];
  const [of, against] = [rank(left), rank(right)];
  const index = of.findIndex((each, position) => each !== against[position]);
  return index < 0 ? 0 : (against[index] ?? 0) - (of[index] ?? 0);
}
