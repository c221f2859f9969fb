import { isDeepStrictEqual } from 'node:util';
import { selectorMatches } from '../scheduler/label-terms';
import type { ClusterRole } from '../schema/types';
import type { ControllerContext, StopController } from './controller';
import { WorkQueue } from './work-queue';

const ROLES = 'clusterroles.rbac.authorization.k8s.io';

/** Puts the rules of a ClusterRole with an `aggregationRule` together (clusterrole-aggregation-controller). */
export function startClusterRoleAggregationController(context: ControllerContext): StopController {
  const { client } = context;
  const aggregate = (name: string): void => {
    const role = client.get(ROLES, '', name);
    const selectors = role?.aggregationRule?.clusterRoleSelectors;
    if (!role || !selectors) return;
    const parts = client
      .list(ROLES, {})
      .filter(({ metadata }) => metadata.name !== name)
      .filter(({ metadata }) => selectors.some((selector) => selectorMatches(selector, metadata.labels)))
      .sort((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1));
    const rules: NonNullable<ClusterRole['rules']> = [];
    for (const rule of parts.flatMap((part) => part.rules ?? [])) {
      if (!rules.some((each) => isDeepStrictEqual(each, rule))) rules.push(rule);
    }
    if (!isDeepStrictEqual(rules, role.rules ?? [])) client.update(ROLES, { ...role, rules });
  };
  const queue = new WorkQueue(context.clock, aggregate, context.onError);
  const stop = client.watch(ROLES, {}, () => {
    // Whatever changed may be a part of any other.
    for (const { metadata, aggregationRule } of client.list(ROLES, {})) {
      if (aggregationRule) queue.add(metadata.name ?? '');
    }
  });
  return () => {
    stop();
    queue.stop();
  };
}
