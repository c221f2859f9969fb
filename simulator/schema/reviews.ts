/** A question that is answered and not stored: created, never read back. */
export interface ReviewDefinition {
  group: string;
  version: string;
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  model: string;
}

const review = (group: string, kind: string, namespaced = false): ReviewDefinition => ({
  group,
  version: 'v1',
  apiVersion: `${group}/v1`,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
  model: `V1${kind}`,
});

export const REVIEWS: readonly ReviewDefinition[] = [
  review('authentication.k8s.io', 'SelfSubjectReview'),
  review('authentication.k8s.io', 'TokenReview'),
  review('authorization.k8s.io', 'LocalSubjectAccessReview', true),
  review('authorization.k8s.io', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io', 'SubjectAccessReview'),
];
