import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** SCRAM-SHA-256 (RFC 7677), both sides, without channel binding. */

const iterations = 4096;

/** What the server keeps of a password: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`. */
export function makeVerifier(password: string): string {
  const salt = randomBytes(16);
  const { stored, server } = keysOf(password, salt, iterations);
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored.toString('base64')}:${server.toString('base64')}`;
}

const hash = (data: Buffer) => createHash('sha256').update(data).digest();
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));

function keysOf(
  password: string,
  salt: Buffer,
  rounds: number,
): { client: Buffer; stored: Buffer; server: Buffer } {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const client = hmac(salted, 'Client Key');
  return { client, stored: hash(client), server: hmac(salted, 'Server Key') };
}

const part = (message: string, letter: string) =>
  message
    .split(',')
    .find((each) => each.startsWith(`${letter}=`))
    ?.slice(2) ?? '';

/** The server's side: `first` answers the client's first message, `final` its last one, undefined when the proof is wrong. */
export class ScramServer {
  private challenge = '';
  private clientFirst = '';

  constructor(private readonly verifier: string) {}

  first(message: string): string {
    this.clientFirst = message.replace(/^[^,]*,[^,]*,/, '');
    const [rounds = '', salt = ''] = this.verifier.split('$')[1]?.split(':') ?? [];
    this.challenge = `r=${part(this.clientFirst, 'r')}${randomBytes(18).toString('base64')},s=${salt},i=${rounds}`;
    return this.challenge;
  }

  final(message: string): string | undefined {
    const [stored = '', server = ''] = this.verifier.split('$')[2]?.split(':') ?? [];
    const transcript = `${this.clientFirst},${this.challenge},${message.replace(/,p=[^,]*$/, '')}`;
    const signature = hmac(Buffer.from(stored, 'base64'), transcript);
    const proof = Buffer.from(part(message, 'p'), 'base64');
    if (proof.length !== 32 || part(message, 'r') !== part(this.challenge, 'r')) return undefined;
    if (!timingSafeEqual(hash(xor(proof, signature)), Buffer.from(stored, 'base64'))) return undefined;
    return `v=${hmac(Buffer.from(server, 'base64'), transcript).toString('base64')}`;
  }
}

/** The client's side. */
export class ScramClient {
  private readonly nonce = randomBytes(18).toString('base64');
  readonly first = `n,,n=,r=${this.nonce}`;

  constructor(private readonly password: string) {}

  final(challenge: string): string {
    const { client, stored } = keysOf(
      this.password,
      Buffer.from(part(challenge, 's'), 'base64'),
      Number(part(challenge, 'i')),
    );
    const bare = `c=biws,r=${part(challenge, 'r')}`;
    const signature = hmac(stored, `n=,r=${this.nonce},${challenge},${bare}`);
    return `${bare},p=${xor(client, signature).toString('base64')}`;
  }
}
