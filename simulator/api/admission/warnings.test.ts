import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject, ResourceName } from '../../schema/types';
import type { AdmissionRequest } from './request';
import { warn } from './warnings';

const object = (yaml: string, name = 'x', generation = 1): KubeObject => {
  const { metadata, ...rest } = parse(yaml) as { metadata?: object };
  return { metadata: { name, generation, ...metadata }, ...rest } as KubeObject;
};
function told(resource: ResourceName, now: KubeObject, old?: KubeObject): string[] {
  const request: AdmissionRequest = {
    operation: old ? 'UPDATE' : 'CREATE',
    resource,
    subresource: '',
    namespace: 'default',
    name: 'x',
    object: now,
    ...(old && { oldObject: old }),
    user: { name: 'admin', groups: [] },
    dryRun: false,
    options: {},
    warnings: [],
  };
  warn(request);
  return request.warnings;
}
const ofPod = (spec: string, metadata = '{}') =>
  told('pods', object(`{metadata: ${metadata}, spec: ${spec}}`));
const ports = (...lists: string[]) =>
  `{containers: [${lists.map((list, index) => `{name: c${index}, ports: [${list}]}`).join(', ')}]}`;

describe('a Pod is warned of', () => {
  const HIDES = 'hides previous definition of "A", which may be dropped when using apply';
  const NO_SELECTOR = 'a null labelSelector results in matching no pod';
  it.each<[spec: string, warnings: string[]]>([
    [
      '{nodeSelector: {beta.kubernetes.io/os: linux}}',
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      '{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: node-role.kubernetes.io/master, operator: Exists}]}]}}}}',
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: node-role.kubernetes.io/master is use "node-role.kubernetes.io/control-plane" instead',
      ],
    ],
    [
      '{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a}}]}}}',
      [
        `spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: ${NO_SELECTOR}`,
      ],
    ],
    [
      '{topologySpreadConstraints: [{topologyKey: failure-domain.beta.kubernetes.io/zone}]}',
      [
        'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
        `spec.topologySpreadConstraints[0].labelSelector: ${NO_SELECTOR}`,
      ],
    ],
    [
      '{hostAliases: [{ip: 1.2.3.4}, {ip: 1.2.3.4}], imagePullSecrets: [{name: a}, {name: a}, {}]}',
      [
        'spec.hostAliases[1].ip: duplicate ip "1.2.3.4"',
        'spec.imagePullSecrets[1].name: duplicate name "a"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    [
      '{volumes: [{name: v, gitRepo: {}}, {name: w, configMap: {name: c, items: [{key: a, path: x/y}, {key: b, path: x}]}}]}',
      [
        'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
        'volume "w" (ConfigMap "c"): overlapping paths: "x" with "x/y"',
      ],
    ],
    [
      '{volumes: [{name: v, projected: {sources: [{}, {secret: {name: s, items: [{key: a, path: t}]}}, {serviceAccountToken: {path: t}}]}}]}',
      [
        'volume "v" (Projected) has no sources provided',
        'volume "v" (Projected): overlapping paths: "t" (ServiceAccountToken) with "t" (Secret "s")',
      ],
    ],
    [
      '{containers: [{name: c, resources: {limits: {memory: "0.5"}, requests: {ephemeral-storage: 1500m}}}]}',
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "500m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      '{containers: [{name: c, env: [{name: A, value: a}, {name: A, value: $(A)b}, {name: A, value: $(A)}, {name: A, value: c}]}]}',
      [`spec.containers[0].env[2]: ${HIDES}`, `spec.containers[0].env[3]: ${HIDES}`],
    ],
    [
      ports('{containerPort: 80, protocol: TCP}', '{containerPort: 80, protocol: TCP}'),
      ['spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
    [
      ports('{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: TCP, hostPort: 80}'),
      ['spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]'],
    ],
    [
      ports(
        '{containerPort: 80, hostPort: 80, protocol: TCP}, {containerPort: 80, protocol: TCP, hostPort: 80, hostIP: 127.0.0.1}',
      ),
      ['spec.containers[0].ports[1]: dangerously ambiguous port definition with spec.containers[0].ports[0]'],
    ],
    [
      ports(
        '{name: web, containerPort: 80, protocol: TCP, hostIP: 127.0.0.1}',
        '{name: web, containerPort: 81}',
      ),
      [
        'spec.containers[0].ports[0]: hostIP set without hostPort: {Name:web HostPort:0 ContainerPort:80 Protocol:TCP HostIP:127.0.0.1}',
        'spec.containers[1].ports[0]: duplicate port name "web" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
      ],
    ],
    [ports('{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}'), []],
    [
      '{terminationGracePeriodSeconds: -1}',
      [
        'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
      ],
    ],
  ])('%s', (spec, warnings) => {
    expect(ofPod(spec)).toEqual(warnings);
  });

  it('annotations that fields have replaced', () => {
    const annotations = `{annotations: {scheduler.alpha.kubernetes.io/critical-pod: "", seccomp.security.alpha.kubernetes.io/pod: a, container.apparmor.security.beta.kubernetes.io/c: runtime/default}}`;
    expect(ofPod('{containers: [{name: c}]}', annotations)).toEqual([
      'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
      'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ]);
  });

  it('a name that is no label', () => {
    expect(told('pods', object('{spec: {}}', 'a.b'))).toEqual([
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ]);
  });
});

describe('a workload', () => {
  const TEMPLATE = '{spec: {template: {spec: {terminationGracePeriodSeconds: -1}}}}';
  const WARNING =
    'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1';

  it('is warned of its template, at first and when that changes', () => {
    const [first, second] = [object(TEMPLATE), object(TEMPLATE, 'x', 2)];
    expect(told('deployments.apps', first)).toEqual([WARNING]);
    expect(told('deployments.apps', second, first)).toEqual([WARNING]);
    expect(told('deployments.apps', first, first)).toEqual([]);
    expect(told('daemonsets.apps', second, first)).toEqual([]);
  });

  it('a custom resource has no templates', () => {
    expect(told('rollouts.example.com' as ResourceName, object(TEMPLATE))).toEqual([]);
  });

  it('a CronJob’s is two deep', () => {
    const nested = TEMPLATE.replace('{spec: ', '{spec: {jobTemplate: {spec: ').replace(/}$/, '}}}');
    expect(told('cronjobs.batch', object(nested))[0]).toBe(
      WARNING.replace('spec.template', 'spec.jobTemplate.spec.template'),
    );
  });
});

describe('other objects', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const tls = (crt: string, key: string) =>
    `{type: kubernetes.io/tls, data: {tls.crt: "${base64(crt)}", tls.key: "${base64(key)}"}}`;
  const block = (type: string, content = 'YQ==') =>
    `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`;
  it.each<[resource: ResourceName, yaml: string, warnings: string[]]>([
    [
      'services',
      '{spec: {type: ClusterIP, clusterIP: None, externalIPs: [1.2.3.4], sessionAffinity: ClientIP}}',
      [
        'spec.externalIPs is ignored for headless services',
        'spec.SessionAffinity is ignored for headless services',
      ],
    ],
    [
      'services',
      '{spec: {type: ClusterIP, externalIPs: [1.2.3.4], externalName: a, trafficDistribution: PreferClose}}',
      [
        'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
        'spec.externalName is ignored when spec.type is not "ExternalName"',
        'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
      ],
    ],
    [
      'ingresses.networking.k8s.io',
      '{metadata: {annotations: {kubernetes.io/ingress.class: nginx}}, spec: {}}',
      [
        'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
      ],
    ],
    [
      'persistentvolumeclaims',
      '{spec: {resources: {requests: {storage: 100m}}}}',
      ['spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer'],
    ],
    [
      'persistentvolumes',
      '{spec: {persistentVolumeReclaimPolicy: Recycle, glusterfs: {}}}',
      [
        'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+',
      ],
    ],
    [
      'statefulsets.apps',
      '{spec: {revisionHistoryLimit: -1, volumeClaimTemplates: [{spec: {resources: {requests: {storage: "1.5"}}}}]}}',
      [
        'spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
        'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
      ],
    ],
    ['secrets', tls('', ''), ['tls: failed to find any PEM data in certificate input']],
    [
      'secrets',
      tls(block('PRIVATE KEY'), block('CERTIFICATE')),
      [
        'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
      ],
    ],
    ['secrets', tls(block('CERTIFICATE'), 'x'), ['tls: failed to find any PEM data in key input']],
    [
      'secrets',
      tls(block('CERTIFICATE', '…'), 'x'.repeat(9)),
      ['tls: failed to find any PEM data in certificate input'],
    ],
    ['secrets', tls(block('CERTIFICATE'), block('RSA PRIVATE KEY')), ['x509: malformed certificate']],
    ['secrets', '{type: Opaque, data: {tls.crt: ""}}', []],
  ])('%s %s', (resource, yaml, warnings) => {
    expect(told(resource, object(yaml))).toEqual(warnings);
  });
});
