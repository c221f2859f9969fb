import type { ReviewDefinition } from '../../schema/reviews';
import type { KubeObject } from '../../schema/types';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import { ISSUER } from '../service-account-tokens';
import type { Rule } from './bootstrap-roles';
import type { AccessRequest, Decision } from './rbac';

export interface ReviewParts {
  decide(user: RequestUser, request: AccessRequest): Decision;
  rulesFor(user: RequestUser, namespace: string): Rule[];
  readToken(token: string, audiences?: readonly string[]): RequestUser | undefined;
}

interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

interface ReviewSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  namespace?: string;
  token?: string;
  audiences?: string[];
}

/** Answers a review: the object that was sent, with its status filled in. */
export function answerReview(
  parts: ReviewParts,
  review: ReviewDefinition,
  object: KubeObject,
  user: RequestUser,
): KubeObject {
  const spec = ((object as { spec?: ReviewSpec }).spec ?? {}) as ReviewSpec;
  const answer = (status: unknown): KubeObject => ({ ...object, spec, status }) as unknown as KubeObject;
  switch (review.kind) {
    case 'SelfSubjectAccessReview':
      return answer(accessStatus(parts, user, spec));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      if (!spec.user && !spec.groups?.length) {
        throw new ApiError(
          422,
          'Invalid',
          `${review.kind}.authorization.k8s.io "" is invalid: [spec.user: Invalid value: "": at least one of user or group must be specified, spec.groups: Invalid value: []: at least one of user or group must be specified]`,
        );
      }
      return answer(accessStatus(parts, { name: spec.user ?? '', groups: spec.groups ?? [] }, spec));
    case 'SelfSubjectRulesReview':
      return answer(rulesStatus(parts.rulesFor(user, spec.namespace ?? '')));
    case 'SelfSubjectReview':
      return answer({ userInfo: userInfo(user) });
    case 'TokenReview': {
      const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
      const found = spec.token ? parts.readToken(spec.token, audiences) : undefined;
      return answer(
        found
          ? { authenticated: true, user: userInfo(found), audiences }
          : { user: {}, error: 'invalid bearer token' },
      );
    }
    default:
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  }
}

function userInfo(user: RequestUser): unknown {
  return {
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    groups: user.groups,
    ...(user.extra ? { extra: user.extra } : {}),
  };
}

function accessStatus(parts: ReviewParts, user: RequestUser, spec: ReviewSpec): unknown {
  const attributes = spec.resourceAttributes;
  const decision = parts.decide(
    user,
    attributes
      ? {
          verb: attributes.verb ?? '',
          group: attributes.group ?? '',
          version: attributes.version ?? '',
          resource: attributes.resource ?? '',
          subresource: attributes.subresource ?? '',
          namespace: attributes.namespace ?? '',
          name: attributes.name ?? '',
        }
      : {
          path: spec.nonResourceAttributes?.path ?? '',
          verb: spec.nonResourceAttributes?.verb ?? '',
        },
  );
  return { allowed: decision.allowed, ...(decision.reason ? { reason: decision.reason } : {}) };
}

function rulesStatus(rules: readonly Rule[]): unknown {
  return {
    resourceRules: rules
      .filter((rule) => rule.resources)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups: apiGroups ?? [],
        resources,
        ...(resourceNames ? { resourceNames } : {}),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}
