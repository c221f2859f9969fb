import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, invalid, invalids, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { dns1123Subdomain, pathSegment } from './names';
import { validateLabelSelector } from './selectors';

type Rule = NonNullable<Role['rules']>[number];
type Binding = RoleBinding | ClusterRoleBinding;
type Subject = NonNullable<Binding['subjects']>[number];

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** rbac/validation ValidateRole, without metadata. */
export function validateRole({ rules }: Role): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => validateRule(rule, true, at('rules', index)));
}

/** rbac/validation ValidateClusterRole, without metadata. */
export function validateClusterRole({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const errors = (rules ?? []).flatMap((rule, index) => validateRule(rule, false, at('rules', index)));
  if (!aggregationRule) return errors;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0)
    errors.push(
      required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    );
  return [
    ...errors,
    ...selectors.flatMap((selector, index) =>
      validateLabelSelector(selector, at('aggregationRule.clusterRoleSelectors', index)),
    ),
  ];
}

/** rbac/validation ValidateRoleBinding and ValidateClusterRoleBinding, without metadata. */
export function validateBinding({ roleRef, subjects }: Binding, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  if (apiGroup !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (!name) errors.push(required('roleRef.name'));
  else errors.push(...invalids('roleRef.name', name, pathSegment(name)));
  return [
    ...errors,
    ...(subjects ?? []).flatMap((subject, index) =>
      validateSubject(subject, namespaced, at('subjects', index)),
    ),
  ];
}

/** rbac/validation ValidateRoleBindingUpdate: a binding cannot be pointed at another role. */
export function validateBindingUpdate(binding: Binding, old: Binding, namespaced: boolean): FieldError[] {
  const errors = validateBinding(binding, namespaced);
  if (!deepEqual(binding.roleRef, old.roleRef))
    errors.push(invalid('roleRef', internalForm('RoleRef', binding.roleRef), 'cannot change roleRef'));
  return errors;
}

function validateRule(rule: Rule, namespaced: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const urls = rule.nonResourceURLs ?? [];
  if (!rule.verbs?.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (urls.length > 0) {
    if (namespaced)
      errors.push(
        invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs'),
      );
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length)
      errors.push(
        invalid(
          `${path}.nonResourceURLs`,
          urls,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    return errors;
  }
  if (!rule.apiGroups?.length)
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!rule.resources?.length)
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function validateSubject(subject: Subject, namespaced: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject;
  if (!name) errors.push(required(`${path}.name`));
  if (kind === 'ServiceAccount') {
    if (name) errors.push(...invalids(`${path}.name`, name, dns1123Subdomain(name)));
    if (apiGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
    if (!namespaced && !namespace) errors.push(required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== RBAC_GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [RBAC_GROUP]));
  } else {
    errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}
