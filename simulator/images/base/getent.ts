import { decode, toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { isIPv4 } from '../../network/name-resolution';
import { NetworkError } from '../../network/namespace';
import type { Process, Program } from '../../runtime/process';
import { resolverFiles } from '../../shell/utilities/network-names';
import { nameServer, reverse } from '../early-nslookup';

/** Files that are asked for by name or number: the fields that hold them. */
const files: Record<string, number[]> = { passwd: [0, 2], group: [0, 2], shadow: [0] };

interface Host {
  addresses: string[];
  name: string;
  aliases: string[];
}

/** getent(1) of musl and of glibc, which differ in their columns. */
export const getent: Program = async (process) => {
  const [database = '', ...keys] = process.argv.slice(1);
  const say = (text: string) => process.write(1, toBytes(text));
  if (/^(hosts|ahosts|ahostsv4)$/.test(database)) return hosts(process, database, keys);
  const fields = Object.hasOwn(files, database) ? files[database] : undefined;
  if (!fields) {
    const text = database === '' ? 'wrong number of arguments' : `Unknown database: ${database}`;
    await process.write(2, `${text}\n`);
    return 1;
  }
  const lines = linesOf(process, `/etc/${database}`);
  if (keys.length === 0) await say(lines.map((line) => `${line}\n`).join(''));
  let missing = false;
  for (const key of keys) {
    const found = lines.find((line) => fields.some((field) => line.split(':')[field] === key));
    if (found === undefined) missing = true;
    else await say(`${found}\n`);
  }
  return missing ? 2 : 0;
};

/** None when there is no such file, or it is not for this user. */
function linesOf(process: Process, path: string): string[] {
  try {
    return decode(process.files.readFile(path)).split('\n').filter(Boolean);
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}

async function hosts(process: Process, database: string, keys: readonly string[]): Promise<number> {
  const musl = process.files.exists('/etc/alpine-release');
  const show = (text: string) => process.write(1, toBytes(text));
  let missing = false;
  for (const host of keys.length === 0 ? listedHosts(process) : []) await show(rows(host, musl).join(''));
  for (const key of keys) {
    const host = await find(process, toText(key));
    if (!host) missing = true;
    else await show((database === 'hosts' ? rows(host, musl) : socketRows(host)).join(''));
  }
  return missing ? 2 : 0;
}

/** musl shows the first address alone, and what was asked for behind the name that it found. */
function rows({ addresses, name, aliases }: Host, musl: boolean): string[] {
  if (!musl) return addresses.map((each) => `${each.padEnd(15)} ${[name, ...aliases].join(' ')}\n`);
  const more = aliases.length === 0 ? [name] : [name, ...aliases];
  return [`${(addresses[0] ?? '').padEnd(16)}  ${name}  ${more.join(' ')}\n`];
}

function socketRows({ addresses, name }: Host): string[] {
  return addresses.flatMap((each, at) =>
    ['STREAM', 'DGRAM', 'RAW'].map(
      (type, first) => `${each.padEnd(15)} ${type.padEnd(6)} ${at + first === 0 ? name : ''}\n`,
    ),
  );
}

function listedHosts(process: Process): Host[] {
  return linesOf(process, '/etc/hosts').flatMap((line) => {
    const [address = '', name = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIPv4(address) ? [{ addresses: [address], name, aliases }] : [];
  });
}

async function find(process: Process, key: string): Promise<Host | undefined> {
  if (isIPv4(key)) {
    const listed = listedHosts(process).find(({ addresses }) => addresses.includes(key));
    if (listed) return listed;
    const [name] = await reverse(process, key, nameServer(resolverFiles(process).resolvConf));
    return name === undefined ? undefined : { addresses: [key], name, aliases: [] };
  }
  try {
    const { addresses, canonicalName } = await process.until(
      process.network.resolve(key, resolverFiles(process)),
    );
    return {
      addresses,
      name: canonicalName,
      aliases: process.files.exists('/etc/alpine-release') && canonicalName !== key ? [key] : [],
    };
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}
