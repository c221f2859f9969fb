import { isIP } from 'node:net';

/** An address as fields take it that are older than the strict rule (IsValidIPForLegacyField, strict since 1.36). */
export function ipAddress(value = ''): string[] {
  if (isIPv4(value) || isIPv6(value)) return isMapped(value) ? [MAPPED] : [];
  return isIPv4(withoutZeros(value))
    ? ['must not have leading 0s']
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

/** A range of addresses, in the form of a network (IsValidCIDRForLegacyField, strict since 1.36). */
export function cidr(value = ''): string[] {
  const [address = '', length = '', ...rest] = value.split('/');
  const family = isIPv4(withoutZeros(address)) ? 32 : isIPv6(address) ? 128 : -1;
  if (rest.length > 0 || !/^\d+$/.test(length) || Number(length) > family)
    return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  if ((family === 32 && !isIPv4(address)) || !/^(0|[1-9]\d*)$/.test(length))
    return ['must not have leading 0s in IP or prefix length'];
  if (isMapped(address)) return ['must not have an IPv4-mapped IPv6 address'];
  const free = BigInt(family - Number(length));
  return addressNumber(address) & ((1n << free) - 1n)
    ? ['must not have bits set beyond the prefix length']
    : [];
}

/** Whether one range lies within another and is smaller; both are valid, of one family or not. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [innerBase = '', innerBits = ''] = inner.split('/');
  const [outerBase = '', outerBits = ''] = outer.split('/');
  if (isIPv4(innerBase) !== isIPv4(outerBase) || Number(innerBits) <= Number(outerBits)) return false;
  const free = BigInt((isIPv4(outerBase) ? 32 : 128) - Number(outerBits));
  return addressNumber(innerBase) >> free === addressNumber(outerBase) >> free;
}

/** What keeps a valid address from being an endpoint's (core/validation ValidateEndpointIP). */
export function endpointAddress(value: string): string[] {
  const number = addressNumber(value);
  const first = isIPv4(value) ? number >> 24n : undefined;
  const within = (bits: bigint, prefix: bigint): boolean => number >> (128n - bits) === prefix;
  if (number === 0n) return [`may not be unspecified (${value})`];
  if (first === 127n || (first === undefined && number === 1n))
    return ['may not be in the loopback range (127.0.0.0/8, ::1/128)'];
  if (first === undefined ? within(10n, 0x3fan) : number >> 16n === 0xa9fen)
    return ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'];
  if (first === undefined ? within(16n, 0xff02n) : number >> 8n === 0xe00000n)
    return ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'];
  return [];
}

export function isIPv4(value: string): boolean {
  const parts = value.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  );
}

export function isIPv6(value: string): boolean {
  return isIP(value) === 6 && !value.includes('%');
}

const MAPPED = 'must not be an IPv4-mapped IPv6 address';

function isMapped(value: string): boolean {
  return isIPv6(value) && addressNumber(value) >> 32n === 0xffffn;
}

/** `010.01.0.1` → `10.1.0.1`, as older programs read it. */
function withoutZeros(value: string): string {
  return value.replace(/(^|\.)0+(?=\d)/g, '$1');
}

/** The bits of a valid address: 32 of them, or 128. */
function addressNumber(value: string): bigint {
  if (isIPv4(value)) return value.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const [head = '', tail] = value
    .replace(/\d+\.\d+\.\d+\.\d+$/, (end) => {
      const low = addressNumber(end);
      return `${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
    })
    .split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [
    ...groups(head),
    ...new Array<string>(tail === undefined ? 0 : missing).fill('0'),
    ...groups(tail),
  ];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
