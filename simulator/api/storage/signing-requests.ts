import type { CertificateSigningRequest, KubeObject } from '../../schema/types';

type Condition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

/**
 * A CertificateSigningRequest changed through `approval`, which decides, or `status`, which brings what follows: each leaves
 * the other's part alone (certificates strategy).
 */
export function prepareSigningRequest(subresource: string, object: KubeObject, old: KubeObject): KubeObject {
  const { status } = object as CertificateSigningRequest;
  const { spec, status: before } = old as CertificateSigningRequest;
  if (subresource === 'approval')
    return { ...object, spec, status: { ...before, conditions: status?.conditions } } as KubeObject;
  const conditions = (status?.conditions ?? []).map((condition) => {
    const decided = before?.conditions?.find(({ type }) => type === condition.type);
    return decided && (condition.type === 'Approved' || condition.type === 'Denied') ? decided : condition;
  });
  return { ...object, spec, status: { ...status, conditions } } as KubeObject;
}

/** Conditions that do not say since when they hold do so since now, or since the same one did. */
export function stampConditions(object: KubeObject, old: KubeObject, now: string): void {
  const before = (old as CertificateSigningRequest).status?.conditions ?? [];
  for (const condition of (object as CertificateSigningRequest).status?.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= before.find(isSame(condition))?.lastTransitionTime ?? now;
  }
}

const isSame =
  ({ type, status }: Condition) =>
  (other: Condition) =>
    other.type === type && other.status === status;
