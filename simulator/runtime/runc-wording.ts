import { FileError } from '../files/file-system';

/** What runc says about a command that it cannot start (Go's exec.LookPath and execve). */
export function executableRefusal(command: string, error: unknown): string {
  const quoted = JSON.stringify(command);
  if (!(error instanceof FileError)) return `exec: ${quoted}: ${String(error)}`;
  if (error.code === 'EAGAIN') return `can't start init: resource temporarily unavailable`;
  if (!command.includes('/'))
    return error.code === 'EACCES'
      ? `exec: ${quoted}: permission denied`
      : `exec: ${quoted}: executable file not found in $PATH`;
  if (error.code === 'ENOENT') return `exec: ${quoted}: stat ${command}: no such file or directory`;
  if (error.code === 'EISDIR') return `exec: ${quoted}: is a directory`;
  return `exec: ${quoted}: permission denied`;
}

/** containerd's frame around a failure to start a container's main process. */
export function startFailure(refusal: string): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${refusal}`;
}

/** containerd's frame around a failure to start an exec; `id` is the exec's own. */
export function execFailure(id: string, refusal: string): string {
  return `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${refusal}`;
}
