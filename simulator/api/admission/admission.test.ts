import { describe, expect, it } from 'vitest';
import type { Pod } from '../../schema/types';
import { cluster } from './cluster-for-tests';

const POD = 'spec: {containers: [{name: app, image: nginx}]}';
const podWith = (resources: string) =>
  `spec: {containers: [{name: app, image: nginx, resources: ${resources}}]}`;

describe('a new Pod', () => {
  it('gets its account, the account’s token, tolerations, a priority and a QoS class', () => {
    const { spec, status } = cluster().create('pods', 'web', POD) as Pod;
    const mount = spec?.containers[0]?.volumeMounts?.[0];
    expect(mount).toMatchObject({
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    });
    expect(mount?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(spec?.volumes?.map(({ name }) => name)).toEqual([mount?.name]);
    expect(spec).toMatchObject({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    expect(spec?.tolerations?.map(({ key, tolerationSeconds }) => `${key} ${tolerationSeconds}`)).toEqual([
      'node.kubernetes.io/not-ready 300',
      'node.kubernetes.io/unreachable 300',
    ]);
    expect(status).toMatchObject({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('gets no token when it wants none', () => {
    const { spec } = cluster().create(
      'pods',
      'web',
      `spec: {automountServiceAccountToken: false, containers: [{name: a, image: b}]}`,
    );
    expect(spec?.volumes).toBeUndefined();
    expect(spec?.containers[0]?.volumeMounts).toBeUndefined();
  });

  it('keeps tolerations of its own', () => {
    const { spec } = cluster().create(
      'pods',
      'web',
      'spec: {tolerations: [{operator: Exists}], containers: [{name: a, image: b}]}',
    );
    expect(spec?.tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it.each([
    ['nowhere', '{metadata: {namespace: nowhere}, spec: {containers: []}}', 'namespaces "nowhere" not found'],
    [
      'as nobody',
      'spec: {serviceAccountName: nobody, containers: [{name: a, image: b}]}',
      'pods "web" is forbidden: error looking up service account lab/nobody: serviceaccount "nobody" not found',
    ],
    [
      'of no known importance',
      'spec: {priorityClassName: vip, containers: [{name: a, image: b}]}',
      'pods "web" is forbidden: no PriorityClass with name vip was found',
    ],
    [
      'on no known runtime',
      'spec: {runtimeClassName: gvisor, containers: [{name: a, image: b}]}',
      'pods "web" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    ],
  ])('is refused %s', (_, yaml, message) => {
    expect(() => cluster().create('pods', 'web', yaml)).toThrow(message);
  });

  it('takes its priority from its class, or from the one for all', () => {
    const { create } = cluster();
    create('priorityclasses.scheduling.k8s.io', 'vip', 'value: 1000');
    create('priorityclasses.scheduling.k8s.io', 'usual', 'value: 7\nglobalDefault: true');
    expect(
      create('pods', 'a', 'spec: {priorityClassName: vip, containers: [{name: a, image: b}]}').spec?.priority,
    ).toBe(1000);
    expect(create('pods', 'b', POD).spec).toMatchObject({ priority: 7, priorityClassName: 'usual' });
  });

  it('is warned about what is legal and yet wrong', () => {
    const { create, warnings } = cluster();
    create('pods', 'web', podWith('{requests: {memory: 100m}}'));
    expect(warnings).toEqual([
      'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
    ]);
  });
});

describe('a LimitRange', () => {
  const LIMITS =
    'spec: {limits: [{type: Container, min: {cpu: 50m}, max: {cpu: "1"}, default: {cpu: 500m}, defaultRequest: {cpu: 100m}}]}';

  it('gives containers what they do not say', () => {
    const { create } = cluster();
    create('limitranges', 'limits', LIMITS);
    const pod = create('pods', 'web', POD);
    expect(pod.spec?.containers[0]?.resources).toEqual({
      limits: { cpu: '500m' },
      requests: { cpu: '100m' },
    });
    expect(pod.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container app; cpu limit for container app',
    });
    expect(pod.status?.qosClass).toBe('Burstable');
  });

  it.each([
    ['{requests: {cpu: 10m}}', 'minimum cpu usage per Container is 50m, but request is 10m'],
    ['{limits: {cpu: "2"}}', 'maximum cpu usage per Container is 1, but limit is 2'],
  ])('refuses %s', (resources, message) => {
    const { create } = cluster();
    create('limitranges', 'limits', LIMITS);
    expect(() => create('pods', 'web', podWith(resources))).toThrow(`pods "web" is forbidden: ${message}`);
  });
});

describe('a ResourceQuota', () => {
  it('counts what is used and refuses more', () => {
    const { create, client } = cluster();
    create('resourcequotas', 'small', 'spec: {hard: {pods: "2", requests.cpu: 500m}}');
    create('pods', 'a', podWith('{requests: {cpu: 300m}}'));
    expect(client.get('resourcequotas', 'lab', 'small')?.status?.used).toEqual({
      pods: '1',
      'requests.cpu': '300m',
    });
    expect(() => create('pods', 'b', podWith('{requests: {cpu: 300m}}'))).toThrow(
      'pods "b" is forbidden: exceeded quota: small, requested: requests.cpu=300m, used: requests.cpu=300m, limited: requests.cpu=500m',
    );
    expect(() => create('pods', 'c', POD)).toThrow(
      'pods "c" is forbidden: failed quota: small: must specify requests.cpu for: app',
    );
  });

  it('counts objects of any kind', () => {
    const { create } = cluster();
    create('resourcequotas', 'small', 'spec: {hard: {count/deployments.apps: "0", configmaps: "1"}}');
    create('configmaps', 'a', '{}');
    expect(() => create('configmaps', 'b', '{}')).toThrow(
      'configmaps "b" is forbidden: exceeded quota: small, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
    );
  });

  it('looks only at what is valid', () => {
    const { create } = cluster();
    create('resourcequotas', 'none', 'spec: {hard: {pods: "0"}}');
    expect(() => create('pods', 'web', 'spec: {containers: []}')).toThrow('spec.containers: Required value');
  });
});

describe('Pod Security', () => {
  const restricted = (mode: string, level = 'restricted') =>
    `metadata: {labels: {pod-security.kubernetes.io/${mode}: ${level}}}`;
  const ALL =
    'allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

  it('refuses what the enforced level forbids', () => {
    expect(() => cluster(restricted('enforce')).create('pods', 'web', POD)).toThrow(
      `pods "web" is forbidden: violates PodSecurity "restricted:latest": ${ALL}`,
    );
  });

  it('only warns of a level to be warned of', () => {
    const { create, warnings } = cluster(restricted('warn'));
    create('pods', 'web', POD);
    expect(warnings).toEqual([`would violate PodSecurity "restricted:latest": ${ALL}`]);
  });

  it('only warns of the template of what it would refuse as a Pod', () => {
    const { create, warnings } = cluster(restricted('enforce'));
    create(
      'deployments.apps',
      'web',
      'spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: nginx}]}}}',
    );
    expect(warnings).toEqual([`would violate PodSecurity "restricted:latest": ${ALL}`]);
  });

  it('wants levels and versions that there are', () => {
    const refused = (label: string, value: string) => () =>
      cluster(`metadata: {labels: {pod-security.kubernetes.io/${label}: ${value}}}`);
    expect(refused('enforce', 'strict')).toThrow('must be one of privileged, baseline, restricted');
    expect(refused('warn-version', 'v2.0')).toThrow(
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2.0": must be "latest" or "v1.x"',
    );
    expect(refused('audit-version', 'v1.36')).not.toThrow();
  });

  it('lets a careful Pod in', () => {
    const careful =
      'spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: app, image: nginx, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}';
    expect(cluster(restricted('enforce')).create('pods', 'web', careful).metadata.name).toBe('web');
  });

  it.each([
    [
      'spec: {hostNetwork: true, hostPID: true, containers: [{name: a, image: b}]}',
      'host namespaces (hostNetwork=true, hostPID=true)',
    ],
    [
      'spec: {containers: [{name: a, image: b, securityContext: {privileged: true}}]}',
      'privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      'spec: {volumes: [{name: v, hostPath: {path: /}}], containers: [{name: a, image: b}]}',
      'hostPath volumes (volume "v")',
    ],
    [
      'spec: {containers: [{name: a, image: b, ports: [{containerPort: 80, hostPort: 80}]}]}',
      'hostPort (container "a" uses hostPort 80)',
    ],
    [
      'spec: {containers: [{name: a, image: b, securityContext: {capabilities: {add: [NET_ADMIN]}}}]}',
      'non-default capabilities (container "a" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
  ])('at baseline forbids %s', (yaml, reason) => {
    expect(() => cluster(restricted('enforce', 'baseline')).create('pods', 'web', yaml)).toThrow(
      `violates PodSecurity "baseline:latest": ${reason}`,
    );
  });

  it('tells of the Pods that a raised level would not let in', () => {
    const { create, client, warnings } = cluster();
    create('pods', 'web', POD);
    const namespace = structuredClone(client.get('namespaces', '', 'lab'));
    if (!namespace) throw new Error('the namespace is gone');
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'pod-security.kubernetes.io/enforce': 'restricted',
    };
    client.update('namespaces', namespace);
    expect(warnings).toEqual([
      'existing pods in namespace "lab" violate the new PodSecurity enforce level "restricted:latest"',
      'web: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    ]);
  });
});

describe('a namespace', () => {
  it('that is going takes nothing new', () => {
    const { create, client } = cluster();
    client.delete('namespaces', '', 'lab');
    expect(() => create('configmaps', 'a', '{}')).toThrow(
      'configmaps "a" is forbidden: unable to create new content in namespace lab because it is being terminated',
    );
  });

  it('that Kubernetes needs stays', () => {
    expect(() => cluster().client.delete('namespaces', '', 'kube-system')).toThrow(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });
});
