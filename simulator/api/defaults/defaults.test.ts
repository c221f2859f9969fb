import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../../schema/types';
import { applyDefaults } from '.';
import { defaultPullPolicy } from './image-pull-policy';

/** biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds, as a learner writes them. */
type Manifest = any;

function defaulted(resource: ResourceName, manifest: Manifest): Manifest {
  const object = structuredClone({ metadata: {}, ...manifest }) as KubeObject;
  applyDefaults(resource, object);
  return object;
}

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx' }] },
};
const container = (more: object = {}) =>
  defaulted('pods', { spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...more }] } }).spec
    .containers[0];
const volume = (source: object) =>
  defaulted('pods', { spec: { containers: [], volumes: [{ name: 'v', ...source }] } }).spec.volumes[0];

describe('defaults', () => {
  it('of a Pod are those a real cluster shows', () => {
    expect(defaulted('pods', { spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } })).toEqual({
      metadata: {},
      spec: {
        containers: [
          {
            name: 'web',
            image: 'nginx:1.27',
            imagePullPolicy: 'IfNotPresent',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
      status: {},
    });
  });

  it('of a Secret put stringData into data, where it wins', () => {
    const secret = { data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } };
    expect(defaulted('secrets', secret)).toEqual({
      metadata: {},
      type: 'Opaque',
      data: { a: 'bmV3', b: 'Yg==' },
    });
  });

  it('make a negative time to end the shortest one', () => {
    const spec = { containers: [], terminationGracePeriodSeconds: -1 };
    expect(defaulted('pods', { spec }).spec.terminationGracePeriodSeconds).toBe(1);
  });

  it('keep what was said', () => {
    const spec = {
      containers: [],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      enableServiceLinks: false,
    };
    expect(defaulted('pods', { spec }).spec).toMatchObject(spec);
  });

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry.local:5000/team/app', 'Always'],
    ['registry.local:5000/team/app:v1', 'IfNotPresent'],
    [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    ['UPPER/Case', 'IfNotPresent'],
    ['', 'IfNotPresent'],
  ])('pull %s %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });

  it('of a probe', () => {
    expect(container({ livenessProbe: { httpGet: { port: 80 } } }).livenessProbe).toEqual({
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  it('request what is limited, in canonical amounts', () => {
    const resources = { limits: { cpu: '0.5', memory: '1024Mi' }, requests: { cpu: '100m' } };
    expect(container({ resources }).resources).toEqual({
      limits: { cpu: '500m', memory: '1Gi' },
      requests: { cpu: '100m', memory: '1Gi' },
    });
  });

  it('leave requests and service links of a template alone', () => {
    const limited = structuredClone(template) as Manifest;
    limited.spec.containers[0].resources = { limits: { cpu: '1' } };
    const { spec } = defaulted('deployments.apps', { spec: { template: limited } }).spec.template;
    expect(spec.containers[0].resources).toEqual({ limits: { cpu: '1' } });
    expect(spec.enableServiceLinks).toBeUndefined();
    expect(spec.dnsPolicy).toBe('ClusterFirst');
  });

  it.each([
    ['nothing', {}, { emptyDir: {} }],
    ['a secret', { secret: { secretName: 's' } }, { secret: { secretName: 's', defaultMode: 420 } }],
    [
      'a config map',
      { configMap: { name: 'c', defaultMode: 256 } },
      { configMap: { name: 'c', defaultMode: 256 } },
    ],
    ['a host path', { hostPath: { path: '/x' } }, { hostPath: { path: '/x', type: '' } }],
    [
      'a downward file',
      { downwardAPI: { items: [{ path: 'p', resourceFieldRef: { resource: 'limits.cpu' } }] } },
      {
        downwardAPI: {
          defaultMode: 420,
          items: [{ path: 'p', resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } }],
        },
      },
    ],
    [
      'a token',
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      {
        projected: {
          defaultMode: 420,
          sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
        },
      },
    ],
  ])('of a volume with %s', (_, source, full) => {
    expect(volume(source)).toEqual({ name: 'v', ...full });
  });

  it('give a Pod on the host network its host ports', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] };
    expect(defaulted('pods', { spec }).spec.containers[0].ports).toEqual([
      { containerPort: 80, hostPort: 80, protocol: 'TCP' },
    ]);
  });

  it('of a Service', () => {
    expect(defaulted('services', { spec: { ports: [{ port: 80 }] } })).toEqual({
      metadata: {},
      spec: {
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
      status: { loadBalancer: {} },
    });
    expect(defaulted('services', { spec: { type: 'NodePort' } }).spec.externalTrafficPolicy).toBe('Cluster');
    expect(
      defaulted('services', { spec: { type: 'ExternalName' } }).spec.internalTrafficPolicy,
    ).toBeUndefined();
    expect(
      defaulted('services', { spec: { sessionAffinity: 'ClientIP' } }).spec.sessionAffinityConfig,
    ).toEqual({ clientIP: { timeoutSeconds: 10800 } });
  });

  it('of a Deployment', () => {
    expect(defaulted('deployments.apps', { spec: { template } }).spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    const recreate = defaulted('deployments.apps', { spec: { template, strategy: { type: 'Recreate' } } });
    expect(recreate.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('of a Job', () => {
    const job = defaulted('jobs.batch', { spec: { template } });
    expect(job.metadata.labels).toEqual({ app: 'web' });
    expect(job.spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: false,
    });
    expect(defaulted('jobs.batch', { spec: { template, parallelism: 3 } }).spec.completions).toBeUndefined();
  });

  it('of the other workloads', () => {
    expect(defaulted('statefulsets.apps', { spec: { template } }).spec).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect(defaulted('daemonsets.apps', { spec: { template } }).spec.updateStrategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
    expect(defaulted('cronjobs.batch', { spec: { jobTemplate: { spec: { template } } } }).spec).toMatchObject(
      {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
    );
  });

  it('of policies', () => {
    expect(defaulted('networkpolicies.networking.k8s.io', { spec: { egress: [{}] } }).spec).toMatchObject({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const limits = [
      { type: 'Container', max: { cpu: '2' }, min: { memory: '64Mi' }, default: { memory: '0.5Gi' } },
    ];
    expect(defaulted('limitranges', { spec: { limits } }).spec.limits[0]).toMatchObject({
      default: { cpu: '2', memory: '512Mi' },
      defaultRequest: { cpu: '2', memory: '512Mi' },
    });
    const subjects = [
      { kind: 'User', name: 'jane' },
      { kind: 'ServiceAccount', name: 'ci' },
    ];
    const binding = defaulted('rolebindings.rbac.authorization.k8s.io', {
      roleRef: { kind: 'Role', name: 'r' },
      subjects,
    });
    expect(binding.roleRef.apiGroup).toBe('rbac.authorization.k8s.io');
    expect(binding.subjects).toEqual([
      { ...subjects[0], apiGroup: 'rbac.authorization.k8s.io' },
      subjects[1],
    ]);
    expect(defaulted('namespaces', { metadata: { name: 'lab' } })).toEqual({
      metadata: { name: 'lab', labels: { 'kubernetes.io/metadata.name': 'lab' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('change nothing the second time', () => {
    const once = defaulted('deployments.apps', { spec: { template } });
    expect(defaulted('deployments.apps', once)).toEqual(once);
  });
});
