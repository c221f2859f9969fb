import { goJson } from './field-error';
import { unifiedDiff } from './unified-diff';

/**
 * How the API server's own (internal) Go types look as JSON: Go's field names, every field written, null for what is
 * absent. It shows in two places: the values that validation quotes, and the diff of a refused Pod update.
 *
 * One line per type, in the order of pkg/apis/core/types.go. After a field's name: nothing for a string, `#` number,
 * `!` boolean, `?` anything that may be null, `[]` list, `{}` map, `T` a struct of that type, `T?` a pointer to one,
 * `[T]` a list of them, `+T` a struct whose fields stand in this one's place, `^T` built from the v1 object itself.
 */
const TYPES = {
  PodSpec:
    'Volumes:[Volume] InitContainers:[Container] Containers:[Container] EphemeralContainers:[EphemeralContainer] RestartPolicy TerminationGracePeriodSeconds:? ActiveDeadlineSeconds:? DNSPolicy NodeSelector:{} ServiceAccountName AutomountServiceAccountToken:? NodeName SecurityContext:^PodSecurityContext ImagePullSecrets:[Named] Hostname Subdomain SetHostnameAsFQDN:? Affinity:Affinity? SchedulerName Tolerations:[Toleration] HostAliases:[HostAlias] PriorityClassName Priority:? PreemptionPolicy:? DNSConfig:PodDNSConfig? ReadinessGates:[PodReadinessGate] RuntimeClassName:? Overhead:{} EnableServiceLinks:? TopologySpreadConstraints:[TopologySpreadConstraint] OS:Named? SchedulingGates:[Named] ResourceClaims:? Resources:ResourceRequirements? HostnameOverride:? SchedulingGroup:?',
  PodSecurityContext:
    'HostNetwork:! HostPID:! HostIPC:! ShareProcessNamespace:? HostUsers:? SELinuxOptions:SELinuxOptions? WindowsOptions:? RunAsUser:? RunAsGroup:? RunAsNonRoot:? SupplementalGroups:[] SupplementalGroupsPolicy:? FSGroup:? FSGroupChangePolicy:? Sysctls:[Sysctl] SeccompProfile:SeccompProfile? AppArmorProfile:SeccompProfile? SELinuxChangePolicy:?',
  Container:
    'Name Image Command:[] Args:[] WorkingDir Ports:[ContainerPort] EnvFrom:[EnvFromSource] Env:[EnvVar] Resources:ResourceRequirements ResizePolicy:[ContainerResizePolicy] RestartPolicy:? RestartPolicyRules:? VolumeMounts:[VolumeMount] VolumeDevices:[VolumeDevice] LivenessProbe:Probe? ReadinessProbe:Probe? StartupProbe:Probe? Lifecycle:Lifecycle? TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext:SecurityContext? Stdin:! StdinOnce:! TTY:!',
  EphemeralContainer: ':+Container TargetContainerName',
  ContainerPort: 'Name HostPort:# ContainerPort:# Protocol HostIP',
  ContainerResizePolicy: 'ResourceName RestartPolicy',
  EnvFromSource: 'Prefix ConfigMapRef:OptionalRef? SecretRef:OptionalRef?',
  EnvVar: 'Name Value ValueFrom:EnvVarSource?',
  EnvVarSource:
    'FieldRef:ObjectFieldSelector? ResourceFieldRef:ResourceFieldSelector? ConfigMapKeyRef:KeySelector? SecretKeyRef:KeySelector? FileKeyRef:FileKeySelector?',
  ObjectFieldSelector: 'APIVersion FieldPath',
  ResourceFieldSelector: 'ContainerName Resource Divisor',
  KeySelector: 'Name Key Optional:?',
  FileKeySelector: 'VolumeName Path Key Optional:?',
  OptionalRef: 'Name Optional:?',
  Named: 'Name',
  ResourceRequirements: 'Limits:{} Requests:{} Claims:?',
  VolumeMount: 'Name ReadOnly:! RecursiveReadOnly:? MountPath SubPath MountPropagation:? SubPathExpr',
  VolumeDevice: 'Name DevicePath',
  Probe:
    'Exec:ExecAction? HTTPGet:HTTPGetAction? TCPSocket:TCPSocketAction? GRPC:GRPCAction? InitialDelaySeconds:# TimeoutSeconds:# PeriodSeconds:# SuccessThreshold:# FailureThreshold:# TerminationGracePeriodSeconds:?',
  Lifecycle: 'PostStart:LifecycleHandler? PreStop:LifecycleHandler? StopSignal:?',
  LifecycleHandler: 'Exec:ExecAction? HTTPGet:HTTPGetAction? TCPSocket:TCPSocketAction? Sleep:SleepAction?',
  ExecAction: 'Command:[]',
  HTTPGetAction: 'Path Port:# Host Scheme HTTPHeaders:[HTTPHeader]',
  HTTPHeader: 'Name Value',
  TCPSocketAction: 'Port:# Host',
  GRPCAction: 'Port:# Service:?',
  SleepAction: 'Seconds:#',
  SecurityContext:
    'Capabilities:Capabilities? Privileged:? SELinuxOptions:SELinuxOptions? WindowsOptions:? RunAsUser:? RunAsGroup:? RunAsNonRoot:? ReadOnlyRootFilesystem:? AllowPrivilegeEscalation:? ProcMount:? SeccompProfile:SeccompProfile? AppArmorProfile:SeccompProfile?',
  Capabilities: 'Add:[] Drop:[]',
  SELinuxOptions: 'User Role Type Level',
  SeccompProfile: 'Type LocalhostProfile:?',
  Sysctl: 'Name Value',
  Volume:
    'Name HostPath:HostPath? EmptyDir:EmptyDir? GCEPersistentDisk:? AWSElasticBlockStore:? GitRepo:? Secret:SecretVolume? NFS:NFS? ISCSI:? Glusterfs:? PersistentVolumeClaim:Claim? RBD:? Quobyte:? FlexVolume:? Cinder:? CephFS:? Flocker:? DownwardAPI:DownwardAPI? FC:? AzureFile:? ConfigMap:ConfigMapVolume? VsphereVolume:? AzureDisk:? PhotonPersistentDisk:? Projected:Projected? PortworxVolume:? ScaleIO:? StorageOS:? CSI:CSI? Ephemeral:? Image:ImageVolume?',
  HostPath: 'Path Type:?',
  EmptyDir: 'Medium SizeLimit:?',
  SecretVolume: 'SecretName Items:[KeyToPath] DefaultMode:? Optional:?',
  ConfigMapVolume: 'Name Items:[KeyToPath] DefaultMode:? Optional:?',
  KeyToPath: 'Key Path Mode:?',
  NFS: 'Server Path ReadOnly:!',
  Claim: 'ClaimName ReadOnly:!',
  DownwardAPI: 'Items:[DownwardAPIFile] DefaultMode:?',
  DownwardAPIProjection: 'Items:[DownwardAPIFile]',
  DownwardAPIFile: 'Path FieldRef:ObjectFieldSelector? ResourceFieldRef:ResourceFieldSelector? Mode:?',
  Projected: 'Sources:[VolumeProjection] DefaultMode:?',
  VolumeProjection:
    'Secret:FilesProjection? DownwardAPI:DownwardAPIProjection? ConfigMap:FilesProjection? ServiceAccountToken:TokenProjection? ClusterTrustBundle:? PodCertificate:?',
  FilesProjection: 'Name Items:[KeyToPath] Optional:?',
  TokenProjection: 'Audience ExpirationSeconds:# Path',
  CSI: 'Driver ReadOnly:? FSType:? VolumeAttributes:{} NodePublishSecretRef:Named?',
  ImageVolume: 'Reference PullPolicy',
  Affinity: 'NodeAffinity:NodeAffinity? PodAffinity:PodAffinity? PodAntiAffinity:PodAffinity?',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:NodeSelector? PreferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]',
  NodeSelector: 'NodeSelectorTerms:[NodeSelectorTerm]',
  NodeSelectorTerm: 'MatchExpressions:[NodeSelectorRequirement] MatchFields:[NodeSelectorRequirement]',
  NodeSelectorRequirement: 'Key Operator Values:[]',
  PreferredSchedulingTerm: 'Weight:# Preference:NodeSelectorTerm',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm] PreferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]',
  WeightedPodAffinityTerm: 'Weight:# PodAffinityTerm:PodAffinityTerm',
  PodAffinityTerm:
    'LabelSelector:? Namespaces:[] TopologyKey NamespaceSelector:? MatchLabelKeys:[] MismatchLabelKeys:[]',
  TopologySpreadConstraint:
    'MaxSkew:# TopologyKey WhenUnsatisfiable LabelSelector:? MinDomains:? NodeAffinityPolicy:? NodeTaintsPolicy:? MatchLabelKeys:[]',
  Toleration: 'Key Operator Value Effect TolerationSeconds:?',
  HostAlias: 'IP Hostnames:[]',
  PodDNSConfig: 'Nameservers:[] Searches:[] Options:[PodDNSConfigOption]',
  PodDNSConfigOption: 'Name Value:?',
  PodReadinessGate: 'ConditionType',
  PersistentVolumeClaimSpec:
    'AccessModes:[] Selector:? Resources:VolumeResourceRequirements VolumeName StorageClassName:? VolumeMode:? DataSource:? DataSourceRef:? VolumeAttributesClassName:?',
  VolumeResourceRequirements: 'Limits:{} Requests:{}',
  PersistentVolumeSource:
    'GCEPersistentDisk:? AWSElasticBlockStore:? HostPath:HostPath? Glusterfs:? NFS:NFS? RBD:? Quobyte:? ISCSI:? FlexVolume:? Cinder:? CephFS:? FC:? Flocker:? AzureFile:? VsphereVolume:? AzureDisk:? PhotonPersistentDisk:? PortworxVolume:? ScaleIO:? Local:LocalVolume? StorageOS:? CSI:?',
  LocalVolume: 'Path FSType:?',
  DeploymentStrategy: 'Type RollingUpdate:RollingUpdate?',
  DaemonSetUpdateStrategy: 'Type RollingUpdate:RollingUpdate?',
  RollingUpdate: 'MaxUnavailable:# MaxSurge:#',
  StatefulSetUpdateStrategy: 'Type RollingUpdate:RollingUpdateStatefulSetStrategy?',
  RollingUpdateStatefulSetStrategy: 'Partition:# MaxUnavailable:?',
  PodDisruptionBudgetSpec: 'MinAvailable:? Selector:? MaxUnavailable:? UnhealthyPodEvictionPolicy:?',
  ScopedSelector: 'ScopeName Operator Values:[]',
  Taint: 'Key Value Effect TimeAdded:?',
  ServicePort: 'Name Protocol AppProtocol:? Port:# TargetPort:# NodePort:#',
  RoleRef: 'APIGroup Kind Name',
} as const satisfies Record<string, string>;

