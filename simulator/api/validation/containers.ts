import type { Container, PodSpec, Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { validateEnv, validateEnvFrom } from './environment';
import { at, duplicate, forbidden, invalid, invalids, notSupported, required, tooMany } from './field-error';
import { dns1123Label, portName, portNumber } from './names';
import { type HandlerContext, validateLifecycle, validateProbes } from './probes';
import { validateContainerResources } from './resources';
import { validateSecurityContext } from './security-context';
import { oneOf } from './values';
import { validateVolumeDevices, validateVolumeMounts } from './volume-mounts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULE_ACTIONS = ['Restart', 'RestartAllContainers'];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;
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
      ...validateContainer(container, spec, volumes, here),
      ...uniqueName(container.name, names, here),
      ...validateLifecycle(container.lifecycle, contextOf(spec), `${here}.lifecycle`),
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
      ...validateContainer(container, spec, volumes, here),
      ...validateRestartPolicy(container, here),
      ...uniqueName(container.name, names, here),
      ...hostPortConflicts([container], path),
    ];
    if (container.restartPolicy === 'Always')
      return [
        ...errors,
        ...validateLifecycle(container.lifecycle, contextOf(spec), `${here}.lifecycle`),
        ...validateProbes(container, here),
      ];
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      if (container[field]) errors.push(forbidden(`${here}.${field}`, NOT_A_SIDECAR));
    for (const [position, { restartPolicy }] of (container.resizePolicy ?? []).entries())
      if (restartPolicy === 'RestartContainer')
        errors.push(
          invalid(
            `${at(`${here}.resizePolicy`, position)}.restartPolicy`,
            restartPolicy,
            "must not be set to 'RestartContainer' for non-sidecar initContainers",
          ),
        );
    return errors;
  });
}

function contextOf({ terminationGracePeriodSeconds = 30 }: PodSpec): HandlerContext {
  return { gracePeriod: terminationGracePeriodSeconds };
}

/** core/validation validateContainerCommon: what every sort of container obeys. */
export function validateContainer(
  container: Container,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  return [
    ...(container.name
      ? invalids(`${path}.name`, container.name, dns1123Label(container.name))
      : [required(`${path}.name`)]),
    ...(container.image ? [] : [required(`${path}.image`)]),
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
    ...validateContainerResources(container.resources, spec, `${path}.resources`),
    ...validateResizePolicy(container, spec, `${path}.resizePolicy`),
    ...validateSecurityContext(
      container.securityContext,
      spec.hostUsers !== false,
      `${path}.securityContext`,
    ),
  ];
}

/** core/validation validateContainerOnlyForPod: what a template may have and a Pod may not. */
export function validateImagesOfPod({ containers = [], initContainers = [] }: PodSpec): FieldError[] {
  const lists = { containers, initContainers };
  return Object.entries(lists).flatMap(([name, list]) =>
    list.flatMap(({ image }, index) => paddedImage(image, at(`spec.${name}`, index))),
  );
}

export function paddedImage(image: string | undefined, path: string): FieldError[] {
  return image && image.trim() !== image
    ? [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]
    : [];
}

/** core/validation validateResizePolicy. */
function validateResizePolicy(
  { resizePolicy = [] }: Container,
  { restartPolicy: ofPod }: PodSpec,
  path: string,
): FieldError[] {
  const seen = new Set<string>();
  return resizePolicy.flatMap(({ resourceName, restartPolicy }, index) => {
    const errors = seen.has(resourceName) ? [duplicate(at(path, index), resourceName)] : [];
    seen.add(resourceName);
    errors.push(
      ...oneOf(resourceName, ['cpu', 'memory'], path),
      ...oneOf(restartPolicy, ['NotRequired', 'RestartContainer'], path),
    );
    if (ofPod === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    return errors;
  });
}

function uniqueName(name: string, names: Set<string>, path: string): FieldError[] {
  if (names.has(name)) return [duplicate(`${path}.name`, name)];
  if (name) names.add(name);
  return [];
}

/** core/validation validateContainerRestartPolicy. */
function validateRestartPolicy(container: Container, path: string): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const here = `${path}.restartPolicyRules`;
  const errors: FieldError[] = [];
  if (restartPolicy === undefined) {
    if (rules.length > 0)
      errors.push(
        required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'),
      );
  } else if (!RESTART_POLICIES.includes(restartPolicy))
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  if (rules.length > MOST_RULES) errors.push(tooMany(here, rules.length, MOST_RULES));
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const rule = at(here, index);
    if (!RULE_ACTIONS.includes(action)) errors.push(notSupported(`${rule}.action`, action, RULE_ACTIONS));
    if (!exitCodes) errors.push(required(`${rule}.exitCodes`, 'must be specified'));
    else if (!['In', 'NotIn'].includes(exitCodes.operator ?? ''))
      errors.push(notSupported(`${rule}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']));
    const count = exitCodes?.values?.length ?? 0;
    if (count > MOST_EXIT_CODES) errors.push(tooMany(`${rule}.exitCodes.values`, count, MOST_EXIT_CODES));
  }
  return errors;
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
