import { createPrivateKey, X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const BASE64 = /^[\sA-Za-z0-9+/=]+$/;

/** What Go's tls.X509KeyPair has against the data of a Secret for TLS; undefined when key and certificate are a pair. */
export function keyPairProblem(data: Readonly<Record<string, string>>): string | undefined {
  const [certificate, key] = ['tls.crt', 'tls.key'].map((name) =>
    Buffer.from(data[name] ?? '', 'base64').toString(),
  );
  const [chain, keys] = [blocks(certificate ?? ''), blocks(key ?? '')];
  const leaf = chain.find(({ type }) => type === 'CERTIFICATE');
  if (!leaf) return `tls: ${missingCertificate(chain)}`;
  const own = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (!own) return `tls: ${missingKey(keys)}`;
  const parsed = attempt(() => new X509Certificate(leaf.text));
  if (!parsed) return 'x509: malformed certificate';
  const secret = attempt(() => createPrivateKey(own.text));
  if (!secret) return 'tls: failed to parse private key';
  if (parsed.checkPrivateKey(secret)) return undefined;
  const sameType = parsed.publicKey.asymmetricKeyType === secret.asymmetricKeyType;
  return `tls: private key ${sameType ? '' : 'type '}does not match public key${sameType ? '' : ' type'}`;
}

interface Block {
  type: string;
  text: string;
}

/** PEM, in one pass: whoever writes a Secret chooses its text. */
function blocks(text: string): Block[] {
  const found: Block[] = [];
  const word = (from: number) => text.slice(from, text.indexOf(DASHES, from));
  for (let from = 0; ; ) {
    const begin = text.indexOf(BEGIN, from);
    const end = begin < 0 ? -1 : text.indexOf(END, begin);
    if (end < 0) return found;
    const type = word(begin + BEGIN.length);
    const content = text.slice(begin + BEGIN.length + type.length + DASHES.length, end);
    from = end + END.length + type.length + DASHES.length;
    if (word(end + END.length) === type && BASE64.test(content))
      found.push({ type, text: text.slice(begin, from) });
  }
}

function missingCertificate(found: readonly Block[]): string {
  if (found.length === 0) return 'failed to find any PEM data in certificate input';
  if (found.length === 1 && found[0]?.type.endsWith('PRIVATE KEY'))
    return 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  return `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${types(found)}`;
}

function missingKey(found: readonly Block[]): string {
  if (found.length === 0) return 'failed to find any PEM data in key input';
  if (found.length === 1 && found[0]?.type === 'CERTIFICATE')
    return 'found a certificate rather than a key in the PEM for the private key';
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${types(found)}`;
}

function types(found: readonly Block[]): string {
  return `[${found.map(({ type }) => type).join(' ')}]`;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
