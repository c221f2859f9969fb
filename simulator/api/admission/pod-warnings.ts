import { formatQuantity, tryParseQuantity } from '../../schema/quantity';
import type { Container, PersistentVolumeClaim, PodSpec, Volume } from '../../schema/types';
import type { PodTemplate } from '../pod-template-of';
import { at } from '../validation/field-error';
import { labelValue } from '../validation/names';
import { overlappingPaths } from './overlapping-paths';

type Affinity = NonNullable<PodSpec['affinity']>;
type NodeTerm = NonNullable<
  NonNullable<Affinity['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];

/** A container and where it stands. */
type Placed = readonly [container: Container, path: string];

const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods':
    'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};
const OLD_ANNOTATIONS = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
] as const;
const OLD_SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';
const OLD_CONTAINER_SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const OLD_APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
/** What became of volume drivers, of Pods and PersistentVolumes. */
const OLD_VOLUMES = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
} as const;
const NO_SELECTOR = 'a null labelSelector results in matching no pod';

/** pkg/api/pod GetWarningsForPod and GetWarningsForPodTemplate, in their order. */
export function podWarnings({ spec, metadata, path }: PodTemplate): string[] {
  const root = path ? `${path}.spec` : 'spec';
  const annotations = metadata.annotations ?? {};
  const note = (key: string) => at(path ? `${path}.metadata.annotations` : 'metadata.annotations', key);
  const containers = (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as Container[]).map((each, index) => [each, at(`${root}.${list}`, index)] as const),
  );
  const seccomp = spec.securityContext?.seccompProfile;
  return [
    ...oldLabels(Object.keys(spec.nodeSelector ?? {}).sort(), (key) => at(`${root}.nodeSelector`, key)),
    ...nodeAffinityWarnings(spec.affinity?.nodeAffinity, `${root}.affinity.nodeAffinity`),
    ...spreadWarnings(spec, `${root}.topologySpreadConstraints`),
    ...OLD_ANNOTATIONS.flatMap(([key, text]) =>
      annotations[key] === undefined ? [] : [`${note(key)}: ${text}`],
    ),
    ...(spec.volumes ?? []).flatMap((volume, index) => volumeWarnings(volume, at(`${root}.volumes`, index))),
    ...(spec.volumes ?? []).flatMap(overlappingPaths),
    ...repeated(spec.hostAliases, 'ip', `${root}.hostAliases`),
    ...repeated(spec.imagePullSecrets, 'name', `${root}.imagePullSecrets`),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`${at(`${root}.imagePullSecrets`, index)}.name: invalid empty name ""`],
    ),
    ...['memory', 'ephemeral-storage'].flatMap((name) => fractions(spec.overhead, name, `${root}.overhead`)),
    ...(annotations[OLD_SECCOMP] === undefined || seccomp ? [] : [oldSeccomp(note(OLD_SECCOMP))]),
    ...containers.flatMap(([container, here]) => {
      const { name, securityContext } = container;
      const [profile, armor] = [OLD_CONTAINER_SECCOMP + name, OLD_APP_ARMOR + name];
      const armored = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
      return [
        ...(annotations[profile] === undefined || securityContext?.seccompProfile
          ? []
          : [oldSeccomp(note(profile))]),
        ...(annotations[armor] === undefined || armored
          ? []
          : [`${note(armor)}: deprecated since v1.30; use the "appArmorProfile" field instead`]),
        ...containerWarnings(container, here),
      ];
    }),
    ...portWarnings(containers),
    ...portNameWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [
          `${root}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
    ...(['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) =>
      podAffinityWarnings(spec.affinity?.[kind], `${root}.affinity.${kind}`),
    ),
  ];
}

/** pkg/api/persistentvolumeclaim GetWarningsForPersistentVolumeClaimSpec. */
export function claimWarnings(spec: PersistentVolumeClaim['spec'], path: string): string[] {
  return (['requests', 'limits'] as const).flatMap((side) =>
    fractions(spec?.resources?.[side], 'storage', `${path}.resources.${side}`),
  );
}

/** pkg/api/node GetNodeLabelDeprecatedMessage. `told` says where a key stands. */
export function oldLabels(keys: readonly string[], told: (key: string, index: number) => string): string[] {
  return keys.flatMap((key, index) =>
    OLD_NODE_LABELS[key] ? [`${told(key, index)}: ${OLD_NODE_LABELS[key]}`] : [],
  );
}

/** pkg/api/node GetWarningsForNodeSelectorTerm. Values of a term that is only preferred need not be label values. */
export function nodeTermWarnings({ matchExpressions = [] }: NodeTerm, strict: boolean, path: string) {
  return matchExpressions.flatMap(({ key, values = [] }, index) => {
    const here = at(`${path}.matchExpressions`, index);
    const text = OLD_NODE_LABELS[key];
    return [
      ...(text ? [`${here}.key: ${key} is ${text}`] : []),
      ...(strict ? [] : values).flatMap((value, position) =>
        labelValue(value).map(
          (problem) => `${at(`${here}.values`, position)}: ${value} is invalid, ${problem}`,
        ),
      ),
    ];
  });
}

function nodeAffinityWarnings(affinity: Affinity['nodeAffinity'], path: string): string[] {
  const required = `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  const preferred = `${path}.preferredDuringSchedulingIgnoredDuringExecution`;
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return [
    ...terms.flatMap((term, index) => nodeTermWarnings(term, true, at(required, index))),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ preference }, index) =>
      nodeTermWarnings(preference, false, `${at(preferred, index)}.preference`),
    ),
  ];
}

