import type { Container, PodSpec, Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { validateEnv, validateEnvFrom } from './environment';
import { at, duplicate, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { dns1123Label, portName, portNumber } from './names';
import { validateLifecycle, validateProbes } from './probes';
import { validateContainerResources } from './resources';
import { validateSecurityContext } from './security-context';
import { oneOf } from './values';
import { validateVolumeDevices, validateVolumeMounts } from './volume-mounts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const NOT_A_SIDECAR = 'may not be set for init containers without restartPolicy=Always';

/** core/validation validateContainers: the regular containers of a Pod or template. */
export function validateContainers(
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const here = at(path, index);
    return [
      ...validateContainer(container, volumes, here),
      ...uniqueName(container.name, names, here),
      ...validateLifecycle(container.lifecycle, `${here}.lifecycle`),
      ...validateProbes(container, here),
      ...validateRestartPolicy(container, here),
    ];
  });
  return [...errors, ...hostPortConflicts(containers, path)];
}

/** core/validation validateInitContainers: with `restartPolicy: Always` they are sidecars and may have probes. */
export function validateInitContainers(
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  return (spec.initContainers ?? []).flatMap((container, index) => {
    const here = at(path, index);
    const errors = [
      ...validateContainer(container, volumes, here),
      ...validateRestartPolicy(container, here),
      ...uniqueName(container.name, names, here),
      ...hostPortConflicts([container], path),
    ];
    if (container.restartPolicy === 'Always')
      return [
        ...errors,
        ...validateLifecycle(container.lifecycle, `${here}.lifecycle`),
        ...validateProbes(container, here),
      ];
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      if (container[field]) errors.push(forbidden(`${here}.${field}`, NOT_A_SIDECAR));
    if (container.resizePolicy?.length)
      errors.push(
        invalid(`${here}.resizePolicy`, container.resizePolicy, 'must not be set for init containers'),
      );
    return errors;
  });
}

/** core/validation validateContainerCommon: what every sort of container obeys. */
export function validateContainer(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (container.name) errors.push(...invalids(`${path}.name`, container.name, dns1123Label(container.name)));
  else errors.push(required(`${path}.name`));
  if (!container.image) errors.push(required(`${path}.image`));
  else if (container.image.trim() !== container.image)
    errors.push(invalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  return [
    ...errors,
    ...oneOf(
      container.terminationMessagePolicy,
      ['File', 'FallbackToLogsOnError'],
      `${path}.terminationMessagePolicy`,
    ),
    ...validatePorts(container, `${path}.ports`),
    ...validateEnv(container.env ?? [], `${path}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateVolumeMounts(container, volumes, `${path}.volumeMounts`),
    ...validateVolumeDevices(container, volumes, `${path}.volumeDevices`),
    ...oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
    ...validateContainerResources(container.resources, `${path}.resources`),
    ...validateSecurityContext(container.securityContext, `${path}.securityContext`),
  ];
}

function uniqueName(name: string, names: Set<string>, path: string): FieldError[] {
  if (names.has(name)) return [duplicate(`${path}.name`, name)];
  if (name) names.add(name);
  return [];
}

function validateRestartPolicy(container: Container, path: string): FieldError[] {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy === undefined)
    return restartPolicyRules.length > 0
      ? [required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')]
      : [];
  if (!RESTART_POLICIES.includes(restartPolicy))
    return [notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES)];
  return [];
}

function validatePorts({ ports = [] }: Container, path: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const here = at(path, index);
    const errors: FieldError[] = [];
    if (port.name) {
      const problems = portName(port.name);
      if (problems.length > 0) errors.push(...invalids(`${here}.name`, port.name, problems));
      else if (names.has(port.name)) errors.push(duplicate(`${here}.name`, port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${here}.containerPort`));
    else
      errors.push(...invalids(`${here}.containerPort`, port.containerPort, portNumber(port.containerPort)));
    if (port.hostPort) errors.push(...invalids(`${here}.hostPort`, port.hostPort, portNumber(port.hostPort)));
    return [...errors, ...oneOf(port.protocol, PROTOCOLS, `${here}.protocol`)];
  });
}

/** Two containers cannot have the same port of the node (AccumulateUniqueHostPorts). */
function hostPortConflicts(containers: readonly Container[], path: string): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort, hostIP = '', protocol }, portIndex) => {
      if (!hostPort) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) return [duplicate(`${at(`${at(path, index)}.ports`, portIndex)}.hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}
