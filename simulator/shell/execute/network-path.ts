import type { OpenFile } from '../../files/open-file';
import { NetworkError } from '../../network/namespace';
import { SocketFile } from '../../network/socket-file';
import { addressOf, networkText } from '../utilities/network-names';
import { RedirectionFault } from './redirection';
import type { Shell } from './shell';

/** bash: `/dev/tcp/HOST/PORT` in a redirection is a connection. undefined: an ordinary path. */
export function openNetwork(shell: Shell, path: string): Promise<OpenFile> | undefined {
  const [, protocol, host, port] = /^\/dev\/(tcp|udp)\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (host === undefined || port === undefined) return undefined;
  if (protocol === 'udp')
    throw new RedirectionFault(
      `${path}: The embedded cluster does not simulate /dev/udp; use a kind cluster for that.`,
    );
  return connect(shell, host, Number(port), path);
}

async function connect(shell: Shell, host: string, port: number, path: string): Promise<OpenFile> {
  const { process } = shell;
  const address = await addressOf(process, host);
  if (address === undefined) {
    shell.print(2, `${shell.argument0}: ${host}: Name or service not known\n`);
    throw new RedirectionFault(`${path}: Invalid argument`);
  }
  try {
    return new SocketFile(await process.until(process.network.connect(address, port)));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    shell.print(2, `${shell.argument0}: connect: ${networkText(error)}\n`);
    throw new RedirectionFault(`${path}: ${networkText(error)}`);
  }
}
