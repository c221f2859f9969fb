import { request } from 'node:http';
import { NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process } from '../../runtime/process';

const patienceMs = 5_000;

/** GET of a path (without its slash) as agnhost asks its like. Rejects with NetworkError. */
export async function getText(
  process: Process,
  address: string,
  port: number,
  path: string,
): Promise<string> {
  const connection = await process.network.connect(address, port, { timeoutMs: patienceMs });
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        createConnection: () => streamSocket(connection),
        path: `/${path.replace(/ /g, '%20')}`,
        headers: { Host: `${address}:${port}`, 'User-Agent': 'Go-http-client/1.1' },
      },
      (answered) => {
        let text = '';
        answered.setEncoding('utf8');
        answered.on('data', (part: string) => {
          text += part;
        });
        answered.on('end', () => resolve(text));
      },
    );
    outgoing.on('error', () => reject(new NetworkError('ECONNRESET')));
    outgoing.end();
  });
}
