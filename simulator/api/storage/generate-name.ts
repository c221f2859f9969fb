import { randomInt } from 'node:crypto';

/** Without vowels and what reads like them (apimachinery, util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A base cut to 58 characters with five random ones after it (apiserver, names.SimpleNameGenerator). */
export function generateName(base: string): string {
  return base.slice(0, 58) + randomSuffix(5);
}

export function randomSuffix(length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}
