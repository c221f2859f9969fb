import { isDeepStrictEqual } from 'node:util';
import { resourceByName } from '../../schema/resources';
import type { Container, Namespace, Pod } from '../../schema/types';
import type { Client } from '../client';
import type { FieldError } from '../extension-points';
import { type PodTemplate, podTemplateOf } from '../pod-template-of';
import { forbidden, invalid } from '../refusals';
import { at, invalid as invalidField } from '../validation/field-error';
import { violations } from './pod-security-checks';
import type { Violation } from './pod-security-parts';
import type { AdmissionRequest } from './request';

const PREFIX = 'pod-security.kubernetes.io/';
/** Ever stricter. */
const LEVELS = ['privileged', 'baseline', 'restricted'];
const MODES = ['enforce', 'audit', 'warn'] as const;
const VERSION = /^v1\.(\d|[1-9]\d*)$/;

interface Policy {
  level: string;
  version: string;
}
type Mode = (typeof MODES)[number];

/**
 * PodSecurity: the namespace's labels say which Pod Security Standard is enforced, and which only warned about. Workloads
 * are only warned of, their Pods refused.
 */
export function checkPodSecurity(request: AdmissionRequest, client: Client): void {
  const { resource, namespace, name, object } = request;
  const pod = object && podTemplateOf(resource, object);
  const found = pod && client.get('namespaces', '', namespace);
  if (!found) return;
  const { enforce, warn } = policiesOf(found);
  if (resource === 'pods') {
    if (request.operation === 'UPDATE' && !isSignificantChange(request)) return;
    const broken = violationsOf(enforce, pod);
    if (broken.length > 0)
      throw forbidden(
        resourceByName('pods'),
        name,
        `violates PodSecurity "${textOf(enforce)}": ${details(broken)}`,
      );
  }
  const broken = violationsOf(warn, pod);
  if (broken.length > 0)
    request.warnings.push(`would violate PodSecurity "${textOf(warn)}": ${details(broken)}`);
}

/** A namespace whose enforced level rises is told which of its Pods would not be let in now. */
export function checkNamespaceLabels(request: AdmissionRequest, client: Client): void {
  const namespace = request.object as Namespace;
  const old = request.operation === 'UPDATE' ? (request.oldObject as Namespace) : undefined;
  const errors = labelErrors(namespace);
  if (errors.length > 0 && !(old && isDeepStrictEqual(errors, labelErrors(old))))
    throw invalid(resourceByName('namespaces'), request.name, errors);
  if (!old || request.subresource) return;
  const { enforce } = policiesOf(namespace);
  const before = policiesOf(old).enforce;
  const stricter = LEVELS.indexOf(enforce.level) > LEVELS.indexOf(before.level);
  if (enforce.level === 'privileged' || (enforce.version === before.version && !stricter)) return;
  request.warnings.push(...existingPodWarnings(request.name, enforce, client));
}

function labelErrors({ metadata: { labels = {} } }: Namespace): FieldError[] {
  const told = (key: string, isGood: (value: string) => boolean, rule: string): FieldError[] => {
    const value = labels[key];
    return value === undefined || isGood(value)
      ? []
      : [invalidField(at('metadata.labels', key), value, rule)];
  };
  return MODES.flatMap((mode) => [
    ...told(PREFIX + mode, (level) => LEVELS.includes(level), `must be one of ${LEVELS.join(', ')}`),
    ...told(`${PREFIX}${mode}-version`, isVersion, 'must be "latest" or "v1.x"'),
  ]);
}

const isVersion = (text: string) => text === 'latest' || VERSION.test(text);

function existingPodWarnings(namespace: string, policy: Policy, client: Client): string[] {
  const byReasons = new Map<string, string[]>();
  for (const { spec, metadata } of client.list('pods', { namespace })) {
    const broken = violationsOf(policy, { spec: spec ?? { containers: [] }, metadata });
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
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(policy)}"`,
    ...lines.sort(),
  ];
}

/** What a namespace asks for: a level nobody knows enforces the strictest, and is not warned about. */
function policiesOf({ metadata: { labels = {} } }: Namespace): Record<'enforce' | 'warn', Policy> {
  const versionOf = (mode: Mode) => {
    const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
    return isVersion(version) ? version : 'latest';
  };
  const enforced = labels[`${PREFIX}enforce`] ?? 'privileged';
  const known = LEVELS.includes(enforced);
  const enforce = { level: known ? enforced : 'restricted', version: versionOf('enforce') };
  const warned = labels[`${PREFIX}warn`];
  if (warned !== undefined)
    return {
      enforce,
      warn: { level: LEVELS.includes(warned) ? warned : 'privileged', version: versionOf('warn') },
    };
  // A namespace that does not say what it warns of warns of what it enforces (since 1.26).
  const said = labels[`${PREFIX}warn-version`] !== undefined;
  const version = said || !known || enforced === 'privileged' ? versionOf('warn') : enforce.version;
  return { enforce, warn: { level: known ? enforced : 'privileged', version } };
}

const textOf = ({ level, version }: Policy) => `${level}:${version}`;

function violationsOf(
  { level, version }: Policy,
  { spec, metadata }: Omit<PodTemplate, 'path'>,
): Violation[] {
  const minor = VERSION.exec(version)?.[1];
  return violations(level, minor === undefined ? Number.POSITIVE_INFINITY : Number(minor), spec, metadata);
}

/** Of what may change in a Pod only an image, or an added ephemeral container, is looked at again. */
function isSignificantChange({ object, oldObject }: AdmissionRequest): boolean {
  const { spec } = object as Pod;
  const { spec: old } = oldObject as Pod;
  const images = (containers: readonly Container[] = []) => containers.map(({ image = '' }) => image).join();
  const before = new Map(old?.ephemeralContainers?.map(({ name, image }) => [name, image]));
  return (
    images(spec?.containers) !== images(old?.containers) ||
    images(spec?.initContainers) !== images(old?.initContainers) ||
    (spec?.ephemeralContainers ?? []).some(
      ({ name, image }) => !before.has(name) || before.get(name) !== image,
    )
  );
}

function details(broken: readonly Violation[]): string {
  return broken.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');
}
