import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PodlabError } from '../core/errors';

/** Starts to listen. Resolves with the port. Throws PodlabError `port-in-use`, `port-forbidden`, `host-unknown`. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, host, port)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function explained(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const because = (code: string, message: string, remedy: string) =>
    new PodlabError(code, message, remedy, 500, { cause });
  switch (cause.code) {
    case 'EADDRINUSE':
      return because(
        'port-in-use',
        `Port ${port} of ${host} is in use by another program.`,
        `Stop that, or choose another port: PODLAB_PORT=${port + 1} npm start`,
      );
    case 'EACCES':
      return because(
        'port-forbidden',
        `This user may not listen on port ${port}.`,
        'Set PODLAB_PORT to a number above 1023.',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return because(
        'host-unknown',
        `PODLAB_HOST is "${host}", which is no address of this machine.`,
        'Set it to one, such as 127.0.0.1 or 0.0.0.0.',
      );
    default:
      return cause;
  }
}
