import { encode, toBytes } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { resolverFiles } from '../../shell/utilities/network-names';
import { durationMs, type Flags } from './flags';

/** `agnhost connect`: says in one word why a connection does not come about. */
export async function connect(process: Process, flags: Flags): Promise<number> {
  const target = flags.operands[0] ?? '';
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(target) ?? [];
  const timeoutMs = durationMs(flags.text('timeout', '0s'));
  const protocol = flags.text('protocol', 'tcp') || 'tcp';
  const say = async (text: string) => {
    await process.write(2, `${text}\n`);
    return 1;
  };
  if (protocol === 'sctp')
    return say('The embedded cluster does not simulate SCTP; use a kind cluster for that.');
  if (protocol !== 'tcp' && protocol !== 'udp') return say(`Unsupported protocol\n${protocol}`);
  if (host === '')
    return say(`${protocol === 'tcp' ? 'UNKNOWN' : 'DNS'}: address ${target}: missing port in address`);
  let address: string | undefined;
  try {
    const { addresses } = await process.until(process.network.resolve(host, resolverFiles(process)));
    address = addresses[0];
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
  if (address === undefined) return say(`DNS: lookup ${host}: no such host`);
  const to = { address, port: Number(port), timeoutMs };
  const trouble = await (protocol === 'tcp'
    ? tryTcp(process, to)
    : tryUdp(process, to, flags.text('udp-data', 'hostname')));
  return trouble === undefined ? 0 : say(trouble);
}

interface Target {
  address: string;
  port: number;
  /** 0: as long as it takes. */
  timeoutMs: number;
}

async function tryTcp(process: Process, { address, port, timeoutMs }: Target): Promise<string | undefined> {
  try {
    const options = timeoutMs > 0 ? { timeoutMs } : {};
    const connection = await process.until(process.network.connect(address, port, options));
    connection.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ETIMEDOUT') return 'TIMEOUT';
    if (error.code === 'ECONNREFUSED') return 'REFUSED';
    return `OTHER: dial tcp ${address}:${port}: connect: ${error.message.toLowerCase()}`;
  }
}

/** One datagram, and the wait for an answer. */
async function tryUdp(
  process: Process,
  { address, port, timeoutMs }: Target,
  data: string,
): Promise<string | undefined> {
  try {
    const socket = process.network.connectDatagram(address, port);
    const path = `udp ${socket.local.address === '0.0.0.0' ? process.network.address : socket.local.address}:${socket.local.port}->${address}:${port}`;
    const timer = timeoutMs > 0 ? process.clock.after(timeoutMs, () => socket.close()) : undefined;
    try {
      socket.send(encode(toBytes(`${data}\n`)));
      const answer = await process.until(socket.receive());
      if (!answer) return `TIMEOUT: read ${path}: i/o timeout`;
      if (answer.length > 0) return undefined;
      return 'OTHER: No data received from the server. Cannot guarantee the server received the request.';
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const refused = error.code === 'ECONNREFUSED' ? 'REFUSED' : 'UNKNOWN';
      return `${refused}: read ${path}: read: ${error.message.toLowerCase()}`;
    } finally {
      timer?.cancel();
      socket.close();
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return `OTHER: dial udp ${address}:${port}: connect: ${error.message.toLowerCase()}`;
  }
}
