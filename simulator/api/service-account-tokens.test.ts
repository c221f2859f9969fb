import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock';
import { ISSUER, ServiceAccountTokens } from './service-account-tokens';

const account = { name: 'robot', uid: 'account-uid' };
const pod = { kind: 'Pod', name: 'web', uid: 'pod-uid' } as const;
const node = { name: 'node-1', uid: 'node-uid' };

function tokensFor(there: (kind: string) => boolean = () => true, key?: string) {
  const clock = new VirtualClock();
  const tokens = new ServiceAccountTokens(clock, key, { exists: there, nodeOf: () => node });
  return { clock, tokens };
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

const request = { namespace: 'default', serviceAccount: account, expirationSeconds: 3600 };

describe('tokens of ServiceAccounts', () => {
  it('can be checked by anybody who has the keys', () => {
    const { tokens } = tokensFor();
    const [header = '', payload = '', signature = ''] = tokens.issue(request).token.split('.');
    const { keys } = tokens.jsonWebKeys() as { keys: (JsonWebKey & { kid: string })[] };
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const jwk = keys.find((each) => each.kid === kid) as JsonWebKey;
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, bytes)).toBe(true);
  });

  it('say which Pod they are for, and on which node', () => {
    const { tokens } = tokensFor();
    const { token } = tokens.issue({ ...request, boundTo: pod });
    expect(claimsOf(token)['kubernetes.io']).toEqual({
      namespace: 'default',
      node,
      pod: { name: 'web', uid: 'pod-uid' },
      serviceaccount: account,
    });
    expect(tokens.read(token)).toMatchObject({
      name: 'system:serviceaccount:default:robot',
      extra: {
        'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(token)['jti']}`],
        'authentication.kubernetes.io/node-name': ['node-1'],
        'authentication.kubernetes.io/pod-name': ['web'],
      },
    });
  });

  it('outlive the end that a Pod is told, and say when they should have been renewed', () => {
    const { clock, tokens } = tokensFor();
    const { token, expires } = tokens.issue({ ...request, expirationSeconds: 3607, boundTo: pod });
    const { exp, 'kubernetes.io': bound } = claimsOf(token) as { exp: number; 'kubernetes.io': object };
    expect(expires).toBe(clock.now() + 3_607_000);
    expect(exp).toBe(Math.floor(clock.now() / 1000) + 365 * 24 * 3600);
    expect(bound).toMatchObject({ warnafter: expires / 1000 });
  });

  it.each<[what: string, read: () => Promise<unknown> | unknown]>([
    [
      'that has expired',
      async () => {
        const { clock, tokens } = tokensFor();
        const { token } = tokens.issue(request);
        await clock.advance(3_601_000);
        return tokens.read(token);
      },
    ],
    [
      'for somebody else',
      () => {
        const { tokens } = tokensFor();
        return tokens.read(tokens.issue({ ...request, audiences: ['vault'] }).token);
      },
    ],
    ['of another cluster', () => tokensFor().tokens.read(tokensFor().tokens.issue(request).token)],
    [
      'whose account is gone',
      () => {
        const { tokens } = tokensFor((kind) => kind === 'Pod');
        return tokens.read(tokens.issue(request).token);
      },
    ],
    [
      'whose Pod is gone',
      () => {
        const { tokens } = tokensFor((kind) => kind !== 'Pod');
        return tokens.read(tokens.issue({ ...request, boundTo: pod }).token);
      },
    ],
    ...(['Secret', 'Node'] as const).map((kind): [string, () => unknown] => [
      `whose ${kind} is gone`,
      () => {
        const { tokens } = tokensFor((each) => each !== kind);
        return tokens.read(tokens.issue({ ...request, boundTo: { kind, name: 'b', uid: 'u' } }).token);
      },
    ]),
    [
      'that was changed',
      () => {
        const { tokens } = tokensFor();
        const [header, , signature] = tokens.issue(request).token.split('.');
        const payload = Buffer.from(JSON.stringify({ aud: [ISSUER] })).toString('base64url');
        return tokens.read(`${header}.${payload}.${signature}`);
      },
    ],
    ['that is none', () => tokensFor().tokens.read('a.b.c')],
  ])('one %s is nobody’s', async (_, read) => {
    expect(await read()).toBeUndefined();
  });

  it('are read again by whoever has the same key', () => {
    const { tokens } = tokensFor();
    const { token } = tokens.issue({ ...request, audiences: ['vault'] });
    expect(tokensFor(() => true, tokens.key).tokens.read(token, ['vault'])?.name).toBe(
      'system:serviceaccount:default:robot',
    );
  });
});
