import type { ResourceDefinition } from '../../schema/resources';
import { badRequest, conflict, notFound, invalid as refused } from '../refusals';
import { ISSUER, type ServiceAccountTokens, type TokenRequest } from '../service-account-tokens';
import { rfc3339 } from '../storage/object-storage';
import { invalid } from '../validation/field-error';
import { readBodyObject, type WriteParts, type WriteRequest } from './write-handler';

const TOKEN_REQUEST = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  model: 'AuthenticationV1TokenRequest',
  group: 'authentication.k8s.io',
};

const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;

interface BoundReference {
  apiVersion?: string;
  kind?: string;
  name?: string;
  uid?: string;
}

interface TokenSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: BoundReference;
}

/** serviceaccounts/token (registry/core/serviceaccount TokenREST). Throws 400, 404, 409 for what it cannot be bound to, 422. */
export function createToken(
  { storage, extensions }: WriteParts,
  tokens: ServiceAccountTokens,
  request: WriteRequest,
): unknown {
  const { resource, namespace, name, context } = request;
  const account = storage.get(resource, namespace, name);
  const sent = readBodyObject(request, TOKEN_REQUEST, extensions);
  const spec = (sent as { spec?: TokenSpec }).spec ?? {};
  const expirationSeconds = spec.expirationSeconds ?? 3600;
  checkDuration(expirationSeconds);
  storage.admit('CREATE', context, resource, namespace, name, 'token', sent);
  const bound = spec.boundObjectRef && boundObject(storage, resource, namespace, name, spec.boundObjectRef);
  const { token, expires } = tokens.issue({
    namespace,
    serviceAccount: { name, uid: account.metadata.uid ?? '' },
    ...(spec.audiences ? { audiences: spec.audiences } : {}),
    expirationSeconds,
    ...(bound ? { boundTo: bound } : {}),
  });
  return {
    kind: TOKEN_REQUEST.kind,
    apiVersion: TOKEN_REQUEST.apiVersion,
    metadata: { name, namespace, creationTimestamp: rfc3339(storage.parts.clock.now()) },
    spec: {
      audiences: spec.audiences?.length ? spec.audiences : [ISSUER],
      expirationSeconds,
      boundObjectRef: spec.boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: rfc3339(expires) },
  };
}

function checkDuration(seconds: number): void {
  const rule =
    seconds < SHORTEST_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (!rule) return;
  throw refused(TOKEN_REQUEST, '', [invalid('spec.expirationSeconds', seconds, rule)]);
}

const BINDABLE = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

function boundObject(
  storage: WriteParts['storage'],
  resource: ResourceDefinition,
  namespace: string,
  account: string,
  { apiVersion = '', kind = '', name = '', uid }: BoundReference,
): TokenRequest['boundTo'] {
  if (apiVersion !== 'v1' || !(kind === 'Pod' || kind === 'Secret' || kind === 'Node')) {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    throw badRequest(`cannot bind token for serviceaccount to object type ${group}/${version}, Kind=${kind}`);
  }
  const plural = BINDABLE[kind];
  const object = storage.parts.store.get(plural, kind === 'Node' ? '' : namespace, name);
  if (!object) throw notFound({ ...resource, plural, kind }, name);
  const runsAs = (object as { spec?: { serviceAccountName?: string } }).spec?.serviceAccountName;
  if (kind === 'Pod' && runsAs !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    );
  }
  if (uid && uid !== object.metadata.uid) {
    throw conflict(
      { group: '', plural: kind, kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  return { kind, name, uid: object.metadata.uid ?? '' };
}
