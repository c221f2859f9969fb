/**
 * Messages of the API groups by which the API and its storage are extended, and requests admitted and weighed (1.36), in the notation
 * of ./core-messages.
 */
export const EXTENSION_MESSAGES: Readonly<Record<string, string>> = {
  'admissionregistration.AuditAnnotation': '1 key s, 2 valueExpression s',
  'admissionregistration.ExpressionWarning': '2 fieldRef s, 3 warning s',
  'admissionregistration.MatchCondition': '1 name s, 2 expression s',
  'admissionregistration.MatchResources':
    '1 namespaceSelector meta.LabelSelector, 2 objectSelector meta.LabelSelector, 3 resourceRules admissionregistration.NamedRuleWithOperations[], 4 excludeResourceRules admissionregistration.NamedRuleWithOperations[], 7 matchPolicy s?',
  'admissionregistration.NamedRuleWithOperations':
    '1 resourceNames s[], 2 > admissionregistration.RuleWithOperations',
  'admissionregistration.ParamKind': '1 apiVersion s, 2 kind s',
  'admissionregistration.ParamRef':
    '1 name s, 2 namespace s, 3 selector meta.LabelSelector, 4 parameterNotFoundAction s?',
  'admissionregistration.Rule': '1 apiGroups s[], 2 apiVersions s[], 3 resources s[], 4 scope s?',
  'admissionregistration.RuleWithOperations': '1 operations s[], 2 > admissionregistration.Rule',
  'admissionregistration.TypeChecking': '1 expressionWarnings admissionregistration.ExpressionWarning[]',
  'admissionregistration.ValidatingAdmissionPolicy':
    '1 metadata meta.ObjectMeta, 2 spec admissionregistration.ValidatingAdmissionPolicySpec, 3 status admissionregistration.ValidatingAdmissionPolicyStatus',
  'admissionregistration.ValidatingAdmissionPolicyBinding':
    '1 metadata meta.ObjectMeta, 2 spec admissionregistration.ValidatingAdmissionPolicyBindingSpec',
  'admissionregistration.ValidatingAdmissionPolicyBindingSpec':
    '1 policyName s, 2 paramRef admissionregistration.ParamRef, 3 matchResources admissionregistration.MatchResources, 4 validationActions s[]',
  'admissionregistration.ValidatingAdmissionPolicySpec':
    '1 paramKind admissionregistration.ParamKind, 2 matchConstraints admissionregistration.MatchResources, 3 validations admissionregistration.Validation[], 4 failurePolicy s?, 5 auditAnnotations admissionregistration.AuditAnnotation[], 6 matchConditions admissionregistration.MatchCondition[], 7 variables admissionregistration.Variable[]',
  'admissionregistration.ValidatingAdmissionPolicyStatus':
    '1 observedGeneration i, 2 typeChecking admissionregistration.TypeChecking, 3 conditions meta.Condition[]',
  'admissionregistration.Validation': '1 expression s, 2 message s, 3 reason s?, 4 messageExpression s',
  'admissionregistration.Variable': '1 name s, 2 expression s',
  'apiextensions.CustomResourceColumnDefinition':
    '1 name s, 2 type s, 3 format s, 4 description s, 5 priority i, 6 jsonPath s',
  'apiextensions.CustomResourceConversion': '1 strategy s, 2 webhook apiextensions.WebhookConversion',
  'apiextensions.CustomResourceDefinition':
    '1 metadata meta.ObjectMeta, 2 spec apiextensions.CustomResourceDefinitionSpec, 3 status apiextensions.CustomResourceDefinitionStatus',
  'apiextensions.CustomResourceDefinitionCondition':
    '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s, 6 observedGeneration i',
  'apiextensions.CustomResourceDefinitionNames':
    '1 plural s, 2 singular s, 3 shortNames s[], 4 kind s, 5 listKind s, 6 categories s[]',
  'apiextensions.CustomResourceDefinitionSpec':
    '1 group s, 3 names apiextensions.CustomResourceDefinitionNames, 4 scope s, 7 versions apiextensions.CustomResourceDefinitionVersion[], 9 conversion apiextensions.CustomResourceConversion, 10 preserveUnknownFields b',
  'apiextensions.CustomResourceDefinitionStatus':
    '1 conditions apiextensions.CustomResourceDefinitionCondition[], 2 acceptedNames apiextensions.CustomResourceDefinitionNames, 3 storedVersions s[], 4 observedGeneration i',
  'apiextensions.CustomResourceDefinitionVersion':
    '1 name s, 2 served b?, 3 storage b?, 7 deprecated b, 8 deprecationWarning s?, 4 schema apiextensions.CustomResourceValidation, 5 subresources apiextensions.CustomResourceSubresources, 6 additionalPrinterColumns apiextensions.CustomResourceColumnDefinition[], 9 selectableFields apiextensions.SelectableField[]',
  'apiextensions.CustomResourceSubresourceScale':
    '1 specReplicasPath s, 2 statusReplicasPath s, 3 labelSelectorPath s?',
  'apiextensions.CustomResourceSubresourceStatus': '',
  'apiextensions.CustomResourceSubresources':
    '1 status apiextensions.CustomResourceSubresourceStatus, 2 scale apiextensions.CustomResourceSubresourceScale',
  'apiextensions.CustomResourceValidation': '1 openAPIV3Schema apiextensions.JSONSchemaProps',
  'apiextensions.ExternalDocumentation': '1 description s, 2 url s',
  'apiextensions.JSONSchemaProps':
    '1 id s, 2 $schema s, 3 $ref s?, 4 description s, 5 type s, 6 format s, 7 title s, 8 default Raw, 9 maximum d?, 10 exclusiveMaximum b, 11 minimum d?, 12 exclusiveMinimum b, 13 maxLength i?, 14 minLength i?, 15 pattern s, 16 maxItems i?, 17 minItems i?, 18 uniqueItems b, 19 multipleOf d?, 20 enum Raw[], 21 maxProperties i?, 22 minProperties i?, 23 required s[], 24 items SchemaOrArray, 25 allOf apiextensions.JSONSchemaProps[], 26 oneOf apiextensions.JSONSchemaProps[], 27 anyOf apiextensions.JSONSchemaProps[], 28 not apiextensions.JSONSchemaProps, 29 properties apiextensions.JSONSchemaProps{}, 30 additionalProperties SchemaOrBool, 31 patternProperties apiextensions.JSONSchemaProps{}, 32 dependencies SchemaOrStrings{}, 33 additionalItems SchemaOrBool, 34 definitions apiextensions.JSONSchemaProps{}, 35 externalDocs apiextensions.ExternalDocumentation, 36 example Raw, 37 nullable b, 38 x-kubernetes-preserve-unknown-fields b?, 39 x-kubernetes-embedded-resource b, 40 x-kubernetes-int-or-string b, 41 x-kubernetes-list-map-keys s[], 42 x-kubernetes-list-type s?, 43 x-kubernetes-map-type s?, 44 x-kubernetes-validations apiextensions.ValidationRules',
  'apiextensions.SelectableField': '1 jsonPath s',
  'apiextensions.ServiceReference': '1 namespace s, 2 name s, 3 path s?, 4 port i?',
  'apiextensions.ValidationRule':
    '1 rule s, 2 message s, 3 messageExpression s, 4 reason s?, 5 fieldPath s, 6 optionalOldSelf b?',
  'apiextensions.WebhookClientConfig': '3 url s?, 1 service apiextensions.ServiceReference, 2 caBundle y',
  'apiextensions.WebhookConversion':
    '2 clientConfig apiextensions.WebhookClientConfig, 3 conversionReviewVersions s[]',
  'apiregistration.APIService':
    '1 metadata meta.ObjectMeta, 2 spec apiregistration.APIServiceSpec, 3 status apiregistration.APIServiceStatus',
  'apiregistration.APIServiceCondition':
    '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'apiregistration.APIServiceSpec':
    '1 service apiregistration.ServiceReference, 2 group s, 3 version s, 4 insecureSkipTLSVerify b, 5 caBundle y, 7 groupPriorityMinimum i, 8 versionPriority i',
  'apiregistration.APIServiceStatus': '1 conditions apiregistration.APIServiceCondition[]',
  'apiregistration.ServiceReference': '1 namespace s, 2 name s, 3 port i?',
  'flowcontrol.ExemptPriorityLevelConfiguration': '1 nominalConcurrencyShares i?, 2 lendablePercent i?',
  'flowcontrol.FlowDistinguisherMethod': '1 type s',
  'flowcontrol.FlowSchema':
    '1 metadata meta.ObjectMeta, 2 spec flowcontrol.FlowSchemaSpec, 3 status flowcontrol.FlowSchemaStatus',
  'flowcontrol.FlowSchemaCondition':
    '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'flowcontrol.FlowSchemaSpec':
    '1 priorityLevelConfiguration flowcontrol.PriorityLevelConfigurationReference, 2 matchingPrecedence i, 3 distinguisherMethod flowcontrol.FlowDistinguisherMethod, 4 rules flowcontrol.PolicyRulesWithSubjects[]',
  'flowcontrol.FlowSchemaStatus': '1 conditions flowcontrol.FlowSchemaCondition[]',
  'flowcontrol.GroupSubject': '1 name s',
  'flowcontrol.LimitResponse': '1 type s, 2 queuing flowcontrol.QueuingConfiguration',
  'flowcontrol.LimitedPriorityLevelConfiguration':
    '1 nominalConcurrencyShares i?, 2 limitResponse flowcontrol.LimitResponse, 3 lendablePercent i?, 4 borrowingLimitPercent i?',
  'flowcontrol.NonResourcePolicyRule': '1 verbs s[], 6 nonResourceURLs s[]',
  'flowcontrol.PolicyRulesWithSubjects':
    '1 subjects flowcontrol.Subject[], 2 resourceRules flowcontrol.ResourcePolicyRule[], 3 nonResourceRules flowcontrol.NonResourcePolicyRule[]',
  'flowcontrol.PriorityLevelConfiguration':
    '1 metadata meta.ObjectMeta, 2 spec flowcontrol.PriorityLevelConfigurationSpec, 3 status flowcontrol.PriorityLevelConfigurationStatus',
  'flowcontrol.PriorityLevelConfigurationCondition':
    '1 type s, 2 status s, 3 lastTransitionTime Time, 4 reason s, 5 message s',
  'flowcontrol.PriorityLevelConfigurationReference': '1 name s',
  'flowcontrol.PriorityLevelConfigurationSpec':
    '1 type s, 2 limited flowcontrol.LimitedPriorityLevelConfiguration, 3 exempt flowcontrol.ExemptPriorityLevelConfiguration',
  'flowcontrol.PriorityLevelConfigurationStatus':
    '1 conditions flowcontrol.PriorityLevelConfigurationCondition[]',
  'flowcontrol.QueuingConfiguration': '1 queues i, 2 handSize i, 3 queueLengthLimit i',
  'flowcontrol.ResourcePolicyRule':
    '1 verbs s[], 2 apiGroups s[], 3 resources s[], 4 clusterScope b, 5 namespaces s[]',
  'flowcontrol.ServiceAccountSubject': '1 namespace s, 2 name s',
  'flowcontrol.Subject':
    '1 kind s, 2 user flowcontrol.UserSubject, 3 group flowcontrol.GroupSubject, 4 serviceAccount flowcontrol.ServiceAccountSubject',
  'flowcontrol.UserSubject': '1 name s',
  'storage.CSIDriver': '1 metadata meta.ObjectMeta, 2 spec storage.CSIDriverSpec',
  'storage.CSIDriverSpec':
    '1 attachRequired b?, 2 podInfoOnMount b?, 3 volumeLifecycleModes s[], 4 storageCapacity b?, 5 fsGroupPolicy s?, 6 tokenRequests storage.TokenRequest[], 7 requiresRepublish b?, 8 seLinuxMount b?, 9 nodeAllocatableUpdatePeriodSeconds i?, 10 serviceAccountTokenInSecrets b?, 11 preventPodSchedulingIfMissing b?',
  'storage.CSINode': '1 metadata meta.ObjectMeta, 2 spec storage.CSINodeSpec',
  'storage.CSINodeDriver':
    '1 name s, 2 nodeID s, 3 topologyKeys s[], 4 allocatable storage.VolumeNodeResources',
  'storage.CSINodeSpec': '1 drivers storage.CSINodeDriver[]',
  'storage.CSIStorageCapacity':
    '1 metadata meta.ObjectMeta, 2 nodeTopology meta.LabelSelector, 3 storageClassName s, 4 capacity Quantity, 5 maximumVolumeSize Quantity',
  'storage.TokenRequest': '1 audience s, 2 expirationSeconds i?',
  'storage.VolumeAttachment':
    '1 metadata meta.ObjectMeta, 2 spec storage.VolumeAttachmentSpec, 3 status storage.VolumeAttachmentStatus',
  'storage.VolumeAttachmentSource': '1 persistentVolumeName s?, 2 inlineVolumeSpec core.PersistentVolumeSpec',
  'storage.VolumeAttachmentSpec': '1 attacher s, 2 source storage.VolumeAttachmentSource, 3 nodeName s',
  'storage.VolumeAttachmentStatus':
    '1 attached b, 2 attachmentMetadata s{}, 3 attachError storage.VolumeError, 4 detachError storage.VolumeError',
  'storage.VolumeError': '1 time Time, 2 message s, 3 errorCode i?',
  'storage.VolumeNodeResources': '1 count i?',
};
