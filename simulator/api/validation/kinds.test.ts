import { describe, expect, it } from 'vitest';
import type { ResourceName } from '../../schema/types';
import { validateCreate, validateUpdate } from '.';
import { scheduleProblem } from './cron-schedule';
import { objectForTests } from './object-for-tests';

const refusals = (resource: ResourceName, yaml: string, name?: string) =>
  validateCreate(resource, objectForTests(resource, yaml, name)).map(
    ({ field, message }) => `${field}: ${message}`,
  );
const changes = (resource: ResourceName, from: string, to: string) =>
  validateUpdate(resource, objectForTests(resource, to), objectForTests(resource, from)).map(
    ({ field, message }) => `${field}: ${message}`,
  );

const TEMPLATE = '{metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}';
const ONCE = '{spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}';
const SELECTED = 'selector: {matchLabels: {app: a}}';
const GROUP = 'rbac.authorization.k8s.io';

describe('an object is refused', () => {
  it.each<[ResourceName, string, string, string[]]>([
    [
      'deployments.apps',
      'selects other Pods than it makes',
      `spec: {selector: {matchLabels: {app: b}}, template: ${TEMPLATE}}`,
      [
        'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'deployments.apps',
      'selects nothing',
      `spec: {template: ${TEMPLATE}}`,
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'replicasets.apps',
      'has no template',
      `spec: {${SELECTED}}`,
      [
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
        'spec.template.spec.containers: Required value',
      ],
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      'binds to nothing',
      'subjects: []',
      [
        'roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"',
        'roleRef.name: Required value',
      ],
    ],
    [
      'statefulsets.apps',
      'selects by an operator that there is not',
      `spec: {selector: {matchExpressions: [{key: app, operator: Is}]}, template: {}}`,
      [
        'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Is"}]}',
      ],
    ],
    [
      'jobs.batch',
      'is a copy of another, with its labels',
      `spec: {selector: {matchLabels: {z: z, batch.kubernetes.io/controller-uid: "1"}}, template: {metadata: {labels: {controller-uid: "1", job-name: x}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}`,
      [
        'spec.template.metadata.labels[controller-uid]: Invalid value: {"controller-uid":"1","job-name":"x"}: must be \'\'',
        "spec.template.metadata.labels[batch.kubernetes.io/controller-uid]: Required value: must be ''",
        "spec.template.metadata.labels[batch.kubernetes.io/job-name]: Required value: must be 'x'",
        'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"1","z":"z"}}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: {"controller-uid":"1","job-name":"x"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'deployments.apps',
      'has fewer than no replicas',
      `spec: {replicas: -1, ${SELECTED}, template: ${TEMPLATE}}`,
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'deployments.apps',
      'recreates rolling',
      `spec: {strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, ${SELECTED}, template: ${TEMPLATE}}`,
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'deployments.apps',
      'cannot move',
      `spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, ${SELECTED}, template: ${TEMPLATE}}`,
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [
      'deployments.apps',
      'makes Pods that end',
      `spec: {${SELECTED}, template: {metadata: {labels: {app: a}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}`,
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'statefulsets.apps',
      'orders Pods in a way unheard of',
      `spec: {podManagementPolicy: Random, ${SELECTED}, template: ${TEMPLATE}}`,
      ["spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'daemonsets.apps',
      'has an unknown strategy',
      `spec: {updateStrategy: {type: Recreate}, ${SELECTED}, template: ${TEMPLATE}}`,
      [
        'spec.updateStrategy: Unsupported value: {"Type":"Recreate","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
    [
      'jobs.batch',
      'restarts for ever',
      `spec: {manualSelector: true, selector: {matchLabels: {app: a}}, template: ${TEMPLATE}}`,
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'jobs.batch',
      'has indexes without a count',
      `spec: {completionMode: Indexed, parallelism: 2, manualSelector: true, selector: {}, template: ${ONCE}}`,
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'cronjobs.batch',
      'has no schedule to speak of',
      `spec: {schedule: every day, jobTemplate: {spec: {template: ${ONCE}}}}`,
      ['spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]'],
    ],
    [
      'cronjobs.batch',
      'lives nowhere',
      `spec: {schedule: "* * * * *", timeZone: Moon/Sea, jobTemplate: {spec: {template: ${ONCE}}}}`,
      ['spec.timeZone: Invalid value: "Moon/Sea": unknown time zone Moon/Sea'],
    ],
    ['services', 'has no ports', 'spec: {selector: {app: a}}', ['spec.ports: Required value']],
    [
      'services',
      'leaves ports unnamed',
      'spec: {ports: [{port: 80}, {port: 81}]}',
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      'services',
      'is of no type',
      'spec: {type: Public, ports: [{port: 80}]}',
      [
        'spec.type: Unsupported value: "Public": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    ['services', 'names nothing', 'spec: {type: ExternalName}', ['spec.externalName: Required value']],
    [
      'services',
      'has a node port inside',
      'spec: {ports: [{port: 80, nodePort: 30080}]}',
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'services',
      'has one port twice',
      'spec: {ports: [{name: a, port: 80}, {name: b, port: 80}]}',
      [
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    [
      'configmaps',
      'has a key with a slash',
      'data: {a/b: x}',
      [
        "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      'configmaps',
      'is too big',
      `data: {a: ${'x'.repeat(1_048_577)}}`,
      [': Too long: may not be more than 1048576 bytes'],
    ],
    [
      'secrets',
      'lacks the key of its certificate',
      'type: kubernetes.io/tls\ndata: {tls.crt: ""}',
      ['data[tls.key]: Required value'],
    ],
    [
      'networkpolicies.networking.k8s.io',
      'allows an empty peer',
      'spec: {ingress: [{from: [{}]}]}',
      ['spec.ingress[0].from[0]: Required value: must specify a peer'],
    ],
    [
      'networkpolicies.networking.k8s.io',
      'is of an unknown direction',
      'spec: {policyTypes: [Inward]}',
      ['spec.policyTypes[0]: Unsupported value: "Inward": supported values: "Ingress", "Egress"'],
    ],
    [
      'networkpolicies.networking.k8s.io',
      'names no range',
      'spec: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0}}]}]}',
      [
        'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      'ingresses.networking.k8s.io',
      'leads nowhere',
      'spec: {}',
      ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
    ],
    [
      'ingresses.networking.k8s.io',
      'does not say how paths match',
      'spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: w, port: {number: 80}}}}]}}]}',
      ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
    ],
    [
      'roles.rbac.authorization.k8s.io',
      'allows nothing',
      'rules: [{apiGroups: [""], resources: [pods]}]',
      ['rules[0].verbs: Required value: verbs must contain at least one value'],
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      'binds no role',
      `roleRef: {apiGroup: ${GROUP}, kind: Rule, name: r}`,
      ['roleRef.kind: Unsupported value: "Rule": supported values: "Role", "ClusterRole"'],
    ],
    [
      'persistentvolumeclaims',
      'claims nothing',
      'spec: {}',
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      'has a ceiling below its floor',
      'spec: {minReplicas: 3, maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}',
      [
        'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
        'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
      ],
    ],
    [
      'limitranges',
      'has a floor above its ceiling',
      'spec: {limits: [{type: Container, min: {cpu: "2"}, max: {cpu: "1"}, default: {cpu: "1"}, defaultRequest: {cpu: "1"}}]}',
      [
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
        'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
      ],
    ],
  ])('%s that %s', (resource, _, yaml, expected) => {
    expect(refusals(resource, yaml)).toEqual(expected);
  });

  it.each<[ResourceName, string, string]>([
    ['services', 'Web', 'a lowercase RFC 1123 label must consist of'],
    ['namespaces', 'a.b', 'must not contain dots'],
    ['cronjobs.batch', 'a'.repeat(53), 'must be no more than 52 characters'],
    ['roles.rbac.authorization.k8s.io', 'a/b', "may not contain '/'"],
  ])('%s named %s', (resource, name, text) => {
    const errors = validateCreate(resource, objectForTests(resource, 'spec: {}', name));
    expect(errors.find(({ field }) => field === 'metadata.name')?.message).toContain(text);
  });
});

describe('a change is refused', () => {
  it.each<[string, ResourceName, string, string, string]>([
    [
      'of a selector',
      'deployments.apps',
      `spec: {${SELECTED}, template: ${TEMPLATE}}`,
      `spec: {selector: {matchLabels: {app: a, x: y}}, template: {metadata: {labels: {app: a, x: y}}, spec: {containers: [{name: c, image: i}]}}}`,
      'spec.selector: Invalid value: {"matchLabels":{"app":"a","x":"y"}}: field is immutable',
    ],
    [
      'of a StatefulSet’s Service',
      'statefulsets.apps',
      `spec: {serviceName: a, ${SELECTED}, template: ${TEMPLATE}}`,
      `spec: {serviceName: b, ${SELECTED}, template: ${TEMPLATE}}`,
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
    [
      'of how often a Job runs',
      'jobs.batch',
      `spec: {completions: 1, manualSelector: true, selector: {}, template: ${ONCE}}`,
      `spec: {completions: 2, manualSelector: true, selector: {}, template: ${ONCE}}`,
      'spec.completions: Invalid value: 2: field is immutable',
    ],
    [
      'of a cluster address',
      'services',
      'spec: {clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5], ports: [{port: 80}]}',
      'spec: {clusterIP: None, clusterIPs: [None], ports: [{port: 80}]}',
      'spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set',
    ],
    [
      'of what was made immutable',
      'configmaps',
      'immutable: true\ndata: {a: "1"}',
      'immutable: true\ndata: {a: "2"}',
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
    [
      'of a Secret’s type',
      'secrets',
      'type: Opaque',
      'type: other',
      'type: Invalid value: "other": field is immutable',
    ],
    [
      'of a binding’s role',
      'rolebindings.rbac.authorization.k8s.io',
      `roleRef: {apiGroup: ${GROUP}, kind: Role, name: a}`,
      `roleRef: {apiGroup: ${GROUP}, kind: Role, name: b}`,
      `roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"Role","Name":"b"}: cannot change roleRef`,
    ],
    [
      'of a claim',
      'persistentvolumeclaims',
      'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}',
      'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}',
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ],
  ])('%s', (_, resource, from, to, expected) => {
    const texts = changes(resource, from, to).map((text) => text.split('\n')[0]);
    expect(texts).toContain(expected);
  });

  it('but not of replicas, image or strategy', () => {
    const to = `spec: {replicas: 3, strategy: {type: Recreate}, ${SELECTED}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: j}]}}}`;
    expect(changes('deployments.apps', `spec: {${SELECTED}, template: ${TEMPLATE}}`, to)).toEqual([]);
  });
});

describe('a schedule', () => {
  it.each([
    ['*/5 * * * *', undefined],
    ['0 9-17 * jan-jun mon,wed', undefined],
    ['@hourly', undefined],
    ['@every 1h30m', undefined],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['61 * * * *', 'end of range (61) above maximum (59): 61'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['@never', 'unrecognized descriptor: @never'],
  ])('%s', (schedule, problem) => {
    expect(scheduleProblem(schedule)).toBe(problem);
  });
});
