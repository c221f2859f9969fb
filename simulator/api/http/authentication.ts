import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';

/** Tokens that are not in the store: those of `SimulatorOptions.users`. */
export class StaticTokens {
  private readonly users: { name: string; groups: string[]; token: string; digest: Buffer }[];

  /** `known` are tokens given out before a restart. */
  constructor(users: Record<string, { groups: string[] }>, known: Record<string, string> = {}) {
    this.users = Object.entries(users).map(([name, { groups }]) => {
      const token = known[name] ?? randomBytes(24).toString('base64url');
      return { name, groups, token, digest: digest(token) };
    });
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.users.map(({ name, token }) => [name, token]));
  }

  tokenOf(name: string): string {
    const user = this.users.find((each) => each.name === name);
    if (!user) throw new Error(`The embedded cluster has no user "${name}".`);
    return user.token;
  }

  find(token: string): RequestUser | undefined {
    const wanted = digest(token);
    const user = this.users.find((each) => timingSafeEqual(each.digest, wanted));
    return user && { name: user.name, groups: [...user.groups, 'system:authenticated'] };
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** `audiences`: for whom the token must be; the API server itself when absent. */
export type TokenReader = (token: string, audiences?: readonly string[]) => RequestUser | undefined;

/** The user behind a request: client certificate, else bearer token, else anonymous. Throws 401 for a bad one of either. */
export function authenticate(request: IncomingMessage, readToken: TokenReader): RequestUser {
  const { user, refused } = certified(request.socket as TLSSocket);
  if (user) return user;
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  const known = bearer ? readToken(bearer) : undefined;
  if (known) return known;
  if (bearer || refused) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  return { name: 'system:anonymous', groups: ['system:unauthenticated'] };
}

/** Who a certificate says they are: its common name and organizations (authentication/request/x509). */
function certified(socket: TLSSocket): { user?: RequestUser; refused: boolean } {
  const certificate = socket.getPeerX509Certificate?.();
  if (!certificate) return { refused: false };
  const { subject } = socket.getPeerCertificate();
  // Several attributes of one sort come as a list, whatever the types say.
  const listed = (value: unknown) => (value === undefined ? [] : [value].flat().map(String));
  const name = listed(subject?.CN).at(-1);
  if (!socket.authorized || !name) return { refused: !socket.authorized };
  const id = createHash('sha256').update(certificate.raw).digest('hex');
  return {
    user: {
      name,
      groups: [...listed(subject?.O), 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${id}`] },
    },
    refused: false,
  };
}
