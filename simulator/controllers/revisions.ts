import { selectorMatches } from '../scheduler/label-terms';
import type { ControllerRevision, DaemonSet, KubeObject, StatefulSet } from '../schema/types';
import { type ControllerContext, controllerOf, controllerRef } from './controller';
import { equalTemplates, templateHash, withSortedKeys } from './template-hash';

type Owner = StatefulSet | DaemonSet;

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
  owner: Owner,
  template: unknown,
  labels: Record<string, string>,
): ControllerRevision {
  const { client } = context;
  adoptOrphans(context, owner);
  const known = revisionsOf(context, owner);
  const found = known.find((each) => equalTemplates(templateIn(each), template, HASH));
  const newest = known.at(-1)?.revision ?? 0;
  if (found) {
    if (found.revision === newest) return found;
    return client.update('controllerrevisions.apps', { ...found, revision: newest + 1 });
  }
  const namespace = owner.metadata.namespace ?? '';
  // One of that name may belong to somebody else (CreateControllerRevision counts collisions).
  const hash = freeHash(template, (each) =>
    Boolean(client.get('controllerrevisions.apps', namespace, `${owner.metadata.name}-${each}`)),
  );
  return client.create('controllerrevisions.apps', {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace,
      labels: { ...labels, [HASH]: hash },
      ownerReferences: [controllerRef(owner)],
    },
    // Clients compare its bytes with those of a template (daemon.Match).
    data: withSortedKeys({ spec: { template: { ...(template as object), $patch: 'replace' } } }),
    revision: newest + 1,
  } as ControllerRevision);
}

function freeHash(template: unknown, taken: (hash: string) => boolean): string {
  let collisions = 0;
  while (taken(templateHash(template, collisions))) collisions++;
  return templateHash(template, collisions);
}

/** Revisions that were left by a workload before it become the owner's (adoptOrphanRevisions). */
function adoptOrphans({ client }: ControllerContext, owner: Owner): void {
  if (owner.metadata.deletionTimestamp) return;
  for (const each of client.list('controllerrevisions.apps', { namespace: owner.metadata.namespace ?? '' })) {
    if (controllerOf(each) || each.metadata.deletionTimestamp) continue;
    if (!selectorMatches(owner.spec?.selector, each.metadata.labels)) continue;
    const ownerReferences = [...(each.metadata.ownerReferences ?? []), controllerRef(owner)];
    client.update('controllerrevisions.apps', { ...each, metadata: { ...each.metadata, ownerReferences } });
  }
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