type InternalType = keyof typeof TYPES;
type Fields = Record<string, unknown>;

const LAYOUTS = new Map(
  Object.entries(TYPES).map(([type, line]) => [
    type,
    line.split(' ').map((note) => {
      const [name = '', sort = ''] = note.split(':');
      return { name, json: jsonName(name), sort };
    }),
  ]),
);

/** A v1 object as the internal type of that name. Its keys stand in Go's order. */
export function internalForm(type: InternalType, object: object): Fields {
  const source = object as Fields;
  const result: Fields = {};
  for (const { name, json, sort } of LAYOUTS.get(type) ?? []) {
    if (sort.startsWith('+')) Object.assign(result, internalForm(sort.slice(1) as InternalType, source));
    else if (sort.startsWith('^')) result[name] = podSecurity(source);
    else result[name] = convert(sort, source[json]);
  }
  return result;
}

/** The difference of two v1 objects as that type shows it (apimachinery util/diff); '' when there is none. */
export function internalDiff(type: InternalType, before: object, after: object): string {
  const [was = '', is = ''] = [before, after].map((each) => goJson(internalForm(type, each), 1));
  return was === is ? '' : unifiedDiff(was, is);
}

function convert(sort: string, value: unknown): unknown {
  switch (sort) {
    case '':
      return value ?? '';
    case '#':
      return value ?? 0;
    case '!':
      return value ?? false;
    case '?':
      return value ?? null;
    case '[]':
      return Array.isArray(value) && value.length > 0 ? value : null;
    case '{}':
      return mapOrNull(value);
    default:
  }
  const [, list, type = '', pointer] = /^(\[?)(\w+)\]?(\??)$/.exec(sort) ?? [];
  if (list)
    return Array.isArray(value) && value.length > 0
      ? value.map((item: object) => internalForm(type as InternalType, item))
      : null;
  if (pointer && (value === undefined || value === null)) return null;
  return internalForm(type as InternalType, (value as object | undefined) ?? {});
}

/** Go writes maps in the order of their keys. */
function mapOrNull(value: unknown): unknown {
  const entries = Object.entries((value as Fields | undefined) ?? {});
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Inside the API server the host's namespaces belong to the security context. */
function podSecurity(spec: Fields): unknown {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const host = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return internalForm('PodSecurityContext', { ...(spec['securityContext'] as object | undefined), ...host });
}

/** `DNSPolicy` → `dnsPolicy`, `IP` → `ip`, `SELinuxOptions` → `seLinuxOptions`. */
function jsonName(name: string): string {
  return name.replace(/^([A-Z]+)(?=[A-Z][a-z]|$)|^[A-Z]/, (capitals) => capitals.toLowerCase());
}
