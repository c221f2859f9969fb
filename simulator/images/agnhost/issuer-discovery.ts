import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { startTls } from '../../network/tls-client';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { goLogTime } from '../small/go-log';
import type { Flags } from './flags';

/** Of a document or of keys. */
const mostText = 1024 * 1024;

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Claims {
  iss: string;
  aud: string | string[];
  exp: number;
}

/**
 * `agnhost test-service-account-issuer-discovery`: checks a token as anybody could who trusts the cluster's authority, by the
 * discovery document and the keys of its issuer (OpenID Connect Discovery). Issuers outside of the cluster are not simulated.
 */
export async function issuerDiscovery(process: Process, flags: Flags): Promise<number> {
  const log = (text: string) => process.write(2, `${goLogTime(process)} ${text}\n`);
  try {
    const raw = decode(process.files.readFile(flags.text('token-path'))).trim();
    await log('OK: Got token');
    await log('validating with in-cluster discovery');
    await validate(process, raw, flags.text('audience'), log);
    return 0;
  } catch (error) {
    if (error instanceof FileError) await log(`open ${error.path}: no such file or directory`);
    else if (process.status) throw error;
    else await log(`failed to validate with in-cluster discovery: ${(error as Error).message}`);
    return 1;
  }
}

async function validate(
  process: Process,
  raw: string,
  audience: string,
  log: (text: string) => Promise<void> | undefined,
): Promise<void> {
  const [head = '', body = '', signature = ''] = raw.split('.');
  const parse = <T>(part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as T;
  const { kid, alg } = parse<{ kid?: string; alg: string }>(head);
  const claims = parse<Claims>(body);
  await log(`OK: got issuer ${claims.iss}`);
  await log(`Full, not-validated claims: \n${JSON.stringify(claims)}`);
  const discovery = (await getJson(process, new URL(`${claims.iss}/.well-known/openid-configuration`))) as {
    issuer: string;
    jwks_uri: string;
  };
  if (discovery.issuer !== claims.iss)
    throw new Error(
      `oidc: issuer did not match the issuer returned by provider, expected "${claims.iss}" got "${discovery.issuer}"`,
    );
  await log(`OK: Constructed OIDC provider for issuer ${claims.iss}`);
  if (![claims.aud].flat().includes(audience))
    throw new Error(`oidc: expected audience "${audience}" got ${JSON.stringify([claims.aud].flat())}`);
  if (claims.exp * 1_000 < process.clock.now()) throw new Error('oidc: token is expired');
  // The keys lie where the API server says that it is reached, which a Pod reaches by the issuer's name.
  const keys = new URL(new URL(discovery.jwks_uri).pathname, claims.iss);
  const set = (await getJson(process, keys)) as { keys: (JsonWebKey & { kid?: string })[] };
  const key = set.keys.find((each) => each.kid === kid);
  const signed = Buffer.from(`${head}.${body}`);
  const right =
    key !== undefined &&
    (alg === 'RS256' || alg === 'ES256') &&
    verify(
      'sha256',
      signed,
      { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
  if (!right) throw new Error('failed to verify signature: failed to verify id token signature');
  await log('OK: Validated signature on JWT');
  await log('OK: Got valid claims from token!');
  await log(`Full, validated claims: \n${JSON.stringify(claims)}`);
}

/** GET with the Pod's own token, trusting the cluster's authority alone. */
async function getJson(process: Process, url: URL): Promise<unknown> {
  const token = decode(process.files.readFile(`${account}/token`)).trim();
  const ca = decode(process.files.readFile(`${account}/ca.crt`));
  const address = await addressOf(process, url.hostname);
  if (address === undefined) throw new Error(`Get "${url}": dial tcp: lookup ${url.hostname}: no such host`);
  const connection = await process.until(
    process.network.connect(address, Number(url.port || 443), { timeoutMs: 30_000 }),
  );
  const socket = await process.until(startTls(connection, { host: url.hostname, ca, verify: true }));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { Host: url.host, Authorization: `Bearer ${token}` };
    const outgoing = request({ createConnection: () => socket, path: url.pathname, headers }, resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
  const answer = await process.until(answered);
  const text = await process.until(textOf(answer));
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.statusMessage}: ${text}`);
  return JSON.parse(text);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const part of answer) {
    text += part;
    if (text.length > mostText) throw new Error('http: response body too large');
  }
  return text;
}
