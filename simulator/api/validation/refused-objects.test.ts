import { describe, expect, it } from 'vitest';
import type { ResourceName } from '../../schema/types';
import { validateCreate } from '.';
import { objectForTests } from './object-for-tests';

/** What is told of a case, without the examples that follow a rule. */
const refusals = (resource: ResourceName, yaml: string) =>
  validateCreate(resource, objectForTests(resource, yaml)).map(
    ({ field, message }) => `${field}: ${message}`.split(' (e.g.')[0],
  );

describe('an object is refused', () => {
  it.each<[ResourceName, string, string[]]>([
    [
      'services',
      'spec: {type: ExternalName, externalName: a_b, clusterIP: 10.0.0.1}',
      [
        `spec.externalName: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      ],
    ],
    [
      'services',
      'spec: {clusterIP: None, type: NodePort, ports: [{port: 80}]}',
      [
        `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
        'spec.clusterIPs: Required value',
      ],
    ],
    [
      'services',
      'spec: {ports: [{name: A, port: 0, protocol: ICMP, targetPort: too-long-a-name-x}]}',
      [
        `spec.ports[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character`,
        'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'spec.ports[0].targetPort: Invalid value: "too-long-a-name-x": must be no more than 15 characters',
      ],
    ],
    [
      'services',
      'spec: {sessionAffinity: Cookie, externalTrafficPolicy: Local, ports: [{port: 80}]}',
      [
        'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      ],
    ],
    [
      'services',
      'spec: {externalIPs: [127.0.0.1, x], ipFamilies: [IPv5], ports: [{port: 80}]}',
      [
        'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[1]: Invalid value: "x": must be a valid IP address,',
      ],
    ],
    [
      'endpoints',
      'subsets: [{ports: [{port: 80}]}, {addresses: [{ip: 127.0.0.1}], ports: [{port: 0, name: A}]}]',
      [
        'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
        'subsets[1].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        `subsets[1].ports[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character`,
        'subsets[1].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [
      'endpointslices.discovery.k8s.io',
      'addressType: IPv4\nendpoints: [{addresses: []}, {addresses: [fe80::1]}]\nports: [{name: a, port: 1}, {name: a, port: 2}]',
      [
        'ports[1].name: Duplicate value: "a"',
        'endpoints[0].addresses: Required value: must contain at least 1 address',
        'endpoints[1].addresses: Invalid value: "fe80::1": must be an IPv4 address',
        'endpoints[1].addresses[0]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      ],
    ],
    [
      'ingresses.networking.k8s.io',
      'spec: {ingressClassName: A, tls: [{hosts: ["*.*"]}], rules: [{host: 1.2.3.4, http: {paths: [{path: a, pathType: Prefix, backend: {}}, {path: //a, pathType: Exact, backend: {service: {name: "", port: {}}}}]}}]}',
      [
        'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
        'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
        'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
        `spec.rules[0].http.paths[1].path: Invalid value: "//a": must not contain '//'`,
        'spec.rules[0].http.paths[1].backend.service.name: Required value',
        'spec.rules[0].http.paths[1].backend: Required value: port name or number is required',
        `spec.tls[0].hosts[0]: Invalid value: "*.*": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character`,
        `spec.ingressClassName: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      ],
    ],
    [
      'networkpolicies.networking.k8s.io',
      'spec: {ingress: [{ports: [{port: 80, endPort: 70, protocol: X}, {endPort: 3}], from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}, podSelector: {}}]}]}',
      [
        'spec.ingress[0].ports[0].protocol: Unsupported value: "X": supported values: "TCP", "UDP", "SCTP"',
        'spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
        'spec.ingress[0].ports[1].endPort: Invalid value: 3: may not be specified when `port` is not specified',
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
      ],
    ],
    [
      'persistentvolumeclaims',
      'spec: {accessModes: [Sometimes, ReadWriteOncePod, ReadWriteOnce], volumeMode: Raw, resources: {requests: {storage: 0}}}',
      [
        'spec.accessModes: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'spec.resources[storage]: Invalid value: "0": must be greater than zero',
        'spec.volumeMode: Unsupported value: "Raw": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      'persistentvolumes',
      'spec: {accessModes: [ReadWriteOnce]}',
      [
        'spec.capacity: Required value',
        'spec.capacity: Unsupported value: null: supported values: "storage"',
        'spec: Required value: must specify a volume type',
      ],
    ],
    [
      'persistentvolumes',
      'spec: {capacity: {storage: 1Gi, cpu: 1}, accessModes: [ReadWriteOnce], hostPath: {path: /}, persistentVolumeReclaimPolicy: Recycle, nfs: {server: a, path: b}}',
      [
        'spec.capacity: Unsupported value: {"cpu":"1","storage":"1Gi"}: supported values: "storage"',
        'spec.nfs: Forbidden: may not specify more than 1 volume type',
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
      ],
    ],
    [
      'storageclasses.storage.k8s.io',
      'provisioner: A_B\nreclaimPolicy: Recycle\nvolumeBindingMode: Later\nparameters: {"": x}',
      [
        'parameters: Invalid value: "": field can not be empty.',
        'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
        'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      'spec: {maxReplicas: 0, minReplicas: 0, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: w}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}, {type: Pods}]}',
      [
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
        'spec.maxReplicas: Required value: must be set and greater than 0',
        'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
        'spec.metrics[1].pods: Required value: must populate information for the given metric source',
      ],
    ],
    [
      'poddisruptionbudgets.policy',
      'spec: {minAvailable: 101%, maxUnavailable: 1, selector: {}}',
      [
        'spec: Invalid value: {"MinAvailable":"101%","Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
        'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
      ],
    ],
    [
      'resourcequotas',
      'spec: {hard: {pods: -1, cpu.x: 1, widgets: 1, requests.cpu: 1}, scopes: [Terminating, NotTerminating, Odd]}',
      [
        'spec.hard[cpu.x]: Invalid value: "cpu.x": must be a standard resource type or fully qualified',
        'spec.hard[cpu.x]: Invalid value: "cpu.x": must be a standard resource for quota',
        'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
        'spec.scopes: Invalid value: ["Terminating","NotTerminating","Odd"]: unsupported scope',
        'spec.scopes: Invalid value: ["Terminating","NotTerminating","Odd"]: conflicting scopes',
      ],
    ],
    [
      'limitranges',
      'spec: {limits: [{type: Pod, default: {cpu: 1}}, {type: PersistentVolumeClaim}, {type: Pod, maxLimitRequestRatio: {cpu: 0.5}}]}',
      [
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
        'spec.limits[1].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
        'spec.limits[2].type: Duplicate value: "Pod"',
        'spec.limits[2].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
      ],
    ],
    [
      'priorityclasses.scheduling.k8s.io',
      'value: 2000000000\npreemptionPolicy: Always',
      [
        'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
        'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"',
      ],
    ],
    [
      'leases.coordination.k8s.io',
      'spec: {leaseDurationSeconds: 0, leaseTransitions: -1, holderIdentity: ""}',
      [
        'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
        'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      'secrets',
      'type: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: bm8=}',
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
    ],
    [
      'secrets',
      'type: kubernetes.io/basic-auth',
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    [
      'clusterroles.rbac.authorization.k8s.io',
      'rules: [{verbs: [get]}, {verbs: [get], nonResourceURLs: [/x], resources: [pods]}]',
      [
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
        'rules[1].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
      ],
    ],
    [
      'clusterrolebindings.rbac.authorization.k8s.io',
      'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects: [{kind: User, name: u}, {kind: ServiceAccount, name: A}, {kind: Robot, name: r}]',
      [
        'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        `subjects[1].name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
        'subjects[1].namespace: Required value',
        'subjects[2].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      ],
    ],
  ])('%s with %s', (resource, yaml, expected) => {
    expect(refusals(resource, yaml)).toEqual(expected);
  });
});
