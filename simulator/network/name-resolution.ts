import {
  type DnsQuestion,
  type DnsReply,
  NetworkError,
  type ResolvedName,
  type ResolverFiles,
} from './namespace';

type Query = (question: DnsQuestion, server: string, timeoutMs: number) => Promise<DnsReply>;

export interface ResolverConfig {
  nameservers: string[];
  searches: string[];
  ndots: number;
  timeoutMs: number;
  attempts: number;
}

const maxCnames = 8;

/** resolv.conf(5): the last `search` or `domain` line counts, three name servers at most. */
function parseResolvConf(text: string): ResolverConfig {
  const config: ResolverConfig = { nameservers: [], searches: [], ndots: 1, timeoutMs: 5_000, attempts: 2 };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0] && config.nameservers.length < 3)
      config.nameservers.push(values[0]);
    if (keyword === 'search' || keyword === 'domain') config.searches = values;
    if (keyword === 'options') for (const option of values) applyOption(config, option);
  }
  if (config.nameservers.length === 0) config.nameservers.push('127.0.0.1');
  return config;
}

/** Names that /etc/hosts gives an IPv4 address for, lower-cased; the first line that names one counts. */
function parseHosts(text: string): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (!address || !isIPv4(address)) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = addresses.get(key);
      if (known) known.push(address);
      else addresses.set(key, [address]);
    }
  }
  return addresses;
}

/** The full names to ask for, in order: resolv.conf(5) `ndots` and `search`. */
function candidateNames(name: string, config: Pick<ResolverConfig, 'searches' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = config.searches.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  const dots = name.split('.').length - 1;
  return dots >= config.ndots ? [name, ...searched] : [...searched, name];
}

/** See NetworkNamespace.resolve. */
export async function resolveName(name: string, files: ResolverFiles, query: Query): Promise<ResolvedName> {
  if (isIPv4(name)) return { addresses: [name], canonicalName: name };
  const lower = name.toLowerCase();
  const fromHosts = parseHosts(files.hosts).get(lower.replace(/\.$/, ''));
  if (fromHosts) return { addresses: fromHosts, canonicalName: name };
  const config = parseResolvConf(files.resolvConf);
  for (const candidate of candidateNames(lower, config)) {
    const reply = await ask({ name: candidate, type: 'A' }, config, query);
    const found = followCnames(candidate, reply);
    if (found) return found;
  }
  throw new NetworkError('ENOTFOUND');
}

export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

async function ask(question: DnsQuestion, config: ResolverConfig, query: Query): Promise<DnsReply> {
  for (let attempt = 0; attempt < config.attempts; attempt++) {
    for (const server of config.nameservers) {
      try {
        const reply = await query(question, server, config.timeoutMs);
        if (reply.code === 'NOERROR' || reply.code === 'NXDOMAIN') return reply;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
      }
    }
  }
  throw new NetworkError('EAI_AGAIN');
}

function followCnames(candidate: string, reply: DnsReply): ResolvedName | undefined {
  let name = candidate;
  for (let hop = 0; hop < maxCnames; hop++) {
    const here = reply.answers.filter((record) => sameName(record.name, name));
    const addresses = here.filter((record) => record.type === 'A').map((record) => record.value);
    if (addresses.length > 0) return { addresses, canonicalName: name };
    const alias = here.find((record) => record.type === 'CNAME');
    if (!alias) return undefined;
    name = alias.value.replace(/\.$/, '');
  }
  return undefined;
}

function sameName(a: string, b: string): boolean {
  return a.replace(/\.$/, '').toLowerCase() === b.replace(/\.$/, '').toLowerCase();
}

function applyOption(config: ResolverConfig, option: string): void {
  const [name, value] = option.split(':');
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) return;
  if (name === 'ndots') config.ndots = Math.min(number, 15);
  if (name === 'timeout') config.timeoutMs = Math.min(number, 30) * 1_000;
  if (name === 'attempts') config.attempts = Math.max(1, Math.min(number, 5));
}
