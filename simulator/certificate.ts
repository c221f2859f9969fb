import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bitString, bool, context, explicit, integer, octets, oid, sequence, set, time, utf8 } from './der';

/** PEM texts of a server's certificate and key, and of the authority that signed it. */
export interface Certificate {
  ca: string;
  cert: string;
  key: string;
}

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 3650;
const AUTHORITY = 'kubernetes';
/** Another name than the server's own authority has: a server that trusts both would send the wrong one along. */
const CLIENT_AUTHORITY = 'kubernetes-clients';

/** Names by which the API server is reached: from this machine and from inside the cluster. */
const NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const ADDRESSES = ['127.0.0.1', '::1', '10.96.0.1'];

const commonName = oid(2, 5, 4, 3);
const ecdsaWithSha256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
const basicConstraints = oid(2, 5, 29, 19);
const keyUsage = oid(2, 5, 29, 15);
const extendedKeyUsage = oid(2, 5, 29, 37);
const subjectAltName = oid(2, 5, 29, 17);
const serverAuth = oid(1, 3, 6, 1, 5, 5, 7, 3, 1);
const clientAuth = oid(1, 3, 6, 1, 5, 5, 7, 3, 2);

/**
 * Makes an authority and a server certificate signed by it (X.509 v3, RFC 5280), on the P-256 curve. Written out here
 * because it is on the path of every start: the libraries for it take longer to load than a cluster takes to start.
 */
export function makeCertificate(
  subject = 'kube-apiserver',
  names: readonly string[] = NAMES,
  addresses: readonly string[] = ADDRESSES,
): Certificate {
  const { ca, issuer } = newAuthority(AUTHORITY);
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = issue(
    { name: AUTHORITY, key: issuer },
    distinguishedName(subject),
    publicKeyOf(server),
    lifetime(),
    [
      extension(basicConstraints, sequence(), true),
      // digitalSignature and keyEncipherment.
      extension(keyUsage, bitString(Buffer.from([0b1010_0000]), 5), true),
      extension(extendedKeyUsage, sequence(serverAuth)),
      extension(
        subjectAltName,
        sequence(
          ...names.map((name) => context(2, Buffer.from(name, 'ascii'))),
          ...addresses.map((address) => context(7, addressBytes(address))),
        ),
      ),
    ],
  );
  return { ca, cert, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** An authority that keeps its key, to sign the certificates of users with. */
export interface Authority {
  /** PEM texts. */
  cert: string;
  key: string;
}

export function makeAuthority(): Authority {
  const { ca, issuer } = newAuthority(CLIENT_AUTHORITY);
  return { cert: ca, key: issuer.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function newAuthority(name: string): { ca: string; issuer: KeyObject } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = pair.privateKey;
  const ca = issue({ name, key: issuer }, distinguishedName(name), publicKeyOf(pair), lifetime(), [
    extension(basicConstraints, sequence(bool(true)), true),
    // keyCertSign and digitalSignature.
    extension(keyUsage, bitString(Buffer.from([0b1000_0100]), 2), true),
  ]);
  return { ca, issuer };
}

const publicKeyOf = ({ publicKey }: { publicKey: KeyObject }) =>
  publicKey.export({ type: 'spki', format: 'der' });

interface Validity {
  from: Date;
  to: Date;
}

/** Backdated by a day, for clients whose clock is behind. */
function lifetime(): Validity {
  const from = Date.now() - DAY_MS;
  return { from: new Date(from), to: new Date(from + LIFETIME_DAYS * DAY_MS) };
}

/** What of a request goes into the certificate that it asks for. */
export interface Signed {
  /** DER, as in the request. */
  subject: Buffer;
  publicKey: Buffer;
  subjectAltNames?: Buffer;
  forServer: boolean;
  encipherment: boolean;
  validity: Validity;
}

/** Signs the certificate of a user or of a kubelet. */
export function signCertificate({ key }: Authority, wanted: Signed): string {
  const usages = 0b1000_0000 | (wanted.encipherment ? 0b0010_0000 : 0);
  const issuer = { name: CLIENT_AUTHORITY, key: createPrivateKey(key) };
  return issue(issuer, wanted.subject, wanted.publicKey, wanted.validity, [
    extension(keyUsage, bitString(Buffer.from([usages]), wanted.encipherment ? 5 : 7), true),
    extension(extendedKeyUsage, sequence(wanted.forServer ? serverAuth : clientAuth)),
    extension(basicConstraints, sequence(), true),
    ...(wanted.subjectAltNames ? [extension(subjectAltName, wanted.subjectAltNames)] : []),
  ]);
}

function issue(
  issuer: { name: string; key: KeyObject },
  subject: Buffer,
  publicKey: Buffer,
  { from, to }: Validity,
  extensions: Buffer[],
): string {
  const serial = randomBytes(16);
  // A positive number whose first byte is not zero.
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(issuer.name),
    sequence(time(from), time(to)),
    subject,
    publicKey,
    explicit(3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.key);
  const der = sequence(toBeSigned, ecdsaWithSha256, bitString(signature));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(name: string): Buffer {
  return sequence(set(sequence(commonName, utf8(name))));
}

function extension(id: Buffer, value: Buffer, critical = false): Buffer {
  return sequence(id, ...(critical ? [bool(true)] : []), octets(value));
}

/** The four or sixteen bytes of an address; of IPv6 only `::n` is known here. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(Number.parseInt(address.slice(2), 16), 14);
  return bytes;
}
