import type { Connection, NetworkNamespace } from '../../network/namespace';
import type { NetworkStream } from '../../runtime/container-runtime';
import type { StreamServer } from './config';
import type { NginxLogs } from './nginx-log';
import { candidates, failedTry } from './upstreams';

export interface StreamContext {
  network: NetworkNamespace;
  logs: NginxLogs;
  now: () => number;
  pid: () => number;
}

/** ngx_stream_proxy_module: carries a connection over to an upstream server, both ways, until both have ended. */
export async function passConnection(
  client: Connection,
  number: number,
  { upstream, connectTimeoutMs }: StreamServer,
  { network, logs, now, pid }: StreamContext,
): Promise<void> {
  const { address } = client.remote;
  const about = `client: ${address}, server: 0.0.0.0:${client.local.port}`;
  for (const server of candidates(upstream, address, now())) {
    try {
      const further = await network.connect(server.address, server.port, { timeoutMs: connectTimeoutMs });
      await Promise.all([carry(client, further), carry(further, client)]);
      return;
    } catch (error) {
      const shown = `upstream: "${server.address}:${server.port}", bytes from/to client:0/0, bytes from/to upstream:0/0`;
      const reason = `connect() failed (111: ${(error as Error).message}) while connecting to upstream`;
      logs.say('error', pid(), `*${number} ${reason}, ${about}, ${shown}`);
      failedTry(upstream, server, now());
    }
  }
  client.close();
}

/** Copies bytes at the pace of the slower side; a reset of one side is one of the other. */
async function carry(from: NetworkStream, to: NetworkStream): Promise<void> {
  try {
    for await (const chunk of from.readable) await to.writable.write(chunk);
    to.writable.end();
  } catch {
    to.destroy();
    from.destroy();
  }
}
