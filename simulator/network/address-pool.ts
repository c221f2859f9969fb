/** Addresses of one node's podCIDR, given out in turn like the host-local CNI plugin does: reuse comes last. */
export class AddressPool {
  private readonly first: number;
  private readonly last: number;
  private readonly taken = new Set<number>();
  private next: number;

  /** `cidr` such as `10.244.0.0/24`. */
  constructor(readonly cidr: string) {
    const { base, size } = parseCidr(cidr);
    // .0 names the network, .1 is the gateway, the last one is broadcast.
    this.first = base + 2;
    this.last = base + size - 2;
    this.next = this.first;
  }

  get gateway(): string {
    return formatAddress(this.first - 1);
  }

  /** undefined when the pool is empty. */
  take(): string | undefined {
    for (let tried = this.first; tried <= this.last; tried++) {
      const address = this.next;
      this.next = address >= this.last ? this.first : address + 1;
      if (this.taken.has(address)) continue;
      this.taken.add(address);
      return formatAddress(address);
    }
    return undefined;
  }

  give(address: string): void {
    this.taken.delete(addressNumber(address));
  }
}

/** First address and number of addresses of an IPv4 CIDR; a plain address is a /32. */
function parseCidr(cidr: string): { base: number; size: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return { base: Math.floor(addressNumber(address) / size) * size, size };
}

export function inCidr(address: string, cidr: string): boolean {
  const { base, size } = parseCidr(cidr);
  const number = addressNumber(address);
  return number >= base && number < base + size;
}

function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
