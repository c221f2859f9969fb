import type { ClusterRoleBinding, KubeObject, ResourceName, RoleBinding } from '../../schema/types';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import type { Rule } from './bootstrap-roles';

/** What a path names as a resource, whether that is served or not (apiserver RequestInfo). */
export interface NamedResource {
  group: string;
  version: string;
  /** The plural. */
  resource: string;
  /** '' for the object itself. */
  subresource: string;
  /** '' for all namespaces, and for cluster-scoped resources. */
  namespace: string;
  /** '' for the collection. */
  name: string;
}

/** What a user wants to do, as authorization/v1 ResourceAttributes or NonResourceAttributes. */
export type AccessRequest = { path: string; verb: string } | (NamedResource & { verb: string });

export interface Decision {
  allowed: boolean;
  /** As SelfSubjectAccessReview shows it. */
  reason: string;
}

/** What the decision is made from: the stored roles and bindings. */
interface Objects {
  list(resource: ResourceName, namespace?: string): readonly KubeObject[];
  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined;
}

interface Grant {
  rules: readonly Rule[];
  reason: string;
  /** That the role which is bound is not there. */
  problem: string;
}

const GROUP = 'rbac.authorization.k8s.io';

/** RBAC as in plugin/pkg/auth/authorizer/rbac: allowed when any bound rule allows it; there is no denying. */
export function decide(objects: Objects, user: RequestUser, request: AccessRequest): Decision {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const namespace = 'resource' in request ? request.namespace : '';
  const problems = new Set<string>();
  for (const grant of grants(objects, user, namespace)) {
    if (grant.rules.some((rule) => allows(rule, request))) return { allowed: true, reason: grant.reason };
    if (grant.problem) problems.add(grant.problem);
  }
  return { allowed: false, reason: problems.size > 0 ? `RBAC: ${together([...problems])}` : '' };
}

/** Several errors as one (util/errors Aggregate). */
function together(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
}

/** Throws 403 Forbidden in Kubernetes' words. */
export function authorize(objects: Objects, user: RequestUser, request: AccessRequest): void {
  const decision = decide(objects, user, request);
  if (decision.allowed) return;
  const because = decision.reason ? `: ${decision.reason}` : '';
  if ('path' in request) {
    throw new ApiError(
      403,
      'Forbidden',
      `forbidden: User "${user.name}" cannot ${request.verb} path "${request.path}"${because}`,
    );
  }
  const { verb, group, name, namespace } = request;
  const resource = request.subresource ? `${request.resource}/${request.subresource}` : request.resource;
  const qualified = group ? `${request.resource}.${group}` : request.resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  throw new ApiError(
    403,
    'Forbidden',
    `${qualified}${name ? ` "${name}"` : ''} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}${because}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: request.resource },
  );
}

/** The rules that hold for a user in a namespace: for SelfSubjectRulesReview, and to tell what one may pass on. */
export function rulesFor(objects: Objects, user: RequestUser, namespace: string): Rule[] {
  if (user.groups.includes('system:masters')) {
    return [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
  }
  return [...grants(objects, user, namespace)].flatMap((grant) => grant.rules);
}

function* grants(objects: Objects, user: RequestUser, namespace: string): Generator<Grant> {
  for (const object of objects.list(`clusterrolebindings.${GROUP}`)) {
    const binding = object as ClusterRoleBinding;
    const subject = binding.subjects?.find((each) => isSubject(each, user, ''));
    if (!subject) continue;
    yield {
      ...rulesOf(objects, binding.roleRef, ''),
      reason: `RBAC: allowed by ClusterRoleBinding "${binding.metadata.name}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${subject.name}"`,
    };
  }
  if (!namespace) return;
  for (const object of objects.list(`rolebindings.${GROUP}`, namespace)) {
    const binding = object as RoleBinding;
    const subject = binding.subjects?.find((each) => isSubject(each, user, namespace));
    if (!subject) continue;
    yield {
      ...rulesOf(objects, binding.roleRef, namespace),
      reason: `RBAC: allowed by RoleBinding "${binding.metadata.name}/${namespace}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace}` : subject.name}"`,
    };
  }
}

function rulesOf(
  objects: Objects,
  ref: { kind: string; name: string },
  namespace: string,
): Pick<Grant, 'rules' | 'problem'> {
  const role =
    ref.kind === 'ClusterRole'
      ? objects.get(`clusterroles.${GROUP}`, '', ref.name)
      : objects.get(`roles.${GROUP}`, namespace, ref.name);
  const rules = (role as { rules?: Rule[] | null } | undefined)?.rules ?? [];
  return { rules, problem: role ? '' : `${ref.kind.toLowerCase()}.${GROUP} "${ref.name}" not found` };
}

function isSubject(
  subject: { kind: string; name: string; namespace?: string },
  user: RequestUser,
  namespace: string,
): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
    default:
      return false;
  }
}

/** Whether one rule covers a request (validation/rule.go, rbac.RuleAllows). */
export function allows(rule: Rule, request: AccessRequest): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list?.some((each) => each === '*' || each === value) ?? false;
  if (!has(rule.verbs, request.verb)) return false;
  if ('path' in request) {
    return (
      rule.nonResourceURLs?.some(
        (url) =>
          url === '*' ||
          url === request.path ||
          (url.endsWith('*') && request.path.startsWith(url.slice(0, -1))),
      ) ?? false
    );
  }
  const { resource, subresource } = request;
  const combined = subresource ? `${resource}/${subresource}` : resource;
  return (
    has(rule.apiGroups, request.group) &&
    (has(rule.resources, combined) ||
      (subresource !== '' && (rule.resources?.includes(`*/${subresource}`) ?? false))) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(request.name))
  );
}
