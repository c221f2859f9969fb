import { decode, toBytes } from '../../files/byte-string';
import type { Process, Program } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';

/** Files that are asked for by name or number: the fields that hold them. */
const files: Record<string, number[]> = { passwd: [0, 2], group: [0, 2], shadow: [0] };

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
  const lines = decode(process.files.readFile(`/etc/${database}`))
    .split('\n')
    .filter(Boolean);
  if (keys.length === 0) await say(lines.map((line) => `${line}\n`).join(''));
  let missing = false;
  for (const key of keys) {
    const found = lines.find((line) => fields.some((field) => line.split(':')[field] === key));
    if (found === undefined) missing = true;
    else await say(`${found}\n`);
  }
  return missing ? 2 : 0;
};

async function hosts(process: Process, database: string, keys: readonly string[]): Promise<number> {
  const musl = process.files.exists('/etc/alpine-release');
  let missing = false;
  for (const key of keys) {
    const address = await addressOf(process, key);
    const row = (what: string) => `${(address ?? '').padEnd(musl ? 16 : 15)}${musl ? '  ' : ' '}${what}\n`;
    if (address === undefined) missing = true;
    else if (database === 'hosts') await process.write(1, row(key));
    else await process.write(1, row(`STREAM ${key}`) + row('DGRAM ') + row('RAW '));
  }
  return missing ? 2 : 0;
}
