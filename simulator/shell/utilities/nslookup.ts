import { toBytes, toText } from '../../files/byte-string';
import { type DnsQuestion, type DnsReply, type DnsType, NetworkError } from '../../network/namespace';
import { addressOf, resolverFiles } from './network-names';
import { type Utility, utility } from './utility';

const types: DnsType[] = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT', 'NS', 'SOA', 'MX', 'ANY'];
const usage = `[-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]

Query DNS about HOST

QUERY_TYPE: soa,ns,a,aaaa,cname,mx,txt,ptr,srv,any`;

/** BusyBox nslookup (FEATURE_NSLOOKUP_BIG): a name without a dot is asked for below each search domain. */
export const nslookup = utility('nslookup', usage, async (self) => {
  const wanted: DnsType[] = [];
  const operands: string[] = [];
  for (const arg of self.args) {
    const type = /^-(?:type|querytype|query|q)=(\w+)$/.exec(arg)?.[1]?.toUpperCase();
    if (type) {
      const known = types.find((each) => each === type);
      if (!known) self.fail(`invalid query type "${type}"`);
      else wanted.push(known);
    } else if (arg.startsWith('-') && arg !== '-') throw self.usageFault();
    else operands.push(arg);
  }
  const [name, named] = operands;
  if (name === undefined || operands.length > 2) throw self.usageFault();
  const { server, domains } = await serverOf(self, named);
  await self.print(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  for (const question of questions(toText(name), wanted, domains)) await ask(self, question, server);
});

async function serverOf(
  self: Utility,
  named: string | undefined,
): Promise<{ server: string; domains: string[] }> {
  const lines = resolverFiles(self.process)
    .resolvConf.split('\n')
    .map((line) => line.trim().split(/\s+/));
  const values = (key: string) => lines.filter(([first]) => first === key).map(([, ...rest]) => rest);
  const domains = values('search').at(-1) ?? values('domain').at(-1) ?? [];
  if (named === undefined) return { server: values('nameserver')[0]?.[0] ?? '127.0.0.1', domains };
  const address = await addressOf(self.process, named);
  return { server: address ?? self.fail(`bad address '${named}'`), domains };
}

function questions(name: string, wanted: readonly DnsType[], domains: readonly string[]): DnsQuestion[] {
  const reversed = reverseName(name);
  if (reversed && wanted.length === 0) return [{ name: reversed, type: 'PTR' }];
  const asked = wanted.length > 0 ? wanted : (['A', 'AAAA'] as const);
  const names =
    name.includes('.') || domains.length === 0 ? [name] : domains.map((domain) => `${name}.${domain}`);
  return asked.flatMap((type) => names.map((each) => ({ name: each.replace(/\.$/, ''), type })));
}

function reverseName(name: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return undefined;
  return `${name.split('.').reverse().join('.')}.in-addr.arpa`;
}

async function ask(self: Utility, question: DnsQuestion, server: string): Promise<void> {
  let reply: DnsReply;
  try {
    reply = await self.process.until(self.process.network.query(question, server, { timeoutMs: 5000 }));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ECONNREFUSED') self.fail(`write to '${server}': ${error.message}`);
    await self.print(';; connection timed out; no servers could be reached\n\n');
    return self.fail('', 1);
  }
  if (reply.code !== 'NOERROR') {
    self.status = 1;
    await self.print(`** server can't find ${toBytes(question.name)}: ${reply.code}\n\n`);
    return;
  }
  if (!reply.authoritative) await self.print('Non-authoritative answer:\n');
  for (const { name, type, value } of reply.answers) await self.print(toBytes(recordText(name, type, value)));
  await self.print('\n');
}

function recordText(name: string, type: DnsType, value: string): string {
  const bare = name.replace(/\.$/, '');
  const plain = value.replace(/\.$/, '');
  switch (type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${bare}\nAddress: ${value}\n`;
    case 'CNAME':
      return `${bare}\tcanonical name = ${plain}\n`;
    case 'PTR':
      return `${bare}\tname = ${plain}\n`;
    case 'NS':
      return `${bare}\tnameserver = ${plain}\n`;
    case 'SRV':
      return `${bare}\tservice = ${plain}\n`;
    case 'MX':
      return `${bare}\tmail exchanger = ${plain}\n`;
    case 'TXT':
      return `${bare}\ttext = "${value}"\n`;
    default:
      return `${bare}\t${type} = ${plain}\n`;
  }
}
