import type {
  CSIStorageCapacity,
  Ingress,
  KubeObject,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceName,
  RuntimeClass,
  Secret,
  Service,
  StatefulSet,
  StorageClass,
} from '../../schema/types';
import { deepEqual } from '../deep-equal';
import { podTemplateOf } from '../pod-template-of';
import { at } from '../validation/field-error';
import { dns1123Label } from '../validation/names';
import { keyPairProblem } from './key-pair';
import { claimWarnings, nodeTermWarnings, oldLabels, oldVolumes, podWarnings } from './pod-warnings';
import type { AdmissionRequest } from './request';

const OLD_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';
const OLD_INGRESS_CLASS = 'kubernetes.io/ingress.class';
const OLD_HINTS = 'service.kubernetes.io/topology-aware-hints';
const SURPRISING = 'which can result in surprising behavior; a DNS label is recommended:';
/** Kinds that name their Pods after themselves. */
const NAMESAKES: readonly ResourceName[] = [
  'deployments.apps',
  'replicasets.apps',
  'replicationcontrollers',
  'jobs.batch',
  'cronjobs.batch',
];

/** What the registries' strategies warn about (WarningsOnCreate and WarningsOnUpdate). */
export function warn(request: AdmissionRequest): void {
  const { resource, operation, object, warnings } = request;
  if (!object) return;
  const creates = operation === 'CREATE';
  if (creates) warnings.push(...nameWarnings(resource, object));
  const template = creates || changesTemplate(request) ? podTemplateOf(resource, object) : undefined;
  if (template) warnings.push(...podWarnings(template));
  warnings.push(...(OTHERS[resource]?.(object, creates) ?? []));
}

/** A Pod is not warned of again. */
function changesTemplate({ resource, object, oldObject }: AdmissionRequest): boolean {
  if (resource === 'pods' || !object || !oldObject) return false;
  if (resource !== 'daemonsets.apps') return object.metadata.generation !== oldObject.metadata.generation;
  const [template, old] = [object, oldObject].map((each) => podTemplateOf(resource, each));
  return !deepEqual(template, old);
}

function nameWarnings(resource: ResourceName, { metadata: { name = '' } }: KubeObject): string[] {
  const use =
    resource === 'pods'
      ? "the Pod's hostname"
      : NAMESAKES.includes(resource)
        ? 'Pod names and hostnames'
        : undefined;
  const problems = use ? dns1123Label(name) : [];
  return problems.length > 0
    ? [`metadata.name: this is used in ${use}, ${SURPRISING} [${problems.join(' ')}]`]
    : [];
}

const OTHERS: { readonly [R in ResourceName]?: (object: KubeObject, creates: boolean) => string[] } = {
  'statefulsets.apps': (object, creates) => {
    const { spec } = object as StatefulSet;
    const claims = spec?.volumeClaimTemplates ?? [];
    return [
      ...claims.flatMap((claim, index) =>
        claimWarnings(claim.spec, `${at('spec.volumeClaimTemplates', index)}${creates ? '' : '.Spec'}`),
      ),
      ...((spec?.revisionHistoryLimit ?? 0) < 0
        ? [
            'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
          ]
        : []),
    ];
  },
  'ingresses.networking.k8s.io': (object, creates) => {
    const { metadata, spec } = object as Ingress;
    const old = metadata.annotations?.[OLD_INGRESS_CLASS] !== undefined;
    return creates && old && spec?.ingressClassName === undefined
      ? [`annotation "${OLD_INGRESS_CLASS}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [];
  },
  services: (object) => serviceWarnings(object as Service),
  secrets: (object) => {
    const { type, data } = object as Secret;
    const problem = type === 'kubernetes.io/tls' ? keyPairProblem(data ?? {}) : undefined;
    return problem ? [problem] : [];
  },
  persistentvolumeclaims: (object) => {
    const { metadata, spec } = object as PersistentVolumeClaim;
    const old = metadata.annotations?.[OLD_STORAGE_CLASS] !== undefined;
    return [
      ...(old
        ? [
            `metadata.annotations[${OLD_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
          ]
        : []),
      ...claimWarnings(spec, 'spec'),
    ];
  },
  persistentvolumes: (object) => volumeWarnings(object as PersistentVolume),
  'storageclasses.storage.k8s.io': (object) =>
    ((object as StorageClass).allowedTopologies ?? []).flatMap(({ matchLabelExpressions = [] }, index) =>
      oldLabels(
        matchLabelExpressions.map(({ key }) => key),
        (_, position) => `${at(`${at('allowedTopologies', index)}.matchLabelExpressions`, position)}.key`,
      ),
    ),
  'runtimeclasses.node.k8s.io': (object) =>
    oldLabels(
      Object.keys((object as RuntimeClass).scheduling?.nodeSelector ?? {}).sort(),
      () => 'scheduling.nodeSelector',
    ),
  'csistoragecapacities.storage.k8s.io': (object) => {
    const { matchLabels = {}, matchExpressions = [] } = (object as CSIStorageCapacity).nodeTopology ?? {};
    return [
      ...nodeTermWarnings({ matchExpressions }, true, 'nodeTopology'),
      ...oldLabels(Object.keys(matchLabels).sort(), (key) => `nodeTopology.matchLabels.${key}`),
    ];
  },
};

/** pkg/api/service GetWarningsForService. */
function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const { type, clusterIP, externalIPs = [], externalName, loadBalancerIP } = spec;
  const found: string[] = [];
  if (metadata.annotations?.[OLD_HINTS] !== undefined)
    found.push(
      `annotation ${OLD_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  const headless = type === 'ClusterIP' && clusterIP === 'None';
  if (headless) {
    const ignored = 'is ignored for headless services';
    if (loadBalancerIP) found.push(`spec.loadBalancerIP ${ignored}`);
    if (externalIPs.length > 0) found.push(`spec.externalIPs ${ignored}`);
    // The capital is upstream's.
    if (spec.sessionAffinity !== 'None') found.push(`spec.SessionAffinity ${ignored}`);
  }
  if (externalIPs.length > 0 && !headless)
    found.push(
      type === 'ExternalName'
        ? 'spec.externalIPs is ignored when spec.type is "ExternalName"'
        : 'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    );
  if (type !== 'ExternalName' && externalName)
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

/** pkg/api/persistentvolume GetWarningsForPersistentVolume. */
function volumeWarnings({ metadata: { annotations = {} }, spec }: PersistentVolume): string[] {
  const old = {
    [OLD_STORAGE_CLASS]: 'deprecated since v1.8; use "storageClassName" attribute instead',
    'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
  };
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return [
    ...Object.entries(old).flatMap(([key, text]) =>
      annotations[key] === undefined ? [] : [`${at('metadata.annotations', key)}: ${text}`],
    ),
    ...(spec?.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...terms.flatMap((term, index) =>
      nodeTermWarnings(term, true, at('spec.nodeAffinity.required.nodeSelectorTerms', index)),
    ),
    ...oldVolumes(spec ?? {}, 'spec'),
  ];
}
