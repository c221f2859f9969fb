import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { learnerId } from './sandbox-arguments';

/** User numbers that no distribution gives to anybody (systemd's table of them calls 1879048192…2147483647 unused). */
const first = 0x7000_0000;
const count = 0x0800_0000;

/** The host user of a lab's programs where the server is root: the same for a session whenever it is asked. */
export function labUser(sessionId: string): number {
  return first + (createHash('sha256').update(sessionId).digest().readUInt32BE() % count);
}

/**
 * Makes a user namespace (user_namespaces(7)) in which 0 is root of this one and `learnerId` is `user`. Only root may. Resolves
 * with a file descriptor of it, which keeps it. Rejects where root may not either, as in some containers.
 */
export async function makeUserNamespace(user: number): Promise<{ fd: number; close(): void }> {
  const holder = spawn('unshare', ['--user', '--', 'sh', '-c', 'echo made; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  holder.stdin.on('error', () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('error', reject);
      holder.once('close', () => reject(new Error('a user namespace cannot be made')));
    });
    const process = `/proc/${holder.pid}`;
    for (const map of ['uid_map', 'gid_map'])
      writeFileSync(`${process}/${map}`, `0 0 1\n${learnerId} ${user} 1\n`);
    const fd = openSync(`${process}/ns/user`, 'r');
    return { fd, close: () => closeSync(fd) };
  } finally {
    holder.stdin.end();
  }
}

/** Gives a folder and all in it to a lab's user, once: later it is the learner's to change. Follows no links. */
export async function giveFolder(folder: string, user: number): Promise<void> {
  if ((await lstat(folder)).uid === user) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveFolder(path, user);
    else await lchown(path, user, user);
  }
  // Last: until then the work is not done.
  await lchown(folder, user, user);
}
