import type { ReviewDefinition } from '../../schema/reviews';
import type { KubeObject } from '../../schema/types';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import type { FieldError } from '../extension-points';
import { invalid as refused } from '../refusals';
import { ISSUER } from '../service-account-tokens';
import { rfc3339 } from '../storage/object-storage';
import { invalid } from '../validation/field-error';
import type { Rule } from './bootstrap-roles';
import type { AccessRequest, Decision } from './rbac';

export interface ReviewParts {
  decide(user: RequestUser, request: AccessRequest): Decision;
  rulesFor(user: RequestUser, namespace: string): Rule[];
  readToken(token: string, audiences?: readonly string[]): RequestUser | undefined;
  now(): number;
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

/** Answers a review: the object that was sent, with its status filled in. Throws 422 Invalid. */
export function answerReview(
  parts: ReviewParts,
  review: ReviewDefinition,
  object: KubeObject,
  user: RequestUser,
): KubeObject {
  const spec = ((object as { spec?: ReviewSpec }).spec ?? {}) as ReviewSpec;
  const answer = (status: unknown): KubeObject => ({ ...object, spec, status }) as unknown as KubeObject;
  const errors = accessErrors(review.kind, object, spec);
  if (errors.length) throw refused(review, '', errors);
  switch (review.kind) {
    case 'SelfSubjectAccessReview':
      return answer(accessStatus(parts, user, spec));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return answer(accessStatus(parts, { name: spec.user ?? '', groups: spec.groups ?? [] }, spec));
    case 'SelfSubjectRulesReview':
      return answer(rulesStatus(parts.rulesFor(user, spec.namespace ?? '')));
    case 'SelfSubjectReview': {
      const { kind, apiVersion } = object;
      const metadata = { creationTimestamp: rfc3339(parts.now()) };
      return { kind, apiVersion, metadata, status: { userInfo: userInfo(user) } } as unknown as KubeObject;
    }
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

/** What is wrong with a question about access (apis/authorization/validation). */
function accessErrors(kind: string, { metadata }: KubeObject, spec: ReviewSpec): FieldError[] {
  if (!kind.endsWith('AccessReview')) return [];
  const { resourceAttributes: resource, nonResourceAttributes: path, user, groups = [] } = spec;
  const errors: FieldError[] = [];
  const wrong = (field: string, value: unknown, detail: string): number =>
    errors.push(invalid(`spec.${field}`, value, detail));
  if (resource && path)
    wrong('nonResourceAttributes', path, 'cannot be specified in combination with resourceAttributes');
  const needed = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  if (!resource && !path) wrong('resourceAttributes', 'null', needed);
  if (kind === 'SelfSubjectAccessReview') return errors;
  if (!user && groups.length === 0) wrong('user', '', 'at least one of user or group must be specified');
  if (kind === 'SubjectAccessReview') return errors;
  const { namespace = '' } = resource ?? {};
  if (resource && namespace !== (metadata.namespace ?? ''))
    wrong('resourceAttributes.namespace', namespace, 'must match metadata.namespace');
  if (path) wrong('nonResourceAttributes', path, 'disallowed on this kind of request');
  return errors;
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
