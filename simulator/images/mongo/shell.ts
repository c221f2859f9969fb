import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';

/** What --eval may ask for: there is no JavaScript behind it. */
const ping =
  /^\s*db\.(runCommand|adminCommand)\(\s*(["']ping["']|\{\s*["']?ping["']?\s*:\s*1\s*\})\s*\)(\.ok)?\s*;?\s*$/;

/** mongosh, and mongo before it: --version, and --eval of a ping. */
export async function mongoShell(process: Process, release: string): Promise<number> {
  const name = (process.argv[0] ?? '').replace(/^.*\//, '');
  const args = process.argv.slice(1);
  if (args.includes('--version')) {
    await process.write(1, name === 'mongosh' ? '2.5.8\n' : `MongoDB shell version v${release}\n`);
    return 0;
  }
  const value = (option: string) => {
    const at = args.indexOf(option);
    return at < 0 ? args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1) : args[at + 1];
  };
  const script = value('--eval');
  const named = args
    .find((arg) => /^(mongodb:\/\/)?[\w.-]+(:\d+)(\/\w*)?$/.test(arg))
    ?.replace(/^mongodb:\/\//, '');
  const found = script === undefined ? null : ping.exec(script);
  if (!found || args.some((arg) => /^(-u|--username|-p|--password)/.test(arg))) {
    await process.write(
      2,
      `${name}: The embedded cluster simulates "${name} --eval 'db.adminCommand("ping")'" alone, without a login; use a kind cluster for more.\n`,
    );
    return 1;
  }
  const host = value('--host') ?? named?.split(':')[0] ?? '127.0.0.1';
  const port = Number(value('--port') ?? named?.split(':')[1]?.split('/')[0] ?? 27_017);
  const address = await addressOf(process, host);
  const fail = async (why: string) => {
    await process.write(2, `MongoNetworkError: ${why}\n`);
    return 1;
  };
  if (address === undefined) return fail(`getaddrinfo ENOTFOUND ${host}`);
  try {
    (await process.until(process.network.connect(address, port))).close();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return fail(`connect ${error.code} ${address}:${port}`);
  }
  await process.write(1, found[3] ? '1\n' : name === 'mongosh' ? '{ ok: 1 }\n' : '{ "ok" : 1 }\n');
  return 0;
}
