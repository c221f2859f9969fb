import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import { startTls } from '../../network/tls-client';
import type { Process } from '../../runtime/process';
import type { Flags } from './flags';
import { klog } from './klog';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const place = 'main.go:61';

/** `agnhost inclusterclient`: asks the API server for /healthz every --poll-interval seconds, with the Pod's own token. */
export async function inClusterClient(process: Process, flags: Flags): Promise<number> {
  await klog(process, 'started', place);
  const host = process.env.get('KUBERNETES_SERVICE_HOST') ?? '';
  const port = Number(process.env.get('KUBERNETES_SERVICE_PORT') ?? 0);
  if (host === '' || port === 0) {
    await klog(
      process,
      'err: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
      place,
    );
    return 1;
  }
  const everyMs = flags.number('poll-interval', 30) * 1_000;
  for (;;) {
    await process.sleep(everyMs);
    await klog(process, 'calling /healthz', place);
    try {
      await poll(process, host, port);
    } catch (error) {
      const known = error instanceof NetworkError || error instanceof FileError || error instanceof Unhealthy;
      if (!known) throw error;
      await klog(process, 'status=failed', place);
      await klog(process, `error checking /healthz: ${error.message}`, place);
    }
  }
}

class Unhealthy extends Error {}

async function poll(process: Process, host: string, port: number): Promise<void> {
  const authorization = `Bearer ${decode(process.files.readFile(`${account}/token`)).trim()}`;
  const ca = decode(process.files.readFile(`${account}/ca.crt`));
  const hash = createHash('sha256').update(`salt|${authorization}`).digest('base64url');
  await klog(process, `authz_header=${hash}`, place);
  const connection = await process.network.connect(host, port, { timeoutMs: 30_000 });
  const socket = await startTls(connection, { host, ca, verify: true }).catch((error: Error) => {
    throw new Unhealthy(error.message);
  });
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = request(
      { createConnection: () => socket, path: '/healthz', headers: { Host: host, authorization } },
      (answered) => {
        answered.resume();
        answered.on('end', () => resolve(answered.statusCode ?? 0));
      },
    );
    outgoing.on('error', (error) => reject(new Unhealthy(error.message)));
    outgoing.end();
  });
  if (status !== 200) throw new Unhealthy(`the server answered with status ${status}`);
}
