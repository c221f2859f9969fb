import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { type Connection, NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { startTls } from '../../network/tls-client';
import type { Process } from '../../runtime/process';
import { resolverFiles } from '../../shell/utilities/network-names';
import { CurlFailure, tlsFailure } from './failure';
import type { CurlOptions } from './options';

export interface Opened {
  socket: ReturnType<typeof streamSocket>;
  /** Milliseconds until the connection stood. */
  connectMs: number;
}

/** Bundles of authorities where Alpine and Debian keep them. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem'];

/** Looks the host up, connects, and shakes hands for https. Rejects with CurlFailure 6, 7, 28, 35, 60, 77. */
export async function openConnection(
  process: Process,
  options: CurlOptions,
  url: URL,
  tell: (text: string) => Promise<void>,
): Promise<Opened> {
  const host = url.hostname;
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const startedAt = process.clock.now();
  const address = await findAddress(process, options, host, port);
  await tell(`Host ${host}:${port} was resolved.\n`);
  await tell(`IPv6: (none)\n`);
  await tell(`IPv4: ${address}\n`);
  await tell(`  Trying ${address}:${port}...\n`);
  const connection = await connectTo(process, options, host, address, port);
  await tell(`Connected to ${host} (${address}) port ${port}\n`);
  const connectMs = process.clock.now() - startedAt;
  if (!secure) return { socket: streamSocket(connection), connectMs };
  const verify = !options.flags.has('insecure');
  const ca = authorities(process, options);
  const handshake = startTls(connection, { host, ca, verify });
  handshake.then(
    (socket) => process.onEnd(() => socket.destroy()),
    () => undefined,
  );
  const socket = await process.until(handshake).catch((error: unknown) => tlsFailure(error, host));
  const { name } = socket.getCipher();
  await tell(`SSL connection using ${socket.getProtocol()} / ${name}\n`);
  const certificate = socket.getPeerCertificate();
  await tell('Server certificate:\n');
  await tell(` subject: CN=${certificate.subject?.CN ?? ''}\n`);
  await tell(` issuer: CN=${certificate.issuer?.CN ?? ''}\n`);
  await tell(
    socket.authorized
      ? ' SSL certificate verify ok.\n'
      : ' SSL certificate verify result: unable to get local issuer certificate (20), continuing anyway.\n',
  );
  return { socket, connectMs };
}

async function findAddress(
  process: Process,
  options: CurlOptions,
  host: string,
  port: number,
): Promise<string> {
  const given = options.resolve.get(`${host}:${port}`) ?? options.resolve.get(`*:${port}`);
  if (given !== undefined) return given;
  try {
    const { addresses } = await process.until(process.network.resolve(host, resolverFiles(process)));
    const [address] = addresses;
    if (address !== undefined) return address;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
  throw new CurlFailure(6, `Could not resolve host: ${host}`);
}

async function connectTo(
  process: Process,
  options: CurlOptions,
  host: string,
  address: string,
  port: number,
): Promise<Connection> {
  const startedAt = process.clock.now();
  const limit = options.connectTimeoutMs ?? options.maxTimeMs;
  try {
    const how = limit === undefined ? {} : { timeoutMs: limit };
    return await process.until(process.network.connect(address, port, how));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const took = Math.round(process.clock.now() - startedAt);
    if (error.code === 'ETIMEDOUT' && limit !== undefined)
      throw new CurlFailure(28, `Connection timed out after ${took} milliseconds`);
    throw new CurlFailure(
      7,
      `Failed to connect to ${host} port ${port} after ${took} ms: Could not connect to server`,
    );
  }
}

function authorities(process: Process, { caFile, flags }: CurlOptions): string | undefined {
  if (flags.has('insecure')) return undefined;
  for (const path of caFile === undefined ? bundles : [caFile]) {
    try {
      return decode(process.files.readFile(path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
  if (caFile !== undefined) throw new CurlFailure(77, `error setting certificate file: ${caFile}`);
  return undefined;
}
