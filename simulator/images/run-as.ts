import { decode } from '../files/byte-string';
import { FileError } from '../files/file-system';
import type { FileView } from '../files/file-view';
import { findCommand } from '../runtime/command-path';
import type { Process } from '../runtime/process';

/**
 * What an entrypoint does as root before it becomes its command: gives the folders to the user, and goes on as that user
 * (gosu, su-exec, setpriv). What cannot be given away stays as it is.
 */
export function dropToUser(process: Process, user: string, folders: readonly string[]): void {
  const passwd = decode(process.files.readFile('/etc/passwd')).split('\n');
  const [, , uid, gid, , home] = passwd.find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
  if (uid === undefined || gid === undefined) return;
  for (const folder of folders) giveAway(process.files, folder, Number(uid), Number(gid));
  process.uid = Number(uid);
  process.gid = Number(gid);
  process.groups = [Number(gid)];
  process.env.set('HOME', home ?? '/');
}

function giveAway(files: FileView, path: string, uid: number, gid: number): void {
  try {
    const { type, uid: owner } = files.stat(path, false);
    if (owner !== uid) files.chown(path, uid, gid, false);
    if (type === 'directory')
      for (const name of files.list(path)) giveAway(files, `${path}/${name}`, uid, gid);
  } catch (error) {
    // A read-only volume keeps its owner, and a volume without CAP_CHOWN as well.
    if (!(error instanceof FileError)) throw error;
  }
}

/** The end of an entrypoint: `exec "$@"`. */
export async function execCommand(process: Process, command: string[]): Promise<number> {
  const [program = ''] = command;
  if (program === '') return 0;
  const fail = async (why: string, code: number) => {
    await process.write(2, `/usr/local/bin/docker-entrypoint.sh: exec: ${program}: ${why}\n`);
    return code;
  };
  try {
    const path = findCommand(
      process.system.mounts,
      { ...process, capable: () => process.uid === 0 },
      process.cwd,
      program,
      process.env.get('PATH'),
    );
    return await process.exec(path, command);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.code === 'ENOENT' ? fail('not found', 127) : fail('Permission denied', 126);
  }
}
