import { toBytes } from '../../files/byte-string';
import type { DnsRecord, DnsType } from '../../network/namespace';
import type { Program } from '../../runtime/process';
import { dnsType, reverseName, search, searched, serverAddress } from './questions';

/** host(1) of BIND: addresses of a name, or the name of an address. */
export const host: Program = async (process) => {
  const say = (text: string) => process.write(1, toBytes(text));
  const operands: string[] = [];
  let wanted: DnsType | undefined;
  const args = process.argv.slice(1);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-t') wanted = dnsType(args[++at] ?? '');
    else if (!arg.startsWith('-')) operands.push(arg);
  }
  const [name, named] = operands;
  if (name === undefined) {
    await say('Usage: host [-t type] {name} [server]\n');
    return 1;
  }
  const server = await serverAddress(process, named);
  if (server === undefined) {
    await say(`host: couldn't get address for '${named}': not found\n`);
    return 1;
  }
  if (named !== undefined)
    await say(`Using domain server:\nName: ${named}\nAddress: ${server}#53\nAliases: \n\n`);
  const reversed = reverseName(name);
  const names = reversed === undefined ? searched(process, name) : [reversed];
  const type = wanted ?? (reversed === undefined ? 'A' : 'PTR');
  const reply = await search(process, names, type, server);
  if (!reply) {
    await say(';; connection timed out; no servers could be reached\n');
    return 1;
  }
  if (reply.code !== 'NOERROR') {
    await say(`Host ${reversed ?? name} not found: 3(${reply.code})\n`);
    return 1;
  }
  if (reply.answers.length === 0) await say(`${name} has no ${type} record\n`);
  for (const record of reply.answers) await say(`${sentence(record)}\n`);
  return 0;
};

function sentence({ name, type, value }: DnsRecord): string {
  const bare = name.replace(/\.$/, '');
  const says: Partial<Record<DnsType, string>> = {
    A: 'has address',
    AAAA: 'has IPv6 address',
    PTR: 'domain name pointer',
    CNAME: 'is an alias for',
    SRV: 'has SRV record',
    NS: 'name server',
    MX: 'mail is handled by',
  };
  return `${bare} ${says[type] ?? `has ${type} record`} ${value}`;
}
