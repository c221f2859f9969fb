import { decode, encode, toBytes, toText } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { addressOf } from '../../shell/utilities/network-names';
import { goJson } from './go-json';
import { getText } from './http-client';

const patienceMs = 5_000;

/** `/dial` of netexec: asks another netexec `tries` times, and tells what it said. */
export async function dial(
  process: Process,
  query: URLSearchParams,
): Promise<{ status: number; body: string }> {
  const text = (name: string) => query.get(name) ?? '';
  const bad = (body: string) => ({ status: 400, body: `${body}\n` });
  const tries = Number(text('tries') || 1);
  const wanted = text('request');
  const protocol = text('protocol').toLowerCase() || 'http';
  if (!Number.isInteger(tries))
    return bad(
      `tries parameter is invalid. strconv.Atoi: parsing ${JSON.stringify(text('tries'))}: invalid syntax`,
    );
  if (wanted === '') return bad('request parameter not specified. <nil>');
  if (protocol === 'sctp')
    return bad('The embedded cluster does not simulate SCTP; use a kind cluster for that.');
  if (protocol !== 'http' && protocol !== 'udp') return bad(`unsupported protocol. ${text('protocol')}`);
  const host = text('host');
  const port = Number(text('port'));
  const address = await addressOf(process, host);
  if (address === undefined) return bad(`host and/or port param are invalid. lookup ${host}: no such host`);
  const responses: string[] = [];
  const errors: string[] = [];
  let last = '';
  for (let left = tries; left > 0; left--) {
    try {
      last = await (protocol === 'udp' ? askUdp : getText)(process, address, port, wanted);
      responses.push(last);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      last = '';
      errors.push(trouble(error, protocol, `${address}:${port}`, wanted));
    }
  }
  const body = goJson({
    ...(last.length > 0 ? { responses } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  });
  return { status: 200, body };
}

function trouble(error: NetworkError, protocol: string, target: string, wanted: string): string {
  if (protocol === 'udp') return `reading from udp connection failed. err:'${error.message.toLowerCase()}'`;
  return `Get "http://${target}/${wanted}": dial tcp ${target}: connect: ${error.message.toLowerCase()}`;
}

async function askUdp(process: Process, address: string, port: number, wanted: string): Promise<string> {
  const socket = process.network.connectDatagram(address, port);
  const timer = process.clock.after(patienceMs, () => socket.close());
  try {
    socket.send(encode(toBytes(wanted)));
    const reply = await socket.receive();
    if (!reply) throw new NetworkError('ETIMEDOUT');
    return toText(decode(reply));
  } finally {
    timer.cancel();
    socket.close();
  }
}
