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
  const missing = granted.filter((rule) => !isCovered(rule, held));
  if (missing.length === 0) return;
  throw new ApiError(
    403,
    'Forbidden',
    `${resource} "${name}" is forbidden: user "${user.name}" (groups=${JSON.stringify(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).join('\n')}`,
    { name, group: GROUP, kind: plural },
  );
}

/** Whether every single permission of a rule is held (validation/policy_comparator.go, Covers). */
function isCovered(rule: Rule, held: readonly Rule[]): boolean {
  const paths = (rule.nonResourceURLs ?? []).flatMap((path) => rule.verbs.map((verb) => ({ path, verb })));
  const names = rule.resourceNames?.length ? rule.resourceNames : [''];
  const requests = rule.verbs.flatMap((verb) =>
    (rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((each) => {
        const [resource = '', subresource = ''] = each.split('/');
        return names.map((name) => ({
          verb,
          group,
          version: '',
          resource,
          subresource,
          namespace: '',
          name,
        }));
      }),
    ),
  );
  return [...paths, ...requests].every((request) => held.some((own) => allows(own, request)));
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
