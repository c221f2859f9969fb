import type { KubeObject, ResourceName } from '../../schema/types';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import type { Rule } from './bootstrap-roles';
import { allows, decide, rulesFor } from './rbac';

interface Objects {
  list(resource: ResourceName, namespace?: string): readonly KubeObject[];
  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined;
}

const GROUP = 'rbac.authorization.k8s.io';

/**
 * Nobody grants what they do not hold: a role, or the role that a binding names, must lie within the user's own rules,
 * unless they may `escalate` or `bind` (rbac policybased storage). Throws 403 Forbidden.
 */
export function checkEscalation(
  objects: Objects,
  user: RequestUser,
  resource: ResourceName,
  object: KubeObject,
): void {
  const plural = resource.split('.')[0] ?? '';
  if (!resource.endsWith(`.${GROUP}`) || user.groups.includes('system:masters')) return;
  const { namespace = '', name = '' } = object.metadata;
  const { roleRef, rules } = object as KubeObject & {
    roleRef?: { kind: string; name: string };
    rules?: Rule[] | null;
  };
  const target = roleRef ? (roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles') : plural;
  const exempt = decide(objects, user, {
    verb: roleRef ? 'bind' : 'escalate',
    group: GROUP,
    version: 'v1',
    resource: target,
    subresource: '',
    namespace,
    name: roleRef?.name ?? name,
  });
  if (exempt.allowed) return;
  const bound = roleRef
    ? objects.get(`${target}.${GROUP}` as ResourceName, target === 'roles' ? namespace : '', roleRef.name)
    : undefined;
  const granted = roleRef ? ((bound as { rules?: Rule[] } | undefined)?.rules ?? []) : (rules ?? []);
  const held = rulesFor(objects, user, namespace);
  const missing = granted.flatMap(simpleRules).filter((rule) => !held.some((own) => covers(own, rule)));
  if (missing.length === 0) return;
  const texts = [...new Set(compact(missing).map(ruleText))].sort();
  throw new ApiError(
    403,
    'Forbidden',
    `${resource} "${name}" is forbidden: user "${user.name}" (groups=[${user.groups.map((group) => JSON.stringify(group)).join(' ')}]) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}`,
    { name, group: GROUP, kind: plural },
  );
}

/** A rule as many, each of one verb on one thing (validation/policy_comparator.go, BreakdownRule). */
function simpleRules(rule: Rule): Rule[] {
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [undefined];
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((resourceNames) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(resourceNames ? { resourceNames } : {}),
        })),
      ),
    ),
  );
  const paths = (rule.nonResourceURLs ?? []).flatMap((path) =>
    rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [path] })),
  );
  return [...resources, ...paths];
}

function covers(own: Rule, { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): boolean {
  const verb = verbs[0] ?? '';
  const path = nonResourceURLs?.[0];
  if (path !== undefined) return allows(own, { path, verb });
  const [resource = '', subresource = ''] = (resources?.[0] ?? '').split('/');
  return allows(own, {
    verb,
    group: apiGroups?.[0] ?? '',
    version: '',
    resource,
    subresource,
    namespace: '',
    name: resourceNames?.[0] ?? '',
  });
}

/** Verbs on the same resource in one rule again (validation/policy_compact.go). */
function compact(rules: readonly Rule[]): Rule[] {
  const found = new Map<string, Rule>();
  for (const rule of rules) {
    const key = JSON.stringify([
      rule.apiGroups,
      rule.resources,
      rule.resourceNames,
      rule.nonResourceURLs,
      rule.nonResourceURLs && rule.verbs,
    ]);
    const same = found.get(key);
    if (same) same.verbs = [...same.verbs, ...rule.verbs];
    else found.set(key, { ...rule });
  }
  return [...found.values()];
}

function ruleText(rule: Rule): string {
  const parts: [string, string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['ResourceNames', rule.resourceNames],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['Verbs', rule.verbs],
  ];
  const texts = parts.flatMap(([name, list]) =>
    list?.length ? [`${name}:[${list.map((each) => JSON.stringify(each)).join(' ')}]`] : [],
  );
  return `{${texts.join(', ')}}`;
}
