import { toBytes, toText } from '../files/byte-string';
import { NetworkError } from '../network/namespace';
import type { Process, Program } from '../runtime/process';
import { busybox } from '../shell/utilities/index';
import { resolverFiles } from '../shell/utilities/network-names';
import { utility } from '../shell/utilities/utility';

/** Whether a BusyBox of that tag has the nslookup from before 1.29, which asks libc and so knows search domains. */
export function hasEarlyNslookup(tag: string): boolean {
  return /^1\.(1?\d|2[0-8])(\.|-|$)/.test(tag);
}

/** BusyBox before 1.29: the same but for its nslookup. */
export const earlyBusybox: Program = (process) => {
  const [first = '', second] = process.argv;
  const name = first.replace(/^.*\//, '');
  if (name !== 'nslookup' && !(name === 'busybox' && second === 'nslookup')) return busybox(process);
  if (name === 'busybox') process.argv = process.argv.slice(1);
  return earlyNslookup(process);
};

const usage = `[HOST] [SERVER]

Query the nameserver for the IP address of the given HOST
optionally using a specified DNS server`;

const earlyNslookup = utility('nslookup', usage, async (self) => {
  const { process } = self;
  const [name, named] = self.args;
  if (name === undefined || name.startsWith('-') || self.args.length > 2) throw self.usageFault();
  const files = resolverFiles(process);
  const server = named === undefined ? nameServer(files.resolvConf) : toText(named);
  const [address = server] = await addresses(process, server, files);
  await self.print(`Server:    ${toBytes(server)}\n${await addressLines(process, [address], address)}\n`);
  const asked = named === undefined ? files : { ...files, resolvConf: withServer(files.resolvConf, address) };
  const found = await addresses(process, toText(name), asked);
  if (found.length === 0) self.fail(`can't resolve '${name}'`);
  await self.print(`Name:      ${name}\n${await addressLines(process, found, address)}`);
});

/** The first name server that a container's resolv.conf names. */
export function nameServer(resolvConf: string): string {
  return /^\s*nameserver\s+(\S+)/m.exec(resolvConf)?.[1] ?? '127.0.0.1';
}

function withServer(resolvConf: string, server: string): string {
  return `nameserver ${server}\n${resolvConf.replace(/^\s*nameserver\s.*$/gm, '')}`;
}

async function addresses(
  process: Process,
  name: string,
  files: ReturnType<typeof resolverFiles>,
): Promise<string[]> {
  try {
    return (await process.until(process.network.resolve(name, files))).addresses;
  } catch (error) {
    if (error instanceof NetworkError) return [];
    throw error;
  }
}

/** `Address 1: 10.96.0.1 kubernetes.default.svc.cluster.local`, the name where the address has one. */
async function addressLines(process: Process, found: readonly string[], server: string): Promise<string> {
  const lines: string[] = [];
  for (const [at, address] of found.entries())
    lines.push(`Address ${at + 1}: ${[address, ...(await reverse(process, address, server))].join(' ')}\n`);
  return toBytes(lines.join(''));
}

/** The name that an address has, if any. */
export async function reverse(process: Process, address: string, server: string): Promise<string[]> {
  const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  try {
    const reply = await process.until(
      process.network.query({ name, type: 'PTR' }, server, { timeoutMs: 5_000 }),
    );
    const pointer = reply.answers.find(({ type }) => type === 'PTR');
    return pointer ? [pointer.value.replace(/\.$/, '')] : [];
  } catch (error) {
    if (error instanceof NetworkError) return [];
    throw error;
  }
}
