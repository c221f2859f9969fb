import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeAuthority, signCertificate } from './certificate';
import { readCertificateRequest } from './certificate-request';
import { JANE, MASTER, NODE, RSA } from './requests-for-tests';

describe('a certificate request', () => {
  it.each([
    [JANE, { commonName: 'jane', organizations: ['dev', 'ops'], dnsNames: 0, ipAddresses: 0 }],
    [MASTER, { commonName: 'evil', organizations: ['system:masters'], dnsNames: 1, ipAddresses: 1 }],
    [NODE, { commonName: 'system:node:n1', organizations: ['system:nodes'], emailAddresses: 0, uris: 0 }],
    [RSA, { commonName: 'rsa', organizations: [] }],
  ])('is read', (pem, expected) => {
    expect(readCertificateRequest(pem)).toMatchObject(expected);
  });

  const bytes = (edit: (der: Buffer) => Buffer) => {
    const der = Buffer.from(JANE.replace(/-----.*-----|\n/g, ''), 'base64');
    return `-----BEGIN CERTIFICATE REQUEST-----\n${edit(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  };
  it.each([
    ['no request', 'hello', 'PEM block type must be CERTIFICATE REQUEST'],
    ['a key', JANE.replaceAll('CERTIFICATE REQUEST', 'PRIVATE KEY'), 'PEM block type must be'],
    ['half of one', bytes((der) => der.subarray(0, 80)), 'asn1: syntax error: data truncated'],
    ['something else', bytes(() => Buffer.from([0x02, 0x01, 0x01])), 'asn1: structure error'],
    [
      'a forged one',
      bytes((der) => Buffer.from(der.toString('latin1').replace('jane', 'joan'), 'latin1')),
      'x509: ECDSA verification failure',
    ],
  ])('is refused when it is %s', (_, pem, message) => {
    expect(() => readCertificateRequest(pem)).toThrow(message);
  });

  it('becomes a certificate of the authority', () => {
    const authority = makeAuthority();
    const { subject, publicKey, subjectAltNames } = readCertificateRequest(NODE);
    const validity = { from: new Date(Date.now() - 1000), to: new Date(Date.now() + 60_000) };
    const wanted = { subject, publicKey, validity, forServer: true, encipherment: true };
    const signed = new X509Certificate(
      signCertificate(authority, { ...wanted, ...(subjectAltNames ? { subjectAltNames } : {}) }),
    );
    expect(signed.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(signed.subject).toBe('O=system:nodes\nCN=system:node:n1');
    expect(signed.subjectAltName).toBe('DNS:n1, IP Address:10.0.0.1');
    expect(signed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });
});