function podAffinityWarnings(affinity: Affinity['podAffinity'], path: string): string[] {
  const required = `${path}.requiredDuringSchedulingIgnoredDuringExecution`;
  const preferred = `${path}.preferredDuringSchedulingIgnoredDuringExecution`;
  return [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ labelSelector }, index) =>
      labelSelector ? [] : [`${at(required, index)}.labelSelector: ${NO_SELECTOR}`],
    ),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, index) =>
      term.podAffinityTerm?.labelSelector
        ? []
        : [`${at(preferred, index)}.podAffinityTerm.labelSelector: ${NO_SELECTOR}`],
    ),
  ];
}

function spreadWarnings({ topologySpreadConstraints = [] }: PodSpec, path: string): string[] {
  return topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
    const here = at(path, index);
    const text = OLD_NODE_LABELS[topologyKey];
    return [
      ...(text ? [`${here}.topologyKey: ${topologyKey} is ${text}`] : []),
      ...(labelSelector ? [] : [`${here}.labelSelector: ${NO_SELECTOR}`]),
    ];
  });
}

function volumeWarnings(volume: Volume, path: string): string[] {
  const template = volume.ephemeral?.volumeClaimTemplate;
  return [
    ...oldVolumes(volume, path),
    ...(template ? claimWarnings(template.spec, `${path}.ephemeral.volumeClaimTemplate.spec`) : []),
  ];
}

/** Drivers of old among the fields of a volume. */
export function oldVolumes(volume: object, path: string): string[] {
  return Object.entries(OLD_VOLUMES).flatMap(([kind, text]) =>
    volume[kind as keyof typeof volume]
      ? [`${path}.${kind === 'storageos' ? 'storageOS' : kind}: ${text}`]
      : [],
  );
}

function repeated<K extends string>(
  items: readonly { readonly [key in K]?: string }[] | undefined,
  field: K,
  path: string,
): string[] {
  const values = (items ?? []).map((item) => item[field] ?? '');
  return values.flatMap((value, index) =>
    values.indexOf(value) < index ? [`${at(path, index)}.${field}: duplicate ${field} "${value}"`] : [],
  );
}

function fractions(amounts: Record<string, string> | undefined, name: string, path: string): string[] {
  const quantity = tryParseQuantity(amounts?.[name] ?? '0');
  return quantity && quantity.nanos % 1_000_000_000n !== 0n
    ? [
        `${at(path, name)}: fractional byte value "${formatQuantity(quantity)}" is invalid, must be an integer`,
      ]
    : [];
}

const oldSeccomp = (place: string) =>
  `${place}: non-functional in v1.27+; use the "seccompProfile" field instead`;

function containerWarnings({ resources, env = [] }: Container, path: string): string[] {
  const names = env.map(({ name }) => name);
  return [
    ...['memory', 'ephemeral-storage'].flatMap((name) =>
      (['limits', 'requests'] as const).flatMap((side) =>
        fractions(resources?.[side], name, `${path}.resources.${side}`),
      ),
    ),
    ...env.flatMap(({ name, value = '', valueFrom }, index) => {
      const reference = `$(${name})`;
      const builds = !valueFrom && value !== reference && value.includes(reference);
      return names.indexOf(name) === index || builds
        ? []
        : [
            `${at(`${path}.env`, index)}: hides previous definition of "${name}", which may be dropped when using apply`,
          ];
    }),
  ];
}

function portWarnings(containers: readonly Placed[]): string[] {
  const found: string[] = [];
  const known = new Map<string, { port: Port; place: string }[]>();
  for (const [port, place] of portsOf(containers)) {
    if (port.hostIP && !port.hostPort) found.push(`${place}: hostIP set without hostPort: ${goStruct(port)}`);
    const key = `${port.containerPort}/${port.protocol}`;
    const others = known.get(key) ?? [];
    for (const other of others) {
      const word = conflict(port, other.port);
      if (word) found.push(`${place}: ${word} port definition with ${other.place}`);
    }
    known.set(key, [...others, { port, place }]);
  }
  return found;
}

type Port = NonNullable<Container['ports']>[number];

function portsOf(containers: readonly Placed[]): [Port, string][] {
  return containers.flatMap(([{ ports = [] }, path]) =>
    ports.map((port, index): [Port, string] => [port, at(`${path}.ports`, index)]),
  );
}

function conflict(port: Port, other: Port): string | undefined {
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIP, otherIP] = [port.hostIP ?? '', other.hostIP ?? ''];
  if (hostIP === otherIP && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  const oneIsAnywhere = (hostIP === '') !== (otherIP === '');
  return hostPort === otherPort && oneIsAnywhere ? 'dangerously ambiguous' : undefined;
}

/** As Go's %+v writes it. */
function goStruct({ name = '', hostPort = 0, containerPort, protocol, hostIP = '' }: Port): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

function portNameWarnings(containers: readonly Placed[]): string[] {
  const firsts = new Map<string, string>();
  return portsOf(containers).flatMap(([{ name }, place]) => {
    if (!name) return [];
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, place);
    return first === undefined
      ? []
      : [
          `${place}: duplicate port name "${name}" with ${first}, services and probes that select ports by name will use ${first}`,
        ];
  });
}
