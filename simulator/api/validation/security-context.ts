import type { Container, PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, required } from './field-error';
import { internalForm } from './internal-form';
import { within } from './names';
import { oneOf, optionallyOneOf } from './values';

type SecurityContext = NonNullable<Container['securityContext']>;
type PodSecurityContext = NonNullable<PodSpec['securityContext']>;

const MOST_ID = 2_147_483_647;
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** core/validation ValidateSecurityContext, of a container. */
export function validateSecurityContext(context: SecurityContext | undefined, path: string): FieldError[] {
  if (!context) return [];
  const errors = [
    ...validateId(context.runAsUser, `${path}.runAsUser`),
    ...validateId(context.runAsGroup, `${path}.runAsGroup`),
    ...optionallyOneOf(context.procMount, ['Default', 'Unmasked'], `${path}.procMount`),
    ...validateProfile(context.seccompProfile, 'seccomp', `${path}.seccompProfile`),
    ...validateProfile(context.appArmorProfile, 'AppArmor', `${path}.appArmorProfile`),
  ];
  if (context.allowPrivilegeEscalation === false) {
    const shown = internalForm('SecurityContext', context);
    if (context.privileged)
      errors.push(
        invalid(path, shown, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
      );
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN'))
      errors.push(
        invalid(
          path,
          shown,
          'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ),
      );
  }
  return errors;
}

/** core/validation ValidatePodSecurityContext, with the host ports that a Pod on the host network must have. */
export function validatePodSecurityContext(spec: PodSpec, path: string): FieldError[] {
  const context: PodSecurityContext = spec.securityContext ?? {};
  const here = `${path}.securityContext`;
  const errors = hostNetworkPorts(spec, path);
  errors.push(
    ...validateId(context.fsGroup, `${here}.fsGroup`),
    ...validateId(context.runAsUser, `${here}.runAsUser`),
    ...validateId(context.runAsGroup, `${here}.runAsGroup`),
    ...(context.supplementalGroups ?? []).flatMap((group, index) =>
      validateId(group, at(`${here}.supplementalGroups`, index)),
    ),
  );
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(
      invalid(
        `${path}.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  if (spec.hostUsers === false)
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
      if (spec[field]) errors.push(forbidden(`${path}.${field}`, 'when `hostUsers` is false'));
  return [
    ...errors,
    ...validateSysctls(context, `${here}.sysctls`),
    ...optionallyOneOf(
      context.fsGroupChangePolicy,
      ['Always', 'OnRootMismatch'],
      `${here}.fsGroupChangePolicy`,
    ),
    ...optionallyOneOf(
      context.supplementalGroupsPolicy,
      ['Merge', 'Strict'],
      `${here}.supplementalGroupsPolicy`,
    ),
    ...validateProfile(context.seccompProfile, 'seccomp', `${here}.seccompProfile`),
    ...validateProfile(context.appArmorProfile, 'AppArmor', `${here}.appArmorProfile`),
  ];
}

function validateId(id: number | undefined, path: string): FieldError[] {
  return id === undefined ? [] : invalids(path, id, within(id, 0, MOST_ID));
}

function validateProfile(
  profile: { type: string; localhostProfile?: string } | undefined,
  sort: 'seccomp' | 'AppArmor',
  path: string,
): FieldError[] {
  if (!profile) return [];
  const errors = oneOf(profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined'], `${path}.type`);
  if (profile.type === 'Localhost') {
    if (!profile.localhostProfile)
      errors.push(required(`${path}.localhostProfile`, `must be set when ${sort} type is Localhost`));
  } else if (profile.localhostProfile) {
    errors.push(
      invalid(
        `${path}.localhostProfile`,
        profile.localhostProfile,
        `can only be set when ${sort} type is Localhost`,
      ),
    );
  }
  return errors;
}

function validateSysctls({ sysctls = [] }: PodSecurityContext, path: string): FieldError[] {
  return sysctls.flatMap(({ name }, index) => {
    const here = `${at(path, index)}.name`;
    if (!name) return [required(here)];
    return name.length <= 253 && SYSCTL.test(name)
      ? []
      : [
          invalid(
            here,
            name,
            'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
          ),
        ];
  });
}

function hostNetworkPorts(spec: PodSpec, path: string): FieldError[] {
  if (!spec.hostNetwork) return [];
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ ports = [] }, index) =>
      ports.flatMap(({ containerPort, hostPort }, portIndex) =>
        // A template's ports get their host ports only in the Pod.
        hostPort && hostPort !== containerPort
          ? [
              invalid(
                `${at(`${at(`${path}.${list}`, index)}.ports`, portIndex)}.containerPort`,
                containerPort,
                'must match `hostPort` when `hostNetwork` is true',
              ),
            ]
          : [],
      ),
    ),
  );
}
