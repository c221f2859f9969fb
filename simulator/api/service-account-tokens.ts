import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import type { Clock } from '../clock/clock';
import type { RequestUser } from './admission/request';
import { serviceAccountGroups } from './authorization/impersonation';

interface Reference {
  name: string;
  uid: string;
}

export interface TokenRequest {
  namespace: string;
  serviceAccount: Reference;
  audiences?: readonly string[];
  expirationSeconds: number;
  /** The object whose end ends the token. */
  boundTo?: Reference & { kind: 'Pod' | 'Secret' | 'Node' };
}

export type TokenSubject = 'ServiceAccount' | 'Pod' | 'Secret' | 'Node';

/** What tokens name is looked up here. */
interface TokenSubjects {
  /** Whether the account, or what the token is bound to, is still there with that uid. */
  exists(kind: TokenSubject, namespace: string, name: string, uid: string): boolean;
  /** The node of a Pod. */
  nodeOf(namespace: string, pod: string): Reference | undefined;
}

interface Claims {
  exp: number;
  aud: string[];
  jti: string;
  'kubernetes.io': {
    namespace: string;
    serviceaccount: Reference;
    pod?: Reference;
    secret?: Reference;
    node?: Reference;
  };
}

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The kubelet's request for a Pod's own token (WarnOnlyBoundTokenExpirationPeriod), which lives for a year all the same. */
const WARN_ONLY_SECONDS = 3607;
const YEAR_SECONDS = 365 * 24 * 3600;
const EXTRA = 'authentication.kubernetes.io';
const ENCODING = 'ieee-p1363';

/** Makes and reads the signed tokens of ServiceAccounts (serviceaccount/jwt.go, claims.go). */
export class ServiceAccountTokens {
  private made: SigningKey | undefined;

  /** `given` is the key of a snapshot; one that this version did not make is replaced. */
  constructor(
    private readonly clock: Clock,
    private readonly given: string | undefined,
    private readonly subjects: TokenSubjects,
  ) {}

  /** PEM; kept in snapshots, so that tokens outlive a restart. */
  get key(): string {
    return this.signing.pem;
  }

  /** Made with the first token. */
  private get signing(): SigningKey {
    this.made ??= signingKey(this.given?.startsWith('-----BEGIN') ? this.given : newKey());
    return this.made;
  }

  issue(request: TokenRequest): { token: string; expires: number } {
    const now = Math.floor(this.clock.now() / 1000);
    const expires = now + request.expirationSeconds;
    const { namespace, serviceAccount, boundTo, audiences } = request;
    const isPod = boundTo?.kind === 'Pod';
    const node = isPod ? this.subjects.nodeOf(namespace, boundTo.name) : undefined;
    const lasts = isPod && !audiences?.length && request.expirationSeconds === WARN_ONLY_SECONDS;
    const token = this.sign({
      aud: audiences?.length ? audiences : [ISSUER],
      exp: lasts ? now + YEAR_SECONDS : expires,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node ? { node } : {}),
        ...(boundTo ? { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } } : {}),
        serviceaccount: serviceAccount,
        ...(lasts ? { warnafter: expires } : {}),
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    });
    return { token, expires: expires * 1000 };
  }

  /** The account behind a token that is genuine, not expired, for one of these audiences, and whose account is still there. */
  read(token: string, audiences: readonly string[] = [ISSUER]): RequestUser | undefined {
    const [header, payload, signature] = token.split('.');
    if (!header || !payload || !signature) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const key = { key: this.signing.publicKey, dsaEncoding: ENCODING } as const;
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, given)) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
    if (claims.exp * 1000 < this.clock.now()) return undefined;
    if (!claims.aud.some((audience) => audiences.includes(audience))) return undefined;
    const { exists } = this.subjects;
    if (!exists('ServiceAccount', namespace, serviceaccount.name, serviceaccount.uid)) return undefined;
    if (pod && !exists('Pod', namespace, pod.name, pod.uid)) return undefined;
    if (secret && !exists('Secret', namespace, secret.name, secret.uid)) return undefined;
    // That of a Pod's token only tells where the Pod is.
    if (node && !pod && !exists('Node', '', node.name, node.uid)) return undefined;
    return {
      name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      uid: serviceaccount.uid,
      groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
      extra: {
        [`${EXTRA}/credential-id`]: [`JTI=${claims.jti}`],
        ...(node ? { [`${EXTRA}/node-name`]: [node.name], [`${EXTRA}/node-uid`]: [node.uid] } : {}),
        ...(pod ? { [`${EXTRA}/pod-name`]: [pod.name], [`${EXTRA}/pod-uid`]: [pod.uid] } : {}),
      },
    };
  }

  /** The key that others check tokens with (RFC 7517). */
  jsonWebKeys(): unknown {
    const { kty, crv, x, y } = this.signing.publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty, kid: this.signing.id, crv, alg: 'ES256', x, y }] };
  }

  private sign(claims: unknown): string {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'ES256', kid: this.signing.id })}.${encode(claims)}`;
    const key = { key: this.signing.privateKey, dsaEncoding: ENCODING } as const;
    return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
  }
}

interface SigningKey {
  pem: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  id: string;
}

function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { pem, privateKey, publicKey, id: createHash('sha256').update(der).digest('base64url') };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
