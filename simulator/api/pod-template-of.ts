import type { ObjectMeta, PodSpec, ResourceName } from '../schema/types';

/** A Pod, or the template that a workload makes Pods of. */
export interface PodTemplate {
  spec: PodSpec;
  metadata: ObjectMeta;
  /** Where it stands in the object: '' for a Pod itself, else `spec.template` and the like. */
  path: string;
}

/** Kinds with a template, and where they have it. */
const PATHS: { readonly [R in ResourceName]?: string } = {
  pods: '',
  podtemplates: 'template',
  replicationcontrollers: 'spec.template',
  'replicasets.apps': 'spec.template',
  'deployments.apps': 'spec.template',
  'statefulsets.apps': 'spec.template',
  'daemonsets.apps': 'spec.template',
  'jobs.batch': 'spec.template',
  'cronjobs.batch': 'spec.jobTemplate.spec.template',
};

type Loose = { [field: string]: Loose | undefined };

/** Undefined when the kind has no Pods, or the object does not say what they are. */
export function podTemplateOf(resource: ResourceName, object: object): PodTemplate | undefined {
  const path = PATHS[resource];
  if (path === undefined) return undefined;
  const names = path ? path.split('.') : [];
  const found = names.reduce<Loose | undefined>((place, name) => place?.[name], object as Loose);
  const { spec, metadata = {} } = (found ?? {}) as { spec?: PodSpec; metadata?: ObjectMeta };
  return spec && { spec, metadata, path };
}
