/**
 * Fields whose Go type is a text, or a list or map, with a name of its own: what encoding/json tells of them. A line for each
 * struct of k8s.io/api.
 */
const NAMED = `
PersistentVolumeSpec capacity:ResourceList accessModes:PersistentVolumeAccessMode persistentVolumeReclaimPolicy:PersistentVolumeReclaimPolicy volumeMode:PersistentVolumeMode
PersistentVolumeClaimSpec accessModes:PersistentVolumeAccessMode volumeMode:PersistentVolumeMode
HostPathVolumeSource type:HostPathType
EmptyDirVolumeSource medium:StorageMedium
AzureDiskVolumeSource cachingMode:AzureDataDiskCachingMode kind:AzureDataDiskKind
ContainerPort protocol:Protocol
VolumeMount recursiveReadOnly:RecursiveReadOnlyMode mountPropagation:MountPropagationMode
HTTPGetAction scheme:URIScheme
ContainerResizePolicy resourceName:ResourceName restartPolicy:ResourceResizeRestartPolicy
Capabilities add:Capability drop:Capability
ResourceRequirements limits:ResourceList requests:ResourceList
VolumeResourceRequirements limits:ResourceList requests:ResourceList
Container restartPolicy:ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy imagePullPolicy:PullPolicy
Lifecycle stopSignal:Signal
ContainerRestartRule action:ContainerRestartRuleAction
ContainerRestartRuleOnExitCodes operator:ContainerRestartRuleOnExitCodesOperator
NodeSelectorRequirement operator:NodeSelectorOperator
Taint effect:TaintEffect
Toleration operator:TolerationOperator effect:TaintEffect
PodReadinessGate conditionType:PodConditionType
PodSpec restartPolicy:RestartPolicy dnsPolicy:DNSPolicy preemptionPolicy:PreemptionPolicy overhead:ResourceList
PodOS name:OSName
TopologySpreadConstraint whenUnsatisfiable:UnsatisfiableConstraintAction nodeAffinityPolicy:NodeInclusionPolicy nodeTaintsPolicy:NodeInclusionPolicy
PodSecurityContext supplementalGroupsPolicy:SupplementalGroupsPolicy fsGroupChangePolicy:PodFSGroupChangePolicy seLinuxChangePolicy:PodSELinuxChangePolicy
SeccompProfile type:SeccompProfileType
AppArmorProfile type:AppArmorProfileType
ServiceSpec type:ServiceType sessionAffinity:ServiceAffinity externalTrafficPolicy:ServiceExternalTrafficPolicy ipFamilies:IPFamily ipFamilyPolicy:IPFamilyPolicy internalTrafficPolicy:ServiceInternalTrafficPolicy
ServicePort protocol:Protocol
EndpointPort protocol:Protocol
NamespaceSpec finalizers:FinalizerName
LimitRangeItem type:LimitType max:ResourceList min:ResourceList default:ResourceList defaultRequest:ResourceList maxLimitRequestRatio:ResourceList
ResourceQuotaSpec hard:ResourceList scopes:ResourceQuotaScope
ScopedResourceSelectorRequirement scopeName:ResourceQuotaScope operator:ScopeSelectorOperator
Secret type:SecretType
SecurityContext procMount:ProcMountType
ImageVolumeSource pullPolicy:PullPolicy
StatefulSetUpdateStrategy type:StatefulSetUpdateStrategyType
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:PersistentVolumeClaimRetentionPolicyType whenScaled:PersistentVolumeClaimRetentionPolicyType
StatefulSetSpec podManagementPolicy:PodManagementPolicyType
DeploymentStrategy type:DeploymentStrategyType
DaemonSetUpdateStrategy type:DaemonSetUpdateStrategyType
PodFailurePolicyOnExitCodesRequirement operator:PodFailurePolicyOnExitCodesOperator
PodFailurePolicyOnPodConditionsPattern type:PodConditionType status:ConditionStatus
PodFailurePolicyRule action:PodFailurePolicyAction
JobSpec completionMode:CompletionMode podReplacementPolicy:PodReplacementPolicy
CronJobSpec concurrencyPolicy:ConcurrencyPolicy
NetworkPolicySpec policyTypes:PolicyType
NetworkPolicyPort protocol:Protocol
HTTPIngressPath pathType:PathType
MetricSpec type:v2.MetricSourceType
HPAScalingRules selectPolicy:v2.ScalingPolicySelect
HPAScalingPolicy type:v2.HPAScalingPolicyType
ResourceMetricSource name:ResourceName
ContainerResourceMetricSource name:ResourceName
MetricTarget type:v2.MetricTargetType
PodDisruptionBudgetSpec unhealthyPodEvictionPolicy:UnhealthyPodEvictionPolicyType
StorageClass reclaimPolicy:PersistentVolumeReclaimPolicy volumeBindingMode:VolumeBindingMode
CSIDriverSpec volumeLifecycleModes:VolumeLifecycleMode fsGroupPolicy:FSGroupPolicy
EndpointSlice addressType:AddressType
Overhead podFixed:ResourceList
EphemeralContainer restartPolicy:ContainerRestartPolicy terminationMessagePolicy:TerminationMessagePolicy imagePullPolicy:PullPolicy
LabelSelectorRequirement operator:LabelSelectorOperator
`;

let fields: ReadonlyMap<string, string> | undefined;

/** `v1.RestartPolicy` for `PodSpec` and `restartPolicy`; of a list the type of its items. Undefined for plain types. */
export function namedType(struct: string, field: string): string | undefined {
  fields ??= new Map(
    NAMED.trim()
      .split('\n')
      .flatMap((line) => {
        const [name, ...types] = line.split(' ');
        return types.map((entry): [string, string] => {
          const [own = '', type = ''] = entry.split(':');
          return [`${name}.${own}`, type.includes('.') ? type : `v1.${type}`];
        });
      }),
  );
  return fields.get(`${struct}.${field}`);
}
