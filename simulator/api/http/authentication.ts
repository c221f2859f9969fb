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

/** The user behind a request: bearer token, else client certificate, else anonymous. Throws 401 for a bad token. */
export function authenticate(request: IncomingMessage, readToken: TokenReader): RequestUser {
  const header = request.headers.authorization;
  const bearer = /^Bearer (.+)$/i.exec(header ?? '')?.[1]?.trim();
  if (bearer) {
    const user = readToken(bearer);
    if (!user) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    return user;
  }
  const socket = request.socket as TLSSocket;
  if (socket.authorized && socket.getPeerCertificate) {
    const { subject } = socket.getPeerCertificate();
    const organisations = subject?.O as string | string[] | undefined;
    if (subject?.CN) {
      return {
        name: String(subject.CN),
        groups: [...(organisations ? [organisations].flat() : []), 'system:authenticated'],
      };
    }
  }
  return { name: 'system:anonymous', groups: ['system:unauthenticated'] };
}
