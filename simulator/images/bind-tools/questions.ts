import { toText } from '../../files/byte-string';
import { type DnsQuestion, type DnsReply, type DnsType, NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf, resolverFiles } from '../../shell/utilities/network-names';

const types: readonly DnsType[] = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT', 'NS', 'SOA', 'MX', 'ANY'];

export function dnsType(text: string): DnsType | undefined {
  return types.find((type) => type === text.toUpperCase());
}

/** The first name server of /etc/resolv.conf, or the one that was named; undefined when that has no address. */
export async function serverAddress(process: Process, named?: string): Promise<string | undefined> {
  if (named !== undefined) return addressOf(process, named);
  return settings(process, 'nameserver')[0]?.[0] ?? '127.0.0.1';
}

function settings(process: Process, key: string): string[][] {
  return resolverFiles(process)
    .resolvConf.split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first === key)
    .map(([, ...values]) => values);
}

/** The names to ask for in turn: below each search domain first while the name has fewer dots than `ndots`. */
export function searched(process: Process, name: string): string[] {
  if (name.endsWith('.')) return [name];
  const domains = settings(process, 'search').at(-1) ?? [];
  const options = settings(process, 'options').flat();
  const ndots = Number(options.find((each) => each.startsWith('ndots:'))?.slice(6) ?? 1);
  const below = domains.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...below] : [...below, name];
}

/** `4.3.2.1.in-addr.arpa` of an address; undefined for a name. */
export function reverseName(name: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return undefined;
  return `${name.split('.').reverse().join('.')}.in-addr.arpa`;
}

/** The reply of a server, or undefined when it does not answer. */
export async function ask(
  process: Process,
  question: DnsQuestion,
  server: string,
): Promise<DnsReply | undefined> {
  try {
    const asked = { ...question, name: toText(question.name) };
    return await process.until(process.network.query(asked, server, { timeoutMs: 5_000 }));
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

/** Asks for each name in turn until there is one; else what was said of the first. */
export async function search(
  process: Process,
  names: readonly string[],
  type: DnsType,
  server: string,
): Promise<DnsReply | undefined> {
  let first: DnsReply | undefined;
  for (const name of names) {
    const reply = await ask(process, { name, type }, server);
    if (!reply || reply.answers.length > 0) return reply;
    first ??= reply;
  }
  return first;
}
