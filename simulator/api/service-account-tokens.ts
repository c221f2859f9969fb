import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock/clock';
import type { RequestUser } from './admission/request';
import { serviceAccountGroups } from './authorization/impersonation';

export interface TokenRequest {
  namespace: string;
  serviceAccount: { name: string; uid: string };
  audiences?: readonly string[];
  expirationSeconds: number;
  /** The object whose end ends the token. */
  boundTo?: { kind: string; name: string; uid: string };
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** Makes and reads the signed tokens of ServiceAccounts (serviceaccount/jwt.go). */
export class ServiceAccountTokens {
  constructor(
    private readonly clock: Clock,
    /** Hexadecimal; kept in snapshots, so that tokens outlive a restart. */
    readonly key: string = randomBytes(32).toString('hex'),
    /** Whether the account, and what the token is bound to, are still there with that uid. */
    private readonly exists: (kind: string, namespace: string, name: string, uid: string) => boolean = () =>
      true,
  ) {}

  issue(request: TokenRequest): { token: string; expires: number } {
    const now = Math.floor(this.clock.now() / 1000);
    const expires = now + request.expirationSeconds;
    const { namespace, serviceAccount, boundTo } = request;
    const token = this.sign({
      aud: request.audiences?.length ? request.audiences : [ISSUER],
      exp: expires,
      iat: now,
      iss: ISSUER,
      jti: randomBytes(8).toString('hex'),
      'kubernetes.io': {
        namespace,
        ...(boundTo ? { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } } : {}),
        serviceaccount: serviceAccount,
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    });
    return { token, expires: expires * 1000 };
  }

  /** The account behind a token that is genuine, not expired, for this API, and whose account is still there. */
  read(token: string): RequestUser | undefined {
    const [header, payload, signature] = token.split('.');
    if (!header || !payload || !signature) return undefined;
    const wanted = this.signature(`${header}.${payload}`);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      exp: number;
      aud: string[];
      'kubernetes.io': {
        namespace: string;
        serviceaccount: { name: string; uid: string };
        pod?: { name: string; uid: string };
      };
    };
    const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
    if (claims.exp * 1000 < this.clock.now() || !claims.aud.includes(ISSUER)) return undefined;
    if (!this.exists('ServiceAccount', namespace, serviceaccount.name, serviceaccount.uid)) return undefined;
    if (pod && !this.exists('Pod', namespace, pod.name, pod.uid)) return undefined;
    return {
      name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      uid: serviceaccount.uid,
      groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
    };
  }

  private sign(claims: unknown): string {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'HS256', kid: 'podlab' })}.${encode(claims)}`;
    return `${body}.${this.signature(body).toString('base64url')}`;
  }

  private signature(text: string): Buffer {
    return createHmac('sha256', Buffer.from(this.key, 'hex')).update(text).digest();
  }
}
