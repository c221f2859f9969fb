import type { Container, PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, required, tooLong } from './field-error';
import { internalForm } from './internal-form';
import { within } from './names';
import { optionallyOneOf } from './values';
import { descendingPath } from './volume-mounts';

type SecurityContext = NonNullable<Container['securityContext']>;
type PodSecurityContext = NonNullable<PodSpec['securityContext']>;

const MOST_ID = 2_147_483_647;
/** PATH_MAX, without the zero at the end. */
const LONGEST_PATH = 4095;
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** core/validation ValidateSecurityContext, of a container. `hostUsers`: whether the Pod has the node's users. */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  hostUsers: boolean,
  path: string,
): FieldError[] {
  if (!context) return [];
  const { procMount } = context;
  const errors = [
    ...validateId(context.runAsUser, `${path}.runAsUser`),
    ...validateId(context.runAsGroup, `${path}.runAsGroup`),
    ...optionallyOneOf(procMount, ['Default', 'Unmasked'], `${path}.procMount`),
  ];
  if (hostUsers && procMount === 'Unmasked')
    errors.push(invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'));
  errors.push(...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`));
  if (context.allowPrivilegeEscalation === false) {
    const shown = internalForm('SecurityContext', context);
    const cannot = 'cannot set `allowPrivilegeEscalation` to false and';
    if (context.privileged) errors.push(invalid(path, shown, `${cannot} \`privileged\` to true`));
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN'))
      errors.push(invalid(path, shown, `${cannot} \`capabilities.Add\` CAP_SYS_ADMIN`));
  }
  return [...errors, ...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`)];
}

/** core/validation validatePodSpecSecurityContext. */
export function validatePodSecurityContext(spec: PodSpec, path: string): FieldError[] {
  const context: PodSecurityContext = spec.securityContext ?? {};
  const errors = [
    ...validateId(context.fsGroup, `${path}.fsGroup`),
    ...validateId(context.runAsUser, `${path}.runAsUser`),
    ...validateId(context.runAsGroup, `${path}.runAsGroup`),
    ...(context.supplementalGroups ?? []).flatMap((group, index) =>
      validateId(group, at(`${path}.supplementalGroups`, index)),
    ),
  ];
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(
      invalid(
        `${path}.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  return [
    ...errors,
    ...validateSysctls(spec, `${path}.sysctls`),
    ...optionallyOneOf(
      context.fsGroupChangePolicy,
      ['Always', 'OnRootMismatch'],
      `${path}.fsGroupChangePolicy`,
    ),
    ...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`),
    ...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`),
    ...optionallyOneOf(
      context.supplementalGroupsPolicy,
      ['Merge', 'Strict'],
      `${path}.supplementalGroupsPolicy`,
    ),
    ...optionallyOneOf(
      context.seLinuxChangePolicy,
      ['MountOption', 'Recursive'],
      `${path}.seLinuxChangePolicy`,
    ),
  ];
}

/** core/validation validateHostUsers; the capitals in the paths are upstream's. */
export function validateHostUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const { hostNetwork, hostPID: HostPID, hostIPC: HostIPC } = spec;
  return Object.entries({ hostNetwork, HostPID, HostIPC }).flatMap(([field, on]) =>
    on ? [forbidden(`${path}.${field}`, 'when `hostUsers` is false')] : [],
  );
}

/** core/validation validatePodHostNetworkDeps: on the node's network a port is the node's own. */
export function validateHostNetworkPorts(
  { hostNetwork, containers = [] }: PodSpec,
  path: string,
): FieldError[] {
  if (!hostNetwork) return [];
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ containerPort, hostPort }, position) =>
      // A template's ports get their host ports only in the Pod.
      hostPort && hostPort !== containerPort
        ? [
            invalid(
              `${at(`${at(`${path}.containers`, index)}.ports`, position)}.hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  );
}

function validateId(id: number | undefined, path: string): FieldError[] {
  return id === undefined ? [] : invalids(path, id, within(id, 0, MOST_ID));
}

/** core/validation validateSeccompProfileField. */
function validateSeccomp(profile: SecurityContext['seccompProfile'], path: string): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const errors = validateProfileType(type, 'seccompProfile', path);
  const field = `${path}.localhostProfile`;
  if (type === 'Localhost')
    errors.push(
      ...(localhostProfile === undefined
        ? [required(field, 'must be set when seccomp type is Localhost')]
        : descendingPath(localhostProfile, field)),
    );
  else if (localhostProfile !== undefined)
    errors.push(
      invalid(
        field,
        internalForm('SeccompProfile', profile),
        'can only be set when seccomp type is Localhost',
      ),
    );
  return errors;
}

/** core/validation ValidateAppArmorProfileField. */
function validateAppArmor(profile: SecurityContext['appArmorProfile'], path: string): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const field = `${path}.localhostProfile`;
  if (type === 'Localhost') {
    if (!localhostProfile) return [required(field, 'must be set when AppArmor type is Localhost')];
    return [
      ...(localhostProfile.trim() === localhostProfile
        ? []
        : [invalid(field, localhostProfile, 'must not be padded with whitespace')]),
      ...(localhostProfile.length > LONGEST_PATH ? [tooLong(field, LONGEST_PATH)] : []),
    ];
  }
  const errors = validateProfileType(type, 'appArmorProfile', path);
  return errors.length > 0 || localhostProfile === undefined
    ? errors
    : [invalid(field, localhostProfile, 'can only be set when AppArmor type is Localhost')];
}

function validateProfileType(type: string | undefined, field: string, path: string): FieldError[] {
  return type
    ? optionallyOneOf(type, ['Localhost', 'RuntimeDefault', 'Unconfined'], `${path}.type`)
    : [required(`${path}.type`, `type is required when ${field} is set`)];
}

/** core/validation validateSysctls. */
function validateSysctls({ securityContext, hostNetwork, hostIPC }: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>();
  return (securityContext?.sysctls ?? []).flatMap(({ name }, index) => {
    const here = `${at(path, index)}.name`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(here));
    else if (name.length > 253 || !SYSCTL.test(name))
      errors.push(
        invalid(
          here,
          name,
          'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        ),
      );
    else if (seen.has(name)) errors.push(duplicate(here, name));
    const dotted = (name ?? '').replaceAll('/', '.');
    if (hostNetwork && dotted.startsWith('net.'))
      errors.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    else if (hostIPC && /^(kernel\.(sem|shm|msg)|fs\.mqueue\.)/.test(dotted))
      errors.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
    seen.add(name);
    return errors;
  });
}
