import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a password is that of a line of an htpasswd file: `$apr1$`, `{SHA}`, `{SSHA}` and `{PLAIN}`; crypt(3)'s others are unknown. */
export function verifyPassword(password: string, hash: string): 'right' | 'wrong' | 'unknown' {
  const apr1 = /^\$apr1\$([^$]{0,8})\$/.exec(hash);
  if (apr1) return same(apr1Hash(password, apr1[1] ?? ''), hash);
  if (hash.startsWith('{SHA}')) return same(`{SHA}${sha1(password).toString('base64')}`, hash);
  if (hash.startsWith('{PLAIN}')) return same(`{PLAIN}${password}`, hash);
  if (!hash.startsWith('{SSHA}')) return 'unknown';
  const stored = Buffer.from(hash.slice(6), 'base64');
  const salt = stored.subarray(20);
  return same(sha1(password, salt).toString('hex'), stored.subarray(0, 20).toString('hex'));
}

function same(a: string, b: string): 'right' | 'wrong' {
  const [one, two] = [a, b].map((each) => createHash('sha256').update(each, 'latin1').digest());
  return one && two && timingSafeEqual(one, two) ? 'right' : 'wrong';
}

function sha1(password: string, salt = Buffer.alloc(0)): Buffer {
  return createHash('sha1').update(password, 'latin1').update(salt).digest();
}

const digits = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Rounds of the hash, which are part of its definition. */
const rounds = 1_000;

/** Apache's variant of MD5-crypt, what `htpasswd -m` and `openssl passwd -apr1` make. */
function apr1Hash(password: string, salt: string): string {
  const key = Buffer.from(password, 'latin1');
  const grain = Buffer.from(salt, 'latin1');
  const md5 = (...parts: Uint8Array[]) => createHash('md5').update(Buffer.concat(parts)).digest();
  const alternate = md5(key, grain, key);
  const first: Buffer[] = [key, Buffer.from('$apr1$'), grain];
  for (let left = key.length; left > 0; left -= 16) first.push(alternate.subarray(0, Math.min(16, left)));
  for (let bits = key.length; bits > 0; bits >>= 1)
    first.push(bits & 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  let digest = md5(...first);
  for (let round = 0; round < rounds; round++) {
    const parts = [round & 1 ? key : digest];
    if (round % 3) parts.push(grain);
    if (round % 7) parts.push(key);
    parts.push(round & 1 ? digest : key);
    digest = md5(...parts);
  }
  const at = (index: number) => digest[index] ?? 0;
  const groups = [0, 1, 2, 3, 4].map((index) => [at(index), at(index + 6), at(index === 4 ? 5 : index + 12)]);
  const text = groups.map(([a = 0, b = 0, c = 0]) => letters((a << 16) | (b << 8) | c, 4)).join('');
  return `$apr1$${salt}$${text}${letters(at(11), 2)}`;
}

function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => digits[(value >> (6 * index)) & 63]).join('');
}
