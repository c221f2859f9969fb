import type { ControllerRevision, KubeObject } from '../schema/types';
import { type ControllerContext, controllerOf, controllerRef } from './controller';
import { equalTemplates, templateHash } from './template-hash';

const HASH = 'controller-revision-hash';

/** Revisions of a workload, oldest first. */
export function revisionsOf({ client }: ControllerContext, owner: KubeObject): ControllerRevision[] {
  return client
    .list('controllerrevisions.apps', { namespace: owner.metadata.namespace ?? '' })
    .filter((each) => controllerOf(each)?.uid === owner.metadata.uid)
    .sort((left, right) => left.revision - right.revision);
}

/**
 * The revision that holds `template`, numbered as the newest: found again after a roll-back, else made
 * (controller history, NewControllerRevision).
 */
export function currentRevision(
  context: ControllerContext,
  owner: KubeObject,
  template: unknown,
  labels: Record<string, string>,
): ControllerRevision {
  const { client } = context;
  const known = revisionsOf(context, owner);
  const found = known.find((each) => equalTemplates(templateIn(each), template, HASH));
  const newest = known.at(-1)?.revision ?? 0;
  if (found) {
    if (found.revision === newest) return found;
    return client.update('controllerrevisions.apps', { ...found, revision: newest + 1 });
  }
  const hash = templateHash(template);
  return client.create('controllerrevisions.apps', {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...labels, [HASH]: hash },
      ownerReferences: [controllerRef(owner)],
    },
    data: { spec: { template: { ...(template as object), $patch: 'replace' } } },
    revision: newest + 1,
  } as ControllerRevision);
}

export function templateIn({ data }: ControllerRevision): unknown {
  const { $patch: _patch, ...template } = (data as { spec: { template: Record<string, unknown> } }).spec
    .template;
  return template;
}

/** Revisions beyond the limit that nothing uses any more go, oldest first. */
export function forgetRevisions(
  context: ControllerContext,
  owner: KubeObject,
  limit: number,
  used: Set<string>,
): void {
  const idle = revisionsOf(context, owner).filter(({ metadata }) => !used.has(metadata.name ?? ''));
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    context.client.delete('controllerrevisions.apps', metadata.namespace ?? '', metadata.name ?? '');
  }
}
