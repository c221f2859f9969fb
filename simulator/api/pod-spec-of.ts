import type { PodSpec, ResourceName } from '../schema/types';

interface Templated {
  spec?: PodSpec & {
    template?: { spec?: PodSpec };
    jobTemplate?: { spec?: { template?: { spec?: PodSpec } } };
  };
}

/** The spec of a Pod, or of those a workload makes, and where in the object it is. */
export function podSpecOf(
  resource: ResourceName,
  object: object,
): { spec: PodSpec; path: string } | undefined {
  const { spec } = object as Templated;
  if (!spec) return undefined;
  if (resource === 'pods') return { spec, path: 'spec' };
  if (resource === 'cronjobs.batch') {
    const inner = spec.jobTemplate?.spec?.template?.spec;
    return inner && { spec: inner, path: 'spec.jobTemplate.spec.template.spec' };
  }
  const inner = spec.template?.spec;
  return inner && { spec: inner, path: 'spec.template.spec' };
}
