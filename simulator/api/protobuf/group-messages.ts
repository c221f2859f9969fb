/** Messages of the other API groups and of meta/v1, in the notation of ./core-messages. */
export const GROUP_MESSAGES: Readonly<Record<string, string>> = {
  'apps.ControllerRevision': '1 metadata meta.ObjectMeta, 2 data Raw, 3 revision i',
  'apps.DaemonSet': '1 metadata meta.ObjectMeta, 2 spec apps.DaemonSetSpec, 3 status apps.DaemonSetStatus',
  'apps.DaemonSetCondition': '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'apps.DaemonSetSpec':
    '1 selector meta.LabelSelector, 2 template core.PodTemplateSpec, 3 updateStrategy apps.DaemonSetUpdateStrategy, 4 minReadySeconds i, 6 revisionHistoryLimit i?',
  'apps.DaemonSetStatus':
    '1 currentNumberScheduled i, 2 numberMisscheduled i, 3 desiredNumberScheduled i, 4 numberReady i, 5 observedGeneration i, 6 updatedNumberScheduled i, 7 numberAvailable i, 8 numberUnavailable i, 9 collisionCount i?, 10 conditions apps.DaemonSetCondition[]',
  'apps.DaemonSetUpdateStrategy': '1 type s, 2 rollingUpdate apps.RollingUpdateDaemonSet',
  'apps.Deployment': '1 metadata meta.ObjectMeta, 2 spec apps.DeploymentSpec, 3 status apps.DeploymentStatus',
  'apps.DeploymentCondition':
    '1 type s, 2 status s, 6 lastUpdateTime Time, 7 lastTransitionTime Time, 4 reason s, 5 message s',
  'apps.DeploymentSpec':
    '1 replicas i?, 2 selector meta.LabelSelector, 3 template core.PodTemplateSpec, 4 strategy apps.DeploymentStrategy, 5 minReadySeconds i, 6 revisionHistoryLimit i?, 7 paused b, 9 progressDeadlineSeconds i?',
  'apps.DeploymentStatus':
    '1 observedGeneration i, 2 replicas i, 3 updatedReplicas i, 7 readyReplicas i, 4 availableReplicas i, 5 unavailableReplicas i, 9 terminatingReplicas i?, 6 conditions apps.DeploymentCondition[], 8 collisionCount i?',
  'apps.DeploymentStrategy': '1 type s, 2 rollingUpdate apps.RollingUpdateDeployment',
  'apps.ReplicaSet': '1 metadata meta.ObjectMeta, 2 spec apps.ReplicaSetSpec, 3 status apps.ReplicaSetStatus',
  'apps.ReplicaSetCondition': '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'apps.ReplicaSetSpec':
    '1 replicas i?, 4 minReadySeconds i, 2 selector meta.LabelSelector, 3 template core.PodTemplateSpec',
  'apps.ReplicaSetStatus':
    '1 replicas i, 2 fullyLabeledReplicas i, 4 readyReplicas i, 5 availableReplicas i, 7 terminatingReplicas i?, 3 observedGeneration i, 6 conditions apps.ReplicaSetCondition[]',
  'apps.RollingUpdateDaemonSet': '1 maxUnavailable IntOrString, 2 maxSurge IntOrString',
  'apps.RollingUpdateDeployment': '1 maxUnavailable IntOrString, 2 maxSurge IntOrString',
  'apps.RollingUpdateStatefulSetStrategy': '1 partition i?, 2 maxUnavailable IntOrString',
  'apps.StatefulSet':
    '1 metadata meta.ObjectMeta, 2 spec apps.StatefulSetSpec, 3 status apps.StatefulSetStatus',
  'apps.StatefulSetCondition': '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'apps.StatefulSetOrdinals': '1 start i',
  'apps.StatefulSetPersistentVolumeClaimRetentionPolicy': '1 whenDeleted s, 2 whenScaled s',
  'apps.StatefulSetSpec':
    '1 replicas i?, 2 selector meta.LabelSelector, 3 template core.PodTemplateSpec, 4 volumeClaimTemplates core.PersistentVolumeClaim[], 5 serviceName s, 6 podManagementPolicy s, 7 updateStrategy apps.StatefulSetUpdateStrategy, 8 revisionHistoryLimit i?, 9 minReadySeconds i, 10 persistentVolumeClaimRetentionPolicy apps.StatefulSetPersistentVolumeClaimRetentionPolicy, 11 ordinals apps.StatefulSetOrdinals',
  'apps.StatefulSetStatus':
    '1 observedGeneration i, 2 replicas i, 3 readyReplicas i, 4 currentReplicas i, 5 updatedReplicas i, 6 currentRevision s, 7 updateRevision s, 9 collisionCount i?, 10 conditions apps.StatefulSetCondition[], 11 availableReplicas i',
  'apps.StatefulSetUpdateStrategy': '1 type s, 2 rollingUpdate apps.RollingUpdateStatefulSetStrategy',
  'batch.CronJob': '1 metadata meta.ObjectMeta, 2 spec batch.CronJobSpec, 3 status batch.CronJobStatus',
  'batch.CronJobSpec':
    '1 schedule s, 8 timeZone s?, 2 startingDeadlineSeconds i?, 3 concurrencyPolicy s, 4 suspend b?, 5 jobTemplate batch.JobTemplateSpec, 6 successfulJobsHistoryLimit i?, 7 failedJobsHistoryLimit i?',
  'batch.CronJobStatus':
    '1 active core.ObjectReference[], 4 lastScheduleTime Time, 5 lastSuccessfulTime Time',
  'batch.Job': '1 metadata meta.ObjectMeta, 2 spec batch.JobSpec, 3 status batch.JobStatus',
  'batch.JobCondition':
    '1 type s, 2 status s, 3 lastProbeTime Time, 4 lastTransitionTime Time, 5 reason s, 6 message s',
  'batch.JobSchedulingConfiguration': '',
  'batch.JobSpec':
    '1 parallelism i?, 2 completions i?, 3 activeDeadlineSeconds i?, 11 podFailurePolicy batch.PodFailurePolicy, 16 successPolicy batch.SuccessPolicy, 7 backoffLimit i?, 12 backoffLimitPerIndex i?, 13 maxFailedIndexes i?, 4 selector meta.LabelSelector, 5 manualSelector b?, 6 template core.PodTemplateSpec, 8 ttlSecondsAfterFinished i?, 9 completionMode s?, 10 suspend b?, 14 podReplacementPolicy s?, 15 managedBy s?, 17 scheduling batch.JobSchedulingConfiguration',
  'batch.JobStatus':
    '1 conditions batch.JobCondition[], 2 startTime Time, 3 completionTime Time, 4 active i, 5 succeeded i, 6 failed i, 11 terminating i?, 7 completedIndexes s, 10 failedIndexes s?, 8 uncountedTerminatedPods batch.UncountedTerminatedPods, 9 ready i?',
  'batch.JobTemplateSpec': '1 metadata meta.ObjectMeta, 2 spec batch.JobSpec',
  'batch.PodFailurePolicy': '1 rules batch.PodFailurePolicyRule[]',
  'batch.PodFailurePolicyOnExitCodesRequirement': '1 containerName s?, 2 operator s, 3 values i[]',
  'batch.PodFailurePolicyOnPodConditionsPattern': '1 type s, 2 status s',
  'batch.PodFailurePolicyRule':
    '1 action s, 2 onExitCodes batch.PodFailurePolicyOnExitCodesRequirement, 3 onPodConditions batch.PodFailurePolicyOnPodConditionsPattern[]',
  'batch.SuccessPolicy': '1 rules batch.SuccessPolicyRule[]',
  'batch.SuccessPolicyRule': '1 succeededIndexes s?, 2 succeededCount i?',
  'batch.UncountedTerminatedPods': '1 succeeded s[], 2 failed s[]',
  // Without `extra`: only the API server writes that.
  'certificates.CertificateSigningRequest':
    '1 metadata meta.ObjectMeta, 2 spec certificates.CertificateSigningRequestSpec, 3 status certificates.CertificateSigningRequestStatus',
  'certificates.CertificateSigningRequestCondition':
    '1 type s, 6 status s, 2 reason s, 3 message s, 4 lastUpdateTime Time, 5 lastTransitionTime Time',
  'certificates.CertificateSigningRequestSpec':
    '1 request y, 7 signerName s, 8 expirationSeconds i?, 5 usages s[], 2 username s, 3 uid s, 4 groups s[]',
  'certificates.CertificateSigningRequestStatus':
    '1 conditions certificates.CertificateSigningRequestCondition[], 2 certificate y',
  'autoscaling1.CrossVersionObjectReference': '1 kind s, 2 name s, 3 apiVersion s',
  'autoscaling1.HorizontalPodAutoscaler':
    '1 metadata meta.ObjectMeta, 2 spec autoscaling1.HorizontalPodAutoscalerSpec, 3 status autoscaling1.HorizontalPodAutoscalerStatus',
  'autoscaling1.HorizontalPodAutoscalerSpec':
    '1 scaleTargetRef autoscaling1.CrossVersionObjectReference, 2 minReplicas i?, 3 maxReplicas i, 4 targetCPUUtilizationPercentage i?',
  'autoscaling1.HorizontalPodAutoscalerStatus':
    '1 observedGeneration i?, 2 lastScaleTime Time, 3 currentReplicas i, 4 desiredReplicas i, 5 currentCPUUtilizationPercentage i?',
  'autoscaling1.Scale':
    '1 metadata meta.ObjectMeta, 2 spec autoscaling1.ScaleSpec, 3 status autoscaling1.ScaleStatus',
  'autoscaling1.ScaleSpec': '1 replicas i',
  'autoscaling1.ScaleStatus': '1 replicas i, 2 selector s',
  'autoscaling2.ContainerResourceMetricSource': '1 name s, 2 target autoscaling2.MetricTarget, 3 container s',
  'autoscaling2.ContainerResourceMetricStatus':
    '1 name s, 2 current autoscaling2.MetricValueStatus, 3 container s',
  'autoscaling2.CrossVersionObjectReference': '1 kind s, 2 name s, 3 apiVersion s',
  'autoscaling2.ExternalMetricSource':
    '1 metric autoscaling2.MetricIdentifier, 2 target autoscaling2.MetricTarget',
  'autoscaling2.ExternalMetricStatus':
    '1 metric autoscaling2.MetricIdentifier, 2 current autoscaling2.MetricValueStatus',
  'autoscaling2.HPAScalingPolicy': '1 type s, 2 value i, 3 periodSeconds i',
  'autoscaling2.HPAScalingRules':
    '3 stabilizationWindowSeconds i?, 1 selectPolicy s?, 2 policies autoscaling2.HPAScalingPolicy[], 4 tolerance Quantity',
  'autoscaling2.HorizontalPodAutoscaler':
    '1 metadata meta.ObjectMeta, 2 spec autoscaling2.HorizontalPodAutoscalerSpec, 3 status autoscaling2.HorizontalPodAutoscalerStatus',
  'autoscaling2.HorizontalPodAutoscalerBehavior':
    '1 scaleUp autoscaling2.HPAScalingRules, 2 scaleDown autoscaling2.HPAScalingRules',
  'autoscaling2.HorizontalPodAutoscalerCondition':
    '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s, 6 observedGeneration i?',
  'autoscaling2.HorizontalPodAutoscalerSpec':
    '1 scaleTargetRef autoscaling2.CrossVersionObjectReference, 2 minReplicas i?, 3 maxReplicas i, 4 metrics autoscaling2.MetricSpec[], 5 behavior autoscaling2.HorizontalPodAutoscalerBehavior',
  'autoscaling2.HorizontalPodAutoscalerStatus':
    '1 observedGeneration i?, 2 lastScaleTime Time, 3 currentReplicas i, 4 desiredReplicas i, 5 currentMetrics autoscaling2.MetricStatus[], 6 conditions autoscaling2.HorizontalPodAutoscalerCondition[]',
  'autoscaling2.MetricIdentifier': '1 name s, 2 selector meta.LabelSelector',
  'autoscaling2.MetricSpec':
    '1 type s, 2 object autoscaling2.ObjectMetricSource, 3 pods autoscaling2.PodsMetricSource, 4 resource autoscaling2.ResourceMetricSource, 7 containerResource autoscaling2.ContainerResourceMetricSource, 5 external autoscaling2.ExternalMetricSource',
  'autoscaling2.MetricStatus':
    '1 type s, 2 object autoscaling2.ObjectMetricStatus, 3 pods autoscaling2.PodsMetricStatus, 4 resource autoscaling2.ResourceMetricStatus, 7 containerResource autoscaling2.ContainerResourceMetricStatus, 5 external autoscaling2.ExternalMetricStatus',
  'autoscaling2.MetricTarget': '1 type s, 2 value Quantity, 3 averageValue Quantity, 4 averageUtilization i?',
  'autoscaling2.MetricValueStatus': '1 value Quantity, 2 averageValue Quantity, 3 averageUtilization i?',
  'autoscaling2.ObjectMetricSource':
    '1 describedObject autoscaling2.CrossVersionObjectReference, 2 target autoscaling2.MetricTarget, 3 metric autoscaling2.MetricIdentifier',
  'autoscaling2.ObjectMetricStatus':
    '1 metric autoscaling2.MetricIdentifier, 2 current autoscaling2.MetricValueStatus, 3 describedObject autoscaling2.CrossVersionObjectReference',
  'autoscaling2.PodsMetricSource':
    '1 metric autoscaling2.MetricIdentifier, 2 target autoscaling2.MetricTarget',
  'autoscaling2.PodsMetricStatus':
    '1 metric autoscaling2.MetricIdentifier, 2 current autoscaling2.MetricValueStatus',
  'autoscaling2.ResourceMetricSource': '1 name s, 2 target autoscaling2.MetricTarget',
  'autoscaling2.ResourceMetricStatus': '1 name s, 2 current autoscaling2.MetricValueStatus',
  'events.Event':
    '1 metadata meta.ObjectMeta, 2 eventTime MicroTime, 3 series events.EventSeries, 4 reportingController s, 5 reportingInstance s, 6 action s, 7 reason s, 8 regarding core.ObjectReference, 9 related core.ObjectReference, 10 note s, 11 type s, 12 deprecatedSource core.EventSource, 13 deprecatedFirstTimestamp Time, 14 deprecatedLastTimestamp Time, 15 deprecatedCount i',
  'events.EventSeries': '1 count i, 2 lastObservedTime MicroTime',
  'policy.Eviction': '1 metadata meta.ObjectMeta, 2 deleteOptions meta.DeleteOptions',
  'policy.PodDisruptionBudget':
    '1 metadata meta.ObjectMeta, 2 spec policy.PodDisruptionBudgetSpec, 3 status policy.PodDisruptionBudgetStatus',
  'policy.PodDisruptionBudgetSpec':
    '1 minAvailable IntOrString, 2 selector meta.LabelSelector, 3 maxUnavailable IntOrString, 4 unhealthyPodEvictionPolicy s?',
  'policy.PodDisruptionBudgetStatus':
    '1 observedGeneration i, 2 disruptedPods Time{}, 3 disruptionsAllowed i, 4 currentHealthy i, 5 desiredHealthy i, 6 expectedPods i, 7 conditions meta.Condition[]',
  'networking.HTTPIngressPath': '1 path s, 3 pathType s?, 2 backend networking.IngressBackend',
  'networking.HTTPIngressRuleValue': '1 paths networking.HTTPIngressPath[]',
  'networking.IPBlock': '1 cidr s, 2 except s[]',
  'networking.Ingress':
    '1 metadata meta.ObjectMeta, 2 spec networking.IngressSpec, 3 status networking.IngressStatus',
  'networking.IngressBackend':
    '4 service networking.IngressServiceBackend, 3 resource core.TypedLocalObjectReference',
  'networking.IngressClass': '1 metadata meta.ObjectMeta, 2 spec networking.IngressClassSpec',
  'networking.IngressClassParametersReference':
    '1 apiGroup s?, 2 kind s, 3 name s, 4 scope s?, 5 namespace s?',
  'networking.IngressClassSpec': '1 controller s, 2 parameters networking.IngressClassParametersReference',
  'networking.IngressLoadBalancerIngress': '1 ip s, 2 hostname s, 4 ports networking.IngressPortStatus[]',
  'networking.IngressLoadBalancerStatus': '1 ingress networking.IngressLoadBalancerIngress[]',
  'networking.IngressPortStatus': '1 port i, 2 protocol s, 3 error s?',
  'networking.IngressRule': '1 host s, 2 > networking.IngressRuleValue',
  'networking.IngressRuleValue': '1 http networking.HTTPIngressRuleValue',
  'networking.IngressServiceBackend': '1 name s, 2 port networking.ServiceBackendPort',
  'networking.IngressSpec':
    '4 ingressClassName s?, 1 defaultBackend networking.IngressBackend, 2 tls networking.IngressTLS[], 3 rules networking.IngressRule[]',
  'networking.IngressStatus': '1 loadBalancer networking.IngressLoadBalancerStatus',
  'networking.IngressTLS': '1 hosts s[], 2 secretName s',
  'networking.NetworkPolicy': '1 metadata meta.ObjectMeta, 2 spec networking.NetworkPolicySpec',
  'networking.NetworkPolicyEgressRule':
    '1 ports networking.NetworkPolicyPort[], 2 to networking.NetworkPolicyPeer[]',
  'networking.NetworkPolicyIngressRule':
    '1 ports networking.NetworkPolicyPort[], 2 from networking.NetworkPolicyPeer[]',
  'networking.NetworkPolicyPeer':
    '1 podSelector meta.LabelSelector, 2 namespaceSelector meta.LabelSelector, 3 ipBlock networking.IPBlock',
  'networking.NetworkPolicyPort': '1 protocol s?, 2 port IntOrString, 3 endPort i?',
  'networking.NetworkPolicySpec':
    '1 podSelector meta.LabelSelector, 2 ingress networking.NetworkPolicyIngressRule[], 3 egress networking.NetworkPolicyEgressRule[], 4 policyTypes s[]',
  'networking.ServiceBackendPort': '1 name s, 2 number i',
  'rbac.AggregationRule': '1 clusterRoleSelectors meta.LabelSelector[]',
  'rbac.ClusterRole':
    '1 metadata meta.ObjectMeta, 2 rules rbac.PolicyRule[], 3 aggregationRule rbac.AggregationRule',
  'rbac.ClusterRoleBinding': '1 metadata meta.ObjectMeta, 2 subjects rbac.Subject[], 3 roleRef rbac.RoleRef',
  'rbac.PolicyRule':
    '1 verbs s[], 2 apiGroups s[], 3 resources s[], 4 resourceNames s[], 5 nonResourceURLs s[]',
  'rbac.Role': '1 metadata meta.ObjectMeta, 2 rules rbac.PolicyRule[]',
  'rbac.RoleBinding': '1 metadata meta.ObjectMeta, 2 subjects rbac.Subject[], 3 roleRef rbac.RoleRef',
  'rbac.RoleRef': '1 apiGroup s, 2 kind s, 3 name s',
  'rbac.Subject': '1 kind s, 2 apiGroup s, 3 name s, 4 namespace s',
  'authn.BoundObjectReference': '1 kind s, 2 apiVersion s, 3 name s, 4 uid s',
  'authn.SelfSubjectReview': '1 metadata meta.ObjectMeta, 2 status authn.SelfSubjectReviewStatus',
  'authn.SelfSubjectReviewStatus': '1 userInfo authn.UserInfo',
  'authn.TokenRequest':
    '1 metadata meta.ObjectMeta, 2 spec authn.TokenRequestSpec, 3 status authn.TokenRequestStatus',
  'authn.TokenRequestSpec':
    '1 audiences s[], 4 expirationSeconds i?, 3 boundObjectRef authn.BoundObjectReference, 5 attestations s[]{}',
  'authn.TokenRequestStatus': '1 token s, 2 expirationTimestamp Time',
  'authn.TokenReview':
    '1 metadata meta.ObjectMeta, 2 spec authn.TokenReviewSpec, 3 status authn.TokenReviewStatus',
  'authn.TokenReviewSpec': '1 token s, 2 audiences s[]',
  'authn.TokenReviewStatus': '1 authenticated b, 2 user authn.UserInfo, 4 audiences s[], 3 error s',
  'authn.UserInfo': '1 username s, 2 uid s, 3 groups s[], 4 extra s[]{}',
  'authz.FieldSelectorAttributes': '1 rawSelector s, 2 requirements meta.FieldSelectorRequirement[]',
  'authz.LabelSelectorAttributes': '1 rawSelector s, 2 requirements meta.LabelSelectorRequirement[]',
  'authz.LocalSubjectAccessReview':
    '1 metadata meta.ObjectMeta, 2 spec authz.SubjectAccessReviewSpec, 3 status authz.SubjectAccessReviewStatus',
  'authz.NonResourceAttributes': '1 path s, 2 verb s',
  'authz.NonResourceRule': '1 verbs s[], 2 nonResourceURLs s[]',
  'authz.ResourceAttributes':
    '1 namespace s, 2 verb s, 3 group s, 4 version s, 5 resource s, 6 subresource s, 7 name s, 8 fieldSelector authz.FieldSelectorAttributes, 9 labelSelector authz.LabelSelectorAttributes',
  'authz.ResourceRule': '1 verbs s[], 2 apiGroups s[], 3 resources s[], 4 resourceNames s[]',
  'authz.SelfSubjectAccessReview':
    '1 metadata meta.ObjectMeta, 2 spec authz.SelfSubjectAccessReviewSpec, 3 status authz.SubjectAccessReviewStatus',
  'authz.SelfSubjectAccessReviewSpec':
    '1 resourceAttributes authz.ResourceAttributes, 2 nonResourceAttributes authz.NonResourceAttributes',
  'authz.SelfSubjectRulesReview':
    '1 metadata meta.ObjectMeta, 2 spec authz.SelfSubjectRulesReviewSpec, 3 status authz.SubjectRulesReviewStatus',
  'authz.SelfSubjectRulesReviewSpec': '1 namespace s',
  'authz.SubjectAccessReview':
    '1 metadata meta.ObjectMeta, 2 spec authz.SubjectAccessReviewSpec, 3 status authz.SubjectAccessReviewStatus',
  'authz.SubjectAccessReviewSpec':
    '1 resourceAttributes authz.ResourceAttributes, 2 nonResourceAttributes authz.NonResourceAttributes, 3 user s, 4 groups s[], 5 extra s[]{}, 6 uid s',
  'authz.SubjectAccessReviewStatus': '1 allowed b, 4 denied b, 2 reason s, 3 evaluationError s',
  'authz.SubjectRulesReviewStatus':
    '1 resourceRules authz.ResourceRule[], 2 nonResourceRules authz.NonResourceRule[], 3 incomplete b, 4 evaluationError s',
  'scheduling.PriorityClass':
    '1 metadata meta.ObjectMeta, 2 value i, 3 globalDefault b, 4 description s, 5 preemptionPolicy s?',
  'storage.StorageClass':
    '1 metadata meta.ObjectMeta, 2 provisioner s, 3 parameters s{}, 4 reclaimPolicy s?, 5 mountOptions s[], 6 allowVolumeExpansion b?, 7 volumeBindingMode s?, 8 allowedTopologies core.TopologySelectorTerm[]',
  'node.Overhead': '1 podFixed Quantity{}',
  'node.RuntimeClass':
    '1 metadata meta.ObjectMeta, 2 handler s, 3 overhead node.Overhead, 4 scheduling node.Scheduling',
  'node.Scheduling': '1 nodeSelector s{}, 2 tolerations core.Toleration[]',
  'discovery.Endpoint':
    '1 addresses s[], 2 conditions discovery.EndpointConditions, 3 hostname s?, 4 targetRef core.ObjectReference, 5 deprecatedTopology s{}, 6 nodeName s?, 7 zone s?, 8 hints discovery.EndpointHints',
  'discovery.EndpointConditions': '1 ready b?, 2 serving b?, 3 terminating b?',
  'discovery.EndpointHints': '1 forZones discovery.ForZone[], 2 forNodes discovery.ForNode[]',
  'discovery.EndpointPort': '1 name s?, 2 protocol s?, 3 port i?, 4 appProtocol s?',
  'discovery.EndpointSlice':
    '1 metadata meta.ObjectMeta, 4 addressType s, 2 endpoints discovery.Endpoint[], 3 ports discovery.EndpointPort[]',
  'discovery.ForNode': '1 name s',
  'discovery.ForZone': '1 name s',
  'coordination.Lease': '1 metadata meta.ObjectMeta, 2 spec coordination.LeaseSpec',
  'coordination.LeaseSpec':
    '1 holderIdentity s?, 2 leaseDurationSeconds i?, 3 acquireTime MicroTime, 4 renewTime MicroTime, 5 leaseTransitions i?, 6 strategy s?, 7 preferredHolder s?',
  'meta.Condition':
    '1 type s, 2 status s, 3 observedGeneration i, 4 lastTransitionTime Time, 5 reason s, 6 message s',
  'meta.DeleteOptions':
    '1 gracePeriodSeconds i?, 2 preconditions meta.Preconditions, 3 orphanDependents b?, 4 propagationPolicy s?, 5 dryRun s[], 6 ignoreStoreReadErrorWithClusterBreakingPotential b?',
  'meta.FieldSelectorRequirement': '1 key s, 2 operator s, 3 values s[]',
  'meta.LabelSelector': '1 matchLabels s{}, 2 matchExpressions meta.LabelSelectorRequirement[]',
  'meta.LabelSelectorRequirement': '1 key s, 2 operator s, 3 values s[]',
  'meta.ManagedFieldsEntry':
    '1 manager s, 2 operation s, 3 apiVersion s, 4 time Time, 6 fieldsType s, 7 fieldsV1 Raw, 8 subresource s',
  'meta.ObjectMeta':
    '1 name s, 2 generateName s, 3 namespace s, 4 selfLink s, 5 uid s, 6 resourceVersion s, 7 generation i, 8 creationTimestamp Time, 9 deletionTimestamp Time, 10 deletionGracePeriodSeconds i?, 11 labels s{}, 12 annotations s{}, 13 ownerReferences meta.OwnerReference[], 14 finalizers s[], 17 managedFields meta.ManagedFieldsEntry[]',
  'meta.OwnerReference':
    '5 apiVersion s, 1 kind s, 3 name s, 4 uid s, 6 controller b?, 7 blockOwnerDeletion b?',
  'meta.Preconditions': '1 uid s?, 2 resourceVersion s?',
};
