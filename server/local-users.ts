import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { PodlabError } from '../core/errors';

/**
 * Loopback is open to every user of this machine, and a shell that is not shut in is this server's user. Throws PodlabError
 * `foreign-user` (403) when somebody else is at the other end; who it is can be seen on Linux alone.
 */
export function createLocalUserCheck(self = process.getuid?.()): (socket: Socket) => Promise<void> {
  /** Of a connection: one asks many times over it. */
  const known = new WeakMap<Socket, Promise<number | undefined>>();
  return async (socket) => {
    const asked = known.get(socket) ?? userOf(socket);
    known.set(socket, asked);
    const user = await asked;
    // Root can be this server's user whenever it likes.
    if (user === undefined || user === self || user === 0) return;
    throw new PodlabError(
      'foreign-user',
      `Another user of this machine (number ${user}) asks, and terminals here run as user ${self}, without a sandbox.`,
      'Start Podlab as that user, or install bubblewrap: then each lab is shut in.',
      403,
    );
  };
}

/** The user whose socket is at the other end of a connection of this machine; undefined when it cannot be told. */
async function userOf({ remoteAddress, remotePort, localPort }: Socket): Promise<number | undefined> {
  if (!remoteAddress || !remotePort || !localPort) return undefined;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return userIn(tables.join('\n'), remotePort, localPort);
}

/** proc_pid_net(5): `sl local_address rem_address st … uid …`, addresses and ports in hexadecimal. */
export function userIn(table: string, from: number, to: number): number | undefined {
  const established = '01';
  const port = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n')) {
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
    if (state !== established || !local?.endsWith(`:${port(from)}`) || !remote?.endsWith(`:${port(to)}`))
      continue;
    if (isLoopbackAddress(local) && isLoopbackAddress(remote)) return Number(uid);
  }
  return undefined;
}

/** 127.x.y.z, ::1 and ::ffff:127.x.y.z, as the kernel writes them on a little-endian machine. */
const isLoopbackAddress = (address: string) =>
  /^([0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F):/.test(address);
