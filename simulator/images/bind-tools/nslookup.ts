import { toBytes } from '../../files/byte-string';
import type { DnsRecord, DnsType } from '../../network/namespace';
import type { Program } from '../../runtime/process';
import { dnsType, reverseName, search, searched, serverAddress } from './questions';

/** BIND's nslookup, for one question: it has no prompt here. */
export const nslookup: Program = async (process) => {
  let type: DnsType | undefined;
  const operands: string[] = [];
  const say = (text: string) => process.write(1, toBytes(text));
  for (const arg of process.argv.slice(1)) {
    const [, key, value = ''] = /^-(\w+)(?:=(.*))?$/.exec(arg) ?? [];
    if (key === undefined) operands.push(arg);
    else if (/^(type|querytype|query|q)$/.test(key)) type = dnsType(value);
    else if (!/^(debug|nodebug|timeout|retry|norecurse|search|nosearch)$/.test(key))
      await say(`*** Invalid option: ${key}\n`);
  }
  const [name, named] = operands;
  if (name === undefined) {
    await process.write(
      2,
      'nslookup: The embedded cluster does not simulate its prompt; give it a name to look up.\n',
    );
    return 1;
  }
  const server = await serverAddress(process, named);
  if (server === undefined) {
    await say(`nslookup: couldn't get address for '${named}': not found\n`);
    return 1;
  }
  const reversed = reverseName(name);
  const names = reversed === undefined ? searched(process, name) : [reversed];
  const asked = type ?? (reversed === undefined ? 'A' : 'PTR');
  const reply = await search(process, names, asked, server);
  if (!reply) {
    await say(';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  if (reversed === undefined) await say(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
  if (reply.code !== 'NOERROR') {
    await say(`** server can't find ${reversed ?? name}: ${reply.code}\n\n`);
    return 1;
  }
  if (reply.answers.length === 0) {
    await say(`*** Can't find ${name}: No answer\n\n`);
    return 0;
  }
  if (!reply.authoritative && reversed === undefined) await say('Non-authoritative answer:\n');
  for (const record of reply.answers) await say(recordText(record));
  await say('\n');
  return 0;
};

function recordText({ name, type, value }: DnsRecord): string {
  const bare = name.replace(/\.$/, '');
  switch (type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${bare}\nAddress: ${value}\n`;
    case 'CNAME':
      return `${bare}\tcanonical name = ${value}\n`;
    case 'PTR':
      return `${bare}\tname = ${value}\n`;
    case 'SRV':
      return `${bare}\tservice = ${value}\n`;
    case 'MX':
      return `${bare}\tmail exchanger = ${value}\n`;
    case 'NS':
      return `${bare}\tnameserver = ${value}\n`;
    default:
      return `${bare}\ttext = "${value}"\n`;
  }
}
