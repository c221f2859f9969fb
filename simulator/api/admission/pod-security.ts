import { resourceByName } from '../../schema/resources';
import type { Namespace, ObjectMeta, Pod, PodSpec, ResourceName } from '../../schema/types';
import type { Client } from '../client';
import { forbidden, invalid } from '../refusals';
import { at, invalid as invalidField } from '../validation/field-error';
import { type Violation, violations } from './pod-security-checks';
import type { AdmissionRequest } from './request';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'];
const MODES = ['enforce', 'audit', 'warn'];
const MOST_WARNED_PODS = 10;

/** Kinds with a Pod template: they are only warned about, their Pods refused. */
const TEMPLATED: readonly ResourceName[] = [
  'deployments.apps',
  'replicasets.apps',
  'replicationcontrollers',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
];

interface Policy {
  level: string;
  /** `restricted:latest` */
  text: string;
}

/** PodSecurity: the namespace's labels say which Pod Security Standard is enforced, and which only warned about. */
export function checkPodSecurity(request: AdmissionRequest, client: Client): void {
  const { resource, namespace, name, object } = request;
  const found = client.get('namespaces', '', namespace);
  if (!found || !object) return;
  const pod = podOf(resource, object);
  if (!pod) return;
  const enforced = policyOf(found, 'enforce');
  const warned = warnPolicyOf(found);
  if (resource === 'pods') {
    if (request.operation === 'UPDATE' && !isSignificantChange(request)) return;
    const broken = violations(enforced.level, pod.spec, pod.metadata);
    if (broken.length > 0)
      throw forbidden(
        resourceByName('pods'),
        name,
        `violates PodSecurity "${enforced.text}": ${details(broken)}`,
      );
  }
  const broken = violations(warned.level, pod.spec, pod.metadata);
  if (broken.length > 0)
    request.warnings.push(`would violate PodSecurity "${warned.text}": ${details(broken)}`);
}

/** A namespace whose enforced level rises is told which of its Pods would not be let in now. */
export function checkNamespaceLabels(request: AdmissionRequest, client: Client): void {
  const namespace = request.object as Namespace;
  const errors = MODES.flatMap((mode) => {
    const value = namespace.metadata.labels?.[PREFIX + mode];
    const version = namespace.metadata.labels?.[`${PREFIX + mode}-version`];
    return [
      ...(value === undefined || LEVELS.includes(value)
        ? []
        : [invalidField(at('metadata.labels', PREFIX + mode), value, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || /^(latest|v1\.([1-9]\d*|0))$/.test(version)
        ? []
        : [
            invalidField(
              at('metadata.labels', `${PREFIX + mode}-version`),
              version,
              'must be "latest" or "v1.x"',
            ),
          ]),
    ];
  });
  if (errors.length > 0 && request.operation === 'CREATE')
    throw invalid(resourceByName('namespaces'), request.name, errors);
  if (request.operation !== 'UPDATE') return;
  const old = request.oldObject as Namespace;
  const changed = MODES.some(
    (mode) =>
      namespace.metadata.labels?.[PREFIX + mode] !== old.metadata.labels?.[PREFIX + mode] ||
      namespace.metadata.labels?.[`${PREFIX + mode}-version`] !==
        old.metadata.labels?.[`${PREFIX + mode}-version`],
  );
  if (errors.length > 0 && changed) throw invalid(resourceByName('namespaces'), request.name, errors);
  const policy = policyOf(namespace, 'enforce');
  if (policy.text === policyOf(old, 'enforce').text) return;
  request.warnings.push(...existingPodWarnings(request.name, policy, client));
}

function existingPodWarnings(namespace: string, policy: Policy, client: Client): string[] {
  const byReasons = new Map<string, string[]>();
  for (const { spec, metadata } of client.list('pods', { namespace })) {
    const broken = violations(policy.level, spec ?? { containers: [] }, metadata);
    if (broken.length === 0) continue;
    const reasons = broken.map(({ reason }) => reason).join(', ');
    byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), metadata.name ?? '']);
  }
  if (byReasons.size === 0) return [];
  const lines = [...byReasons].map(([reasons, pods]) => {
    const [first = '', ...others] = [...pods].sort();
    if (others.length === 0) return `${first}: ${reasons}`;
    return `${first} (and ${others.length} other ${others.length > 1 ? 'pods' : 'pod'}): ${reasons}`;
  });
  return [
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${policy.text}"`,
    ...lines.sort().slice(0, MOST_WARNED_PODS),
  ];
}

function policyOf({ metadata }: Namespace, mode: string): Policy {
  const level = metadata.labels?.[PREFIX + mode] ?? 'privileged';
  const version = metadata.labels?.[`${PREFIX}${mode}-version`] ?? 'latest';
  return { level: LEVELS.includes(level) ? level : 'restricted', text: `${level}:${version}` };
}

/** A namespace that does not say what it warns of warns of what it enforces (since 1.26). */
function warnPolicyOf(namespace: Namespace): Policy {
  const said = namespace.metadata.labels?.[`${PREFIX}warn`] !== undefined;
  return policyOf(namespace, said ? 'warn' : 'enforce');
}

function podOf(resource: ResourceName, object: object): { spec: PodSpec; metadata: ObjectMeta } | undefined {
  if (resource === 'pods') {
    const { spec, metadata } = object as Pod;
    return { spec: spec ?? { containers: [] }, metadata };
  }
  if (!TEMPLATED.includes(resource)) return undefined;
  const { spec } = object as {
    spec?: { template?: Template; jobTemplate?: { spec?: { template?: Template } } };
  };
  const template = spec?.template ?? spec?.jobTemplate?.spec?.template;
  return template?.spec ? { spec: template.spec, metadata: template.metadata ?? {} } : undefined;
}

interface Template {
  spec?: PodSpec;
  metadata?: ObjectMeta;
}

/** Of what may change in a Pod only a container's image, or an added ephemeral container, is looked at again. */
function isSignificantChange({ object, oldObject, subresource }: AdmissionRequest): boolean {
  if (subresource === 'ephemeralcontainers') return true;
  const images = (pod: Pod | undefined) =>
    [...(pod?.spec?.initContainers ?? []), ...(pod?.spec?.containers ?? [])].map(({ image }) => image).join();
  return images(object as Pod) !== images(oldObject as Pod);
}

function details(broken: readonly Violation[]): string {
  return broken.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');
}
