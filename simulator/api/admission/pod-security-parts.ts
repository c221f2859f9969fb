import type { Container, ObjectMeta, PodSpec } from '../../schema/types';

/** One reason why a Pod breaks a Pod Security Standard, in the words of k8s.io/pod-security-admission. */
export interface Violation {
  reason: string;
  /** What exactly; '' when the reason says it all. */
  detail: string;
}

export type Check = (spec: PodSpec, metadata: ObjectMeta) => Violation | undefined;
export type SecurityContext = NonNullable<Container['securityContext']>;

/** In the order in which containers are told of. */
export function containersOf(spec: PodSpec): Container[] {
  const ephemeral = (spec.ephemeralContainers ?? []) as Container[];
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...ephemeral];
}

export function containersWhere(
  spec: PodSpec,
  matches: (context: SecurityContext) => boolean,
  reason: string,
  rule: string,
): Violation | undefined {
  const names = namesWhere(spec, matches);
  return names.length > 0 ? { reason, detail: `${containers(names)} ${rule}` } : undefined;
}

export function namesWhere(spec: PodSpec, matches: (context: SecurityContext) => boolean): string[] {
  return containersOf(spec)
    .filter(({ securityContext }) => matches(securityContext ?? {}))
    .map(({ name }) => name);
}

/** Who sets what is forbidden, the Pod before its containers; '' when nobody does. */
export function settersWhere(
  spec: PodSpec,
  matches: (context: SecurityContext | NonNullable<PodSpec['securityContext']>) => boolean,
): string {
  const names = namesWhere(spec, matches);
  const pod = matches(spec.securityContext ?? {});
  return [...(pod ? ['pod'] : []), ...(names.length > 0 ? [containers(names)] : [])].join(' and ');
}

export function collect(spec: PodSpec, forbiddenOf: (context: SecurityContext) => string[]) {
  const names: string[] = [];
  const values = new Set<string>();
  for (const { name, securityContext } of containersOf(spec)) {
    const found = forbiddenOf(securityContext ?? {});
    if (found.length > 0) names.push(name);
    for (const value of found) values.add(value);
  }
  return { names, values: [...values].sort() };
}

/** `container "a"`, `containers "a", "b"` */
export function containers(names: readonly string[]): string {
  return `${plural('container', names)} ${quoted(names)}`;
}

export function plural(noun: string, items: readonly unknown[]): string {
  return items.length === 1 ? noun : `${noun}s`;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
