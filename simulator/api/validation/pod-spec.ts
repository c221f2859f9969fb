import type { PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { validateContainer, validateContainers, validateInitContainers } from './containers';
import { at, duplicate, forbidden, invalid, invalids, notFound, required } from './field-error';
import { validateLabels } from './metadata';
import { dns1123Label, dns1123Subdomain, ipAddress, qualifiedName, within } from './names';
import {
  validateAffinity,
  validateSchedulingGates,
  validateTolerations,
  validateTopologySpread,
} from './scheduling';
import { validatePodSecurityContext } from './security-context';
import { oneOf, optionallyOneOf } from './values';
import { validateVolumes } from './volumes';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const NOT_EPHEMERAL = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
] as const;

/** core/validation ValidatePodSpec, in its order. `path` is `spec` or `spec.template.spec`. */
export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const { errors, valid } = validateVolumes(spec.volumes ?? [], `${path}.volumes`);
  errors.push(
    ...validateContainers(spec, valid, `${path}.containers`),
    ...validateInitContainers(spec, valid, `${path}.initContainers`),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...oneOf(spec.dnsPolicy, DNS_POLICIES, `${path}.dnsPolicy`),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec, path),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [required(`${at(`${path}.imagePullSecrets`, index)}.name`)],
    ),
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateDns(spec, `${path}.dnsConfig`),
    ...(spec.readinessGates ?? []).flatMap(({ conditionType }, index) =>
      invalids(
        `${at(`${path}.readinessGates`, index)}.conditionType`,
        conditionType,
        qualifiedName(conditionType),
      ),
    ),
    ...validateSchedulingGates(spec, `${path}.schedulingGates`),
    ...validateTopologySpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
    ...validateNames(spec, path),
    ...validateTolerations(spec.tolerations, `${path}.tolerations`),
    ...(spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }, index) => [
      ...invalids(`${at(`${path}.hostAliases`, index)}.ip`, ip, ipAddress(ip)),
      ...hostnames.flatMap((name) =>
        invalids(`${at(`${path}.hostAliases`, index)}.hostnames`, name, dns1123Subdomain(name)),
      ),
    ]),
    ...optionallyOneOf(spec.preemptionPolicy, ['Never', 'PreemptLowerPriority'], `${path}.preemptionPolicy`),
    ...(spec.os ? oneOf(spec.os.name, ['linux', 'windows'], `${path}.os.name`) : []),
  );
  return errors;
}

/** core/validation validateEphemeralContainers: their names are unique over all sorts, and they stay simple. */
export function validateEphemeralContainers(spec: PodSpec, path: string): FieldError[] {
  const names = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const targets = new Set(names);
  const { valid } = validateVolumes(spec.volumes ?? [], 'spec.volumes');
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const here = at(path, index);
    const errors = validateContainer(container as Parameters<typeof validateContainer>[0], valid, here);
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !targets.has(container.targetContainerName))
      errors.push(notFound(`${here}.targetContainerName`, container.targetContainerName));
    for (const field of NOT_EPHEMERAL)
      if (container[field])
        errors.push(forbidden(`${here}.${field}`, 'cannot be set for an Ephemeral Container'));
    if (Object.keys(container.resources ?? {}).length > 0)
      errors.push(forbidden(`${here}.resources`, 'cannot be set for an Ephemeral Container'));
    for (const [position, mount] of (container.volumeMounts ?? []).entries())
      for (const field of ['subPath', 'subPathExpr'] as const)
        if (mount[field])
          errors.push(
            forbidden(
              `${at(`${here}.volumeMounts`, position)}.${field}`,
              'cannot be set for an Ephemeral Container',
            ),
          );
    return errors;
  });
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (field: 'serviceAccountName' | 'nodeName' | 'priorityClassName' | 'runtimeClassName') => {
    const value = spec[field];
    if (value) errors.push(...invalids(`${path}.${field}`, value, dns1123Subdomain(value)));
  };
  check('serviceAccountName');
  check('nodeName');
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined)
    errors.push(...invalids(`${path}.activeDeadlineSeconds`, deadline, within(deadline, 1, 2_147_483_647)));
  for (const field of ['hostname', 'subdomain'] as const) {
    const value = spec[field];
    if (value) errors.push(...invalids(`${path}.${field}`, value, dns1123Label(value)));
  }
  check('priorityClassName');
  check('runtimeClassName');
  return errors;
}

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: string): FieldError[] {
  if (!dnsConfig)
    return dnsPolicy === 'None' ? [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  const errors: FieldError[] = [];
  if (dnsPolicy === 'None' && nameservers.length === 0)
    errors.push(
      required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    );
  if (nameservers.length > 3)
    errors.push(invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
  for (const [index, address] of nameservers.entries())
    errors.push(...invalids(at(`${path}.nameservers`, index), address, ipAddress(address)));
  if (searches.length > 32)
    errors.push(invalid(`${path}.searches`, searches, 'must not have more than 32 search paths'));
  for (const [index, search] of searches.entries()) {
    const name = search.replace(/\.$/, '');
    if (name) errors.push(...invalids(at(`${path}.searches`, index), search, dns1123Subdomain(name)));
  }
  for (const [index, { name }] of options.entries())
    if (!name) errors.push(required(at(`${path}.options`, index), 'must not be empty'));
  return errors;
}
