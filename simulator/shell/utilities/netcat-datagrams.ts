import { NetworkError, type SocketAddress } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { networkText } from './network-names';
import type { Options, Utility } from './utility';

/** What nc reads, and hence sends, at once. */
const mostBytes = 8192;
/** A port on which nobody listens: how long that takes to be told stands for a round trip (`udptest`). */
const refusedPort = 31_337;

/** Both ways to a peer, as nc's loop needs them. */
interface Peer {
  send(data: Uint8Array): void;
  /** undefined: the network's side has ended. */
  receive(signal: AbortSignal): Promise<Uint8Array | undefined>;
  close(): void;
}

/** `nc -u HOST PORT` */
export async function connectDatagrams(
  self: Utility,
  options: Options,
  host: string,
  { address, port }: SocketAddress,
): Promise<number> {
  const { process } = self;
  const seconds = Number(options.value('w') ?? 0);
  try {
    const socket = process.network.connectDatagram(address, port, Number(options.value('p') ?? 0));
    if (options.has('z')) {
      // One datagram shows nothing; the second meets what came back for the first.
      socket.send(new Uint8Array(1));
      if (seconds > 0) await process.sleep(seconds * 1000);
      else await roundTrip(process, address);
      socket.send(new Uint8Array(1));
    }
    if (options.has('v')) await process.write(2, `${host} (${address}:${port}) open\n`);
    if (!options.has('z')) return await converse(self, options, socket);
    socket.close();
    return 0;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (!options.has('z') || options.has('v'))
      await self.warn(`${host} (${address}:${port}): ${networkText(error)}`);
    return 1;
  }
}

/** `nc -u -l`: talks to whoever sends first, and to nobody else from then on. */
export async function listenForDatagrams(self: Utility, options: Options): Promise<number> {
  const { process } = self;
  const port = Number(options.value('p') ?? options.operands.at(-1) ?? 0);
  const seconds = Number(options.value('w') ?? 0);
  try {
    const socket = process.network.bindDatagram(port, options.value('s') ?? '0.0.0.0');
    if (options.has('v')) await process.write(2, `listening on [::]:${socket.local.port} ...\n`);
    const patience = new AbortController();
    const timer = seconds > 0 ? process.clock.after(seconds * 1000, () => patience.abort()) : undefined;
    let first: Awaited<ReturnType<typeof socket.receive>>;
    try {
      first = await process.until(socket.receive(patience.signal));
    } catch (error) {
      if (patience.signal.aborted) return self.fail('timeout');
      throw error;
    } finally {
      timer?.cancel();
    }
    if (!first) return 1;
    const { from } = first;
    if (options.has('v'))
      await process.write(
        2,
        `connect to ${process.network.address}:${socket.local.port} from ${from.address}:${from.port} (${from.address}:${from.port})\n`,
      );
    await process.write(1, first.data);
    return await converse(self, options, {
      send: (data) => socket.send(data, from.address, from.port),
      receive: async (signal) => {
        for (;;) {
          const next = await socket.receive(signal);
          if (!next || (next.from.address === from.address && next.from.port === from.port))
            return next?.data;
        }
      },
      close: () => socket.close(),
    });
  } catch (error) {
    if (error instanceof NetworkError) return self.fail(`bind: ${networkText(error)}`);
    throw error;
  }
}

/** Until input and network have both ended, or, with -w, nothing has come for twice that long after the end of input. */
async function converse(self: Utility, options: Options, peer: Peer): Promise<number> {
  const { process } = self;
  const seconds = Number(options.value('w') ?? 0);
  const stop = new AbortController();
  let inputEnded = false;
  let timer: { cancel(): void } | undefined;
  const rest = (): void => {
    timer?.cancel();
    if (inputEnded && seconds > 0) timer = process.clock.after(2 * seconds * 1000, () => stop.abort());
  };
  const sending = sendInput(process, peer).then(() => {
    inputEnded = true;
    rest();
  });
  try {
    for (;;) {
      const data = await process.until(peer.receive(stop.signal));
      if (!data) break;
      rest();
      await process.write(1, data);
    }
  } catch (error) {
    if (!stop.signal.aborted && !(error instanceof NetworkError)) throw error;
    // BusyBox goes on reading its input when a datagram has come back, and sends no more.
    if (error instanceof NetworkError) await process.until(sending);
  } finally {
    timer?.cancel();
    peer.close();
  }
  return 0;
}

async function sendInput(process: Process, peer: Peer): Promise<void> {
  try {
    for (;;) {
      const data = await process.read(0);
      if (data.length === 0) return;
      for (let at = 0; at < data.length; at += mostBytes) peer.send(data.subarray(at, at + mostBytes));
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
}

async function roundTrip(process: Process, address: string): Promise<void> {
  try {
    const connection = await process.until(
      process.network.connect(address, refusedPort, { timeoutMs: 5_000 }),
    );
    connection.close();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
}
