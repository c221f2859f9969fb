import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from './certificate';

describe('the certificate of a cluster', () => {
  const { ca, cert, key } = makeCertificate();
  const authority = new X509Certificate(ca);
  const server = new X509Certificate(cert);

  it('is signed by the authority, which signed itself', () => {
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, server.ca]).toEqual([true, false]);
  });

  it('belongs to the key', () => {
    expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  it.each(['localhost', 'kubernetes.default.svc'])('is valid for the name %s', (name) => {
    expect(server.checkHost(name)).toBe(name);
  });

  it.each(['127.0.0.1', '::1', '10.96.0.1'])('is valid for the address %s', (address) => {
    expect(server.checkIP(address)).toBe(address);
  });

  it('is valid for no other name', () => {
    expect(server.checkHost('example.com')).toBeUndefined();
  });

  it('is valid now, and for years', () => {
    expect(Date.parse(server.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(server.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
  });

  it('has another key every time', () => {
    expect(makeCertificate().key).not.toBe(key);
  });
});
