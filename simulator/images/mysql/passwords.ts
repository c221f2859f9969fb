import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));

/** What a server keeps of a password, in hexadecimal digits; '' for none. */
export function keptOf(password: string): string {
  return password === '' ? '' : sha256(sha256(password)).toString('hex');
}

/** caching_sha2_password: what a client shows of its password. Nothing for none. */
export function proofOf(password: string, nonce: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = sha256(password);
  return xor(once, sha256(sha256(once), nonce));
}

/** Whether a proof is of the password that `kept` was made from. */
export function proves(proof: Buffer, kept: string, nonce: Buffer): boolean {
  if (kept === '' || proof.length === 0) return kept === '' && proof.length === 0;
  const twice = Buffer.from(kept, 'hex');
  return timingSafeEqual(sha256(xor(proof, sha256(twice, nonce))), twice);
}
