import { containerTotal } from '../../schema/pod-resources';
import { compareQuantities, formatQuantity, tryParseQuantity } from '../../schema/quantity';
import type { PodSpec, Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { ipAddress } from './addresses';
import { paddedImage, validateContainer, validateContainers, validateInitContainers } from './containers';
import { at, duplicate, forbidden, invalid, invalids, notFound, required, tooLong } from './field-error';
import { validateLabels } from './metadata';
import {
  dns1123Label,
  dns1123Subdomain,
  dns1123SubdomainWithUnderscore,
  qualifiedName,
  within,
} from './names';
import { validateContainerResourceName, validatePodResourceName, validateRequirements } from './resources';
import {
  validateAffinity,
  validateSchedulingGates,
  validateTolerations,
  validateTopologySpread,
} from './scheduling';
import { validateHostNetworkPorts, validateHostUsers, validatePodSecurityContext } from './security-context';
import { oneOf, optionallyOneOf } from './values';
import { validateVolumes } from './volumes';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const LONGEST_SEARCH = 2048;
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/**
 * core/validation ValidatePodSpec, in its order. `path` is `spec` or `spec.template.spec`; `pod` the Pod's name, '' for a
 * template.
 */
export function validatePodSpec(spec: PodSpec, path: string, pod = ''): FieldError[] {
  const { errors, valid } = validateVolumes(spec.volumes ?? [], `${path}.volumes`, pod);
  errors.push(
    ...validateResourceClaims(spec, `${path}.resourceClaims`),
    ...validateContainers(spec, valid, `${path}.containers`),
    ...validateInitContainers(spec, valid, `${path}.initContainers`),
    ...validateEphemeralContainers(spec, valid, `${path}.ephemeralContainers`),
    ...validatePodResources(spec, `${path}.resources`),
    ...validateHostNetworkPorts(spec, path),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...oneOf(spec.dnsPolicy, DNS_POLICIES, `${path}.dnsPolicy`),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${path}.securityContext`),
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
    ...validateHostUsers(spec, path),
    ...validateHostnameOverride(spec, `${path}.hostnameOverride`),
    ...validateNames(spec, path),
    ...validateRequirements({ limits: spec.overhead }, validateContainerResourceName, `${path}.overhead`),
    ...(spec.os ? validateSystem(spec.os.name, `${path}.os`) : []),
    ...validateFileKeyVolumes(spec, path),
  );
  return errors;
}

/** core/validation validateEphemeralContainers: their names are unique over all sorts, and they stay simple. */
function validateEphemeralContainers(
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const names = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const targets = new Set(names);
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const here = at(path, index);
    const common = container as Parameters<typeof validateContainer>[0];
    const errors = validateContainer(common, spec, volumes, here);
    errors.push(...paddedImage(container.image, here));
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !targets.has(container.targetContainerName))
      errors.push(notFound(`${here}.targetContainerName`, container.targetContainerName));
    for (const field of NOT_EPHEMERAL) {
      const value = container[field];
      if (value && Object.keys(value).length > 0)
        errors.push(forbidden(`${here}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
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

/** core/validation validatePodResources: what the Pod as a whole asks for covers what its containers do. */
function validatePodResources(spec: PodSpec, path: string): FieldError[] {
  const { resources } = spec;
  if (!resources) return [];
  const errors = resources.claims
    ? [forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level')]
    : [];
  errors.push(...validateRequirements(resources, validatePodResourceName, path));
  for (const [name, asked] of containerTotal(spec, 'requests')) {
    const given = tryParseQuantity(resources.requests?.[name] ?? '');
    if (given && compareQuantities(asked, given) > 0)
      errors.push(
        invalid(
          at(`${path}.requests`, name),
          formatQuantity(given),
          `must be greater than or equal to aggregate container requests of ${formatQuantity(asked)}`,
        ),
      );
  }
  for (const [index, container] of (spec.containers ?? []).entries())
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const limit = tryParseQuantity(text);
      const ofPod = tryParseQuantity(resources.limits?.[name] ?? '');
      if (limit && ofPod && compareQuantities(limit, ofPod) > 0)
        errors.push(
          invalid(
            `${at(at(`${path}.containers`, index), name)}.limits`,
            formatQuantity(limit),
            `must be less than or equal to pod limits of ${formatQuantity(ofPod)}`,
          ),
        );
    }
  return errors;
}

/** core/validation validatePodResourceClaims. */
function validateResourceClaims({ resourceClaims = [] }: PodSpec, path: string): FieldError[] {
  const names = new Set<string>();
  return resourceClaims.flatMap(({ name }, index) => {
    const here = `${at(path, index)}.name`;
    if (!name) return [required(here)];
    if (names.has(name)) return [duplicate(here, name)];
    names.add(name);
    return invalids(here, name, dns1123Label(name));
  });
}

/** core/validation validatePodHostName. */
function validateHostnameOverride(spec: PodSpec, path: string): FieldError[] {
  const name = spec.hostnameOverride;
  if (name === undefined) return [];
  const errors: FieldError[] = [];
  if (spec.setHostnameAsFQDN)
    errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(forbidden(path, 'may not be specified when hostNetwork is true'));
  if (name.length > 64) errors.push(tooLong(path, 64));
  return [...errors, ...invalids(path, name, dns1123Subdomain(name))];
}

/** core/validation validateOS. */
function validateSystem(name: string, path: string): FieldError[] {
  return name ? optionallyOneOf(name, ['linux', 'windows'], path) : [required(`${path}.name`)];
}

/** core/validation validateFileKeyRefVolumes: variables are read from files of an emptyDir alone. */
function validateFileKeyVolumes(spec: PodSpec, path: string): FieldError[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ env = [] }, index) =>
      env.flatMap(({ valueFrom }, position) => {
        const name = valueFrom?.fileKeyRef?.volumeName;
        if (name === undefined) return [];
        const env = at(`${at(`${path}.${list}`, index)}.env`, position);
        const here = `${env}.valueFrom.fileKeyRef.volumeName`;
        const volume = spec.volumes?.find((each) => each.name === name);
        if (!volume) return [notFound(here, name)];
        return volume.emptyDir ? [] : [invalid(here, name, 'referenced volume must be of type emptyDir')];
      }),
    ),
  );
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
  errors.push(
    ...validateTolerations(spec.tolerations, `${path}.tolerations`),
    ...(spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }, index) => {
      const here = at(`${path}.hostAliases`, index);
      return [
        ...invalids(`${here}.ip`, ip, ipAddress(ip)),
        ...hostnames.flatMap((name, position) =>
          invalids(at(`${here}.hostnames`, position), name, dns1123Subdomain(name)),
        ),
      ];
    }),
  );
  check('priorityClassName');
  check('runtimeClassName');
  if (spec.preemptionPolicy !== undefined)
    errors.push(
      ...oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${path}.preemptionPolicy`),
    );
  return errors;
}

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: string): FieldError[] {
  if (!dnsConfig)
    return dnsPolicy === 'None' ? [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  if (dnsPolicy === 'None' && nameservers.length === 0)
    return [
      required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    ];
  const errors: FieldError[] = [];
  if (nameservers.length > 3)
    errors.push(invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
  for (const [index, address] of nameservers.entries())
    errors.push(...invalids(at(`${path}.nameservers`, index), address, ipAddress(address)));
  if (searches.length > 32)
    errors.push(invalid(`${path}.searches`, searches, 'must not have more than 32 search paths'));
  if (searches.join(' ').length > LONGEST_SEARCH)
    errors.push(
      invalid(
        `${path}.searches`,
        searches,
        `must not have more than ${LONGEST_SEARCH} characters (including spaces) in the search list`,
      ),
    );
  for (const [index, search] of searches.entries()) {
    const name = search.replace(/\.$/, '');
    if (search !== '.')
      errors.push(...invalids(at(`${path}.searches`, index), name, dns1123SubdomainWithUnderscore(name)));
  }
  for (const [index, { name }] of options.entries())
    if (!name) errors.push(required(at(`${path}.options`, index), 'must not be empty'));
  return errors;
}
