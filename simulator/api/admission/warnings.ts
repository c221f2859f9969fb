import { tryParseQuantity } from '../../schema/quantity';
import type { Container, Ingress, PodSpec, Service } from '../../schema/types';
import { podSpecOf } from '../pod-spec-of';
import { at } from '../validation/field-error';
import type { AdmissionRequest } from './request';

const OLD_NODE_LABELS: Record<string, string> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
};

/** What the registries' strategies warn about (pkg/api/pod GetWarningsForPod and its siblings). */
export function warn({ resource, object, warnings }: AdmissionRequest): void {
  const found = podSpecOf(resource, object as object);
  if (found) warnings.push(...podWarnings(found.spec, found.path));
  if (
    resource === 'ingresses.networking.k8s.io' &&
    (object as Ingress).metadata.annotations?.['kubernetes.io/ingress.class']
  )
    warnings.push(
      'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
    );
  if (resource === 'services') {
    const { spec } = object as Service;
    if (spec?.type === 'ExternalName' && spec.externalIPs?.length)
      warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
}

function podWarnings(spec: PodSpec, path: string): string[] {
  const lists = [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers ?? []],
  ] as const;
  return [
    ...Object.keys(spec.nodeSelector ?? {})
      .sort()
      .flatMap((key) =>
        OLD_NODE_LABELS[key] ? [`${at(`${path}.nodeSelector`, key)}: ${OLD_NODE_LABELS[key]}`] : [],
      ),
    ...lists.flatMap(([list, containers]) =>
      containers.flatMap((container, index) => containerWarnings(container, at(`${path}.${list}`, index))),
    ),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [
          `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
  ];
}

function containerWarnings({ resources, env = [], ports = [] }: Container, path: string): string[] {
  const found: string[] = [];
  for (const side of ['limits', 'requests'] as const)
    for (const name of ['ephemeral-storage', 'memory']) {
      const text = resources?.[side]?.[name];
      const quantity = text === undefined ? undefined : tryParseQuantity(text);
      if (quantity && quantity.nanos % 1_000_000_000n !== 0n)
        found.push(
          `${at(`${path}.resources.${side}`, name)}: fractional byte value "${text}" is invalid, must be an integer`,
        );
    }
  const names = new Set<string>();
  for (const [index, { name }] of env.entries()) {
    if (names.has(name))
      found.push(
        `${at(`${path}.env`, index)}: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    names.add(name);
  }
  const firsts = new Map<string, number>();
  for (const [index, port] of ports.entries()) {
    const key = `${port.protocol}/${port.containerPort}/${port.hostPort ?? 0}/${port.hostIP ?? ''}`;
    const first = firsts.get(key);
    if (first !== undefined)
      found.push(
        `${at(`${path}.ports`, index)}: duplicate port definition with ${at(`${path}.ports`, first)}`,
      );
    else firsts.set(key, index);
  }
  return found;
}
