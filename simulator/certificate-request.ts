import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Element, oid, readElements } from './der';

/** What a PKCS#10 request (RFC 2986) asks a certificate for. */
export interface CertificateRequest {
  /** DER, as it goes into the certificate. */
  subject: Buffer;
  publicKey: Buffer;
  subjectAltNames?: Buffer;
  commonName: string;
  organizations: string[];
  /** How many names of each sort. */
  dnsNames: number;
  ipAddresses: number;
  emailAddresses: number;
  uris: number;
}

const SEQUENCE = 0x30;
const COMMON_NAME = oid(2, 5, 4, 3);
const ORGANIZATION = oid(2, 5, 4, 10);
const EXTENSIONS = oid(1, 2, 840, 113549, 1, 9, 14);
const SUBJECT_ALT_NAME = oid(2, 5, 29, 17);
/** Signature algorithms and their hashes; of Ed25519, none. */
const HASHES: readonly (readonly [Buffer, string | undefined])[] = [
  [oid(1, 2, 840, 113549, 1, 1, 11), 'sha256'],
  [oid(1, 2, 840, 113549, 1, 1, 12), 'sha384'],
  [oid(1, 2, 840, 113549, 1, 1, 13), 'sha512'],
  [oid(1, 2, 840, 10045, 4, 3, 2), 'sha256'],
  [oid(1, 2, 840, 10045, 4, 3, 3), 'sha384'],
  [oid(1, 2, 840, 10045, 4, 3, 4), 'sha512'],
  [oid(1, 3, 101, 112), undefined],
];

/** Reads a request and checks its signature. Throws an Error that says what is wrong, in the words of crypto/x509. */
export function readCertificateRequest(pem: string): CertificateRequest {
  const body = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE REQUEST-----/.exec(
    pem,
  )?.[1];
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [request] = readElements(Buffer.from(body, 'base64'));
  const [info, algorithm, signature] = partsOf(request);
  const [, subject, publicKey, attributes] = partsOf(info);
  if (!info || !signature || !subject || !publicKey) throw malformed();
  const key = createPublicKey({ key: publicKey.whole, format: 'der', type: 'spki' });
  checkSignature(partsOf(algorithm)[0], key, info.whole, signature.content.subarray(1));
  const names = partsOf(subject)
    .flatMap(({ content }) => readElements(content))
    .map(partsOf);
  const named = (type: Buffer) =>
    names.flatMap(([name, value]) =>
      name && value && type.equals(name.whole) ? [value.content.toString()] : [],
    );
  const alternatives = alternativeNames(attributes);
  const count = (tag: number) => alternatives?.names.filter((each) => each.tag === tag).length ?? 0;
  return {
    subject: subject.whole,
    publicKey: publicKey.whole,
    ...(alternatives ? { subjectAltNames: alternatives.whole } : {}),
    commonName: named(COMMON_NAME).at(-1) ?? '',
    organizations: named(ORGANIZATION),
    emailAddresses: count(0x81),
    dnsNames: count(0x82),
    uris: count(0x86),
    ipAddresses: count(0x87),
  };
}

function checkSignature(
  algorithm: Element | undefined,
  key: KeyObject,
  signed: Buffer,
  signature: Buffer,
): void {
  const known = HASHES.find(([id]) => algorithm && id.equals(algorithm.whole));
  if (!known) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  if (verify(known[1], signed, key, signature)) return;
  throw new Error(
    key.asymmetricKeyType === 'rsa'
      ? 'crypto/rsa: verification error'
      : `x509: ${key.asymmetricKeyType === 'ec' ? 'ECDSA' : 'Ed25519'} verification failure`,
  );
}

/** Of the extensions that a request wishes for, only other names are taken over. */
function alternativeNames(attributes: Element | undefined): { whole: Buffer; names: Element[] } | undefined {
  for (const attribute of attributes ? readElements(attributes.content) : []) {
    const [type, values] = partsOf(attribute);
    if (!type || !values || !EXTENSIONS.equals(type.whole)) continue;
    for (const extension of readElements(values.content).flatMap(partsOf)) {
      const parts = partsOf(extension);
      const value = parts.at(-1);
      if (!value || !parts[0] || !SUBJECT_ALT_NAME.equals(parts[0].whole)) continue;
      return { whole: value.content, names: readElements(value.content).flatMap(partsOf) };
    }
  }
  return undefined;
}

function partsOf(element: Element | undefined): Element[] {
  if (element?.tag !== SEQUENCE) throw malformed();
  return readElements(element.content);
}

const malformed = () => new Error("asn1: structure error: tags don't match");
