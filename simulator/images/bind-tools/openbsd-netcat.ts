import { toBytes, toText } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import type { Program } from '../../runtime/process';
import { applets } from '../../shell/utilities/index';
import { addressOf } from '../../shell/utilities/network-names';

/** What Alpine's /etc/services calls common ports. */
const services: Record<string, string> = {
  22: 'ssh',
  53: 'domain',
  80: 'http',
  443: 'https',
  3306: 'mysql',
  5432: 'postgresql',
  6379: 'redis',
  8080: 'http-alt',
};

/** Without what BusyBox's does anyway, or does not know: -t answers telnet, -N and -q say when to end, -4 and -6 which family. */
function forBusyBox(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === '-q' || args[i - 1] === '-q') return [];
    if (!/^-[a-zA-Z46]+$/.test(arg)) return [arg];
    const kept = arg.replace(/[tN46]/g, '');
    return kept === '-' ? [] : [kept];
  });
}

/** nc of OpenBSD: its scans (-z) in its own words, and no word of a failure without -v. The rest is BusyBox's. */
export const openbsdNetcat: Program = async (process) => {
  const args = process.argv.slice(1);
  const letters = new Set(args.filter((arg) => /^-[a-zA-Z]/.test(arg)).flatMap((arg) => [...arg.slice(1)]));
  const usual = applets.nc;
  if (!usual) return 127;
  if (!letters.has('z') || letters.has('l') || letters.has('u')) {
    const fds = new Map(process.fds);
    const silent = letters.has('v') || letters.has('l') ? undefined : await process.open('/dev/null', 'w');
    if (silent) fds.set(2, silent);
    const child = process.spawn({ argv: ['nc', ...forBusyBox(args)], program: usual, fds });
    silent?.release();
    return (await process.wait(child)).code;
  }
  const timeoutMs =
    Number(/^\d+$/.exec(args[args.findIndex((arg) => /^-\w*w$/.test(arg)) + 1] ?? '')?.[0] ?? 0) * 1_000;
  const [host = '', port = ''] = args.slice(-2);
  const say = async (text: string, code: number) => {
    if (letters.has('v') || text.startsWith('nc: getaddrinfo')) await process.write(2, toBytes(`${text}\n`));
    return code;
  };
  const address = await addressOf(process, host);
  if (address === undefined)
    return say(`nc: getaddrinfo for host "${toText(host)}" port ${port}: Name does not resolve`, 1);
  const shown = toText(host) === address ? address : `${toText(host)} (${address})`;
  try {
    const how = timeoutMs > 0 ? { timeoutMs } : {};
    const connection = await process.until(process.network.connect(address, Number(port), how));
    connection.close();
    return say(`Connection to ${shown} ${port} port [tcp/${services[port] ?? '*'}] succeeded!`, 0);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const reason =
      error.code === 'ETIMEDOUT' ? 'timed out: Operation in progress' : `failed: ${error.message}`;
    return say(`nc: connect to ${shown} port ${port} (tcp) ${reason}`, 1);
  }
};
