import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { isIPv4 } from '../../network/name-resolution';
import { type Connection, NetworkError, type SocketAddress } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { startTls } from '../../network/tls-client';
import type { Process } from '../../runtime/process';
import { resolverFiles } from '../../shell/utilities/network-names';
import { CurlFailure, tlsFailure } from './failure';
import type { CurlOptions } from './options';

export interface Opened {
  socket: ReturnType<typeof streamSocket>;
  /** Milliseconds until the name was found, the connection stood, and the handshake of TLS was over. */
  lookupMs: number;
  connectMs: number;
  secureMs: number;
  local: SocketAddress;
  remote: SocketAddress;
}

/** Whom to connect to, and until when (milliseconds of the clock; undefined: as long as it takes). */
export interface Way {
  url: URL;
  /** A proxy's, instead of the URL's own. */
  through: { host: string; port: number } | undefined;
  until: number | undefined;
}

/** Bundles of authorities where Alpine and Debian keep them. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem'];

/** Looks the host up, connects, and shakes hands for https. Rejects with CurlFailure 6, 7, 28, 35, 45, 60, 77. */
export async function openConnection(
  process: Process,
  options: CurlOptions,
  { url, through, until }: Way,
  tell: (text: string) => Promise<void>,
): Promise<Opened> {
  const secure = url.protocol === 'https:';
  const startedAt = process.clock.now();
  const since = () => process.clock.now() - startedAt;
  const own = { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)) };
  const { host, port } = through ?? options.connectTo(own);
  checkInterface(process, options);
  const limits = [
    until,
    options.connectTimeoutMs === undefined ? undefined : startedAt + options.connectTimeoutMs,
  ];
  const deadline = Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY));
  const address = await findAddress(process, options, { host, port }, deadline);
  const lookupMs = since();
  if (!isIPv4(host)) {
    await tell(`Host ${host}:${port} was resolved.\n`);
    await tell(`IPv6: (none)\n`);
    await tell(`IPv4: ${address}\n`);
  }
  await tell(`  Trying ${address}:${port}...\n`);
  const connection = await connectTo(process, host, { address, port }, deadline);
  await tell(`Connected to ${host} (${address}) port ${port}\n`);
  const { local, remote } = connection;
  const connectMs = since();
  const ends = { lookupMs, connectMs, local, remote };
  if (!secure) {
    await tell('using HTTP/1.x\n');
    return { socket: streamSocket(connection), ...ends, secureMs: 0 };
  }
  const verify = !options.flags.has('insecure');
  const ca = authorities(process, options);
  const handshake = startTls(connection, { host: own.host, ca, verify });
  handshake.then(
    (socket) => process.onEnd(() => socket.destroy()),
    () => undefined,
  );
  const socket = await process.until(handshake).catch((error: unknown) => tlsFailure(error, own.host));
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
  await tell('using HTTP/1.x\n');
  return { socket, ...ends, secureMs: since() };
}

/** --interface: a name or an address of this Pod's own. */
function checkInterface(process: Process, { bindTo }: CurlOptions): void {
  if (bindTo === undefined) return;
  const wanted = bindTo.replace(/^(if|host)!/, '');
  if (!process.network.interfaces().some(({ name, address }) => wanted === name || wanted === address))
    throw new CurlFailure(45, `Couldn't bind to '${wanted}'`);
}

async function findAddress(
  process: Process,
  options: CurlOptions,
  { host, port }: { host: string; port: number },
  deadline: number,
): Promise<string> {
  const given = options.resolve.get(`${host}:${port}`) ?? options.resolve.get(`*:${port}`);
  if (given !== undefined) return given;
  const startedAt = process.clock.now();
  const slow = new AbortController();
  const timer = Number.isFinite(deadline)
    ? process.clock.after(Math.max(0, deadline - startedAt), () => slow.abort())
    : undefined;
  try {
    const found = process.network.resolve(host, resolverFiles(process), slow.signal);
    const [address] = (await process.until(found)).addresses;
    if (address !== undefined) return address;
  } catch (error) {
    if (slow.signal.aborted) {
      const took = Math.round(process.clock.now() - startedAt);
      throw new CurlFailure(28, `Resolving timed out after ${took} milliseconds`);
    }
    if (!(error instanceof NetworkError)) throw error;
  } finally {
    timer?.cancel();
  }
  throw new CurlFailure(6, `Could not resolve host: ${host}`);
}

async function connectTo(
  process: Process,
  host: string,
  { address, port }: SocketAddress,
  deadline: number,
): Promise<Connection> {
  const startedAt = process.clock.now();
  const limited = Number.isFinite(deadline);
  try {
    const how = limited ? { timeoutMs: Math.max(0, deadline - startedAt) } : {};
    return await process.until(process.network.connect(address, port, how));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const took = Math.round(process.clock.now() - startedAt);
    if (error.code === 'ETIMEDOUT' && limited)
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
