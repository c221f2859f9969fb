import type { FileOwner } from '../files/file-owner';
import { FileError } from '../files/file-system';
import { FileView } from '../files/file-view';
import type { MountTable } from '../files/mount-table';

/** The file that a container's command names, looked up in its $PATH unless it has a slash (Go's exec.LookPath). Throws FileError ENOENT, EACCES, EISDIR. */
export function findCommand(
  mounts: MountTable,
  owner: FileOwner,
  cwd: string,
  command: string,
  path: string | undefined,
): string {
  const files = new FileView(mounts, { ...owner, cwd });
  if (command.includes('/')) {
    if (files.stat(command).type === 'directory') throw new FileError('EISDIR', command);
    if (!files.access(command, 1)) throw new FileError('EACCES', command);
    return command;
  }
  for (const folder of (path ?? '').split(':')) {
    const candidate = `${folder === '' ? '.' : folder}/${command}`;
    if (files.tryStat(candidate)?.type === 'file' && files.access(candidate, 1)) return candidate;
  }
  throw new FileError('ENOENT', command);
}
