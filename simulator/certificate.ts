import { generate } from 'selfsigned';

/** PEM texts of a server's certificate and key, and of the authority that signed it. */
export interface Certificate {
  ca: string;
  cert: string;
  key: string;
}

const LIFETIME_DAYS = 3650;

/** Names by which the API server is reached: from this machine and from inside the cluster. */
const NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const ADDRESSES = ['127.0.0.1', '::1', '10.96.0.1'];

/** Makes an authority and a server certificate signed by it, on the P-256 curve. */
export async function makeCertificate(): Promise<Certificate> {
  // Backdated by a day, for clients whose clock is behind.
  const notBeforeDate = new Date(Date.now() - 86_400_000);
  const notAfterDate = new Date(notBeforeDate.getTime() + LIFETIME_DAYS * 86_400_000);
  const shared = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'kubernetes' }], {
    ...shared,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...shared,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...NAMES.map((value) => ({ type: 2 as const, value })),
          ...ADDRESSES.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
