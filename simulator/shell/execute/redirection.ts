import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import type { Process } from '../../runtime/process';
import type { Redirect } from '../syntax/ast';
import type { ShellState } from './shell-state';

/** A redirection that failed; `message` is ash's. */
export class RedirectionFault extends Error {
  override readonly name = 'RedirectionFault';
}

export interface ReadyRedirect {
  redirect: Redirect;
  target: string;
}

/** What a descriptor pointed to before; undefined: it was closed. */
export type SavedFds = Map<number, OpenFile | undefined>;

/**
 * Applies redirections in order. `saved` collects what they replaced (each with the reference it had) for `restoreFds`.
 * Throws RedirectionFault; a fifo makes it wait.
 */
export async function applyRedirects(
  process: Process,
  redirects: ReadyRedirect[],
  saved: SavedFds,
  noclobber: boolean,
  /** Opens what is a path for this shell alone. */
  special: (target: string) => Promise<OpenFile> | undefined = () => undefined,
): Promise<void> {
  for (const { redirect, target } of redirects) {
    const { operator, fd } = redirect;
    if (operator === '<&' || operator === '>&') {
      if (target === '-') {
        replace(process, fd, undefined, saved);
        continue;
      }
      if (/^\d+$/.test(target)) {
        const file = process.fds.get(Number(target));
        if (!file) throw new RedirectionFault(`${target}: Bad file descriptor`);
        file.retain();
        replace(process, fd, file, saved);
        continue;
      }
      if (operator === '<&') throw new RedirectionFault(`syntax error: bad fd number`);
    }
    if (operator === '<<' || operator === '<<-' || operator === '<<<') {
      replace(
        process,
        fd,
        new HereDocument(Buffer.from(operator === '<<<' ? `${target}\n` : target, 'latin1')),
        saved,
      );
      continue;
    }
    const file = await (special(target) ?? openTarget(process, operator, target, noclobber));
    replace(process, fd, file, saved);
    if (operator === '&>' || operator === '&>>' || (operator === '>&' && !/^\d+$/.test(target))) {
      file.retain();
      replace(process, 2, file, saved);
    }
  }
}

/**
 * bash: `{name}>file` finds a descriptor from ten on and keeps it in the variable; `{name}>&-` closes the one that is there. `before`:
 * redirections of the same command, whose descriptors are not open yet.
 */
export function named(
  state: ShellState,
  ready: ReadyRedirect,
  before: readonly ReadyRedirect[],
): ReadyRedirect {
  const { redirect, target } = ready;
  const { variable } = redirect;
  if (variable === undefined) return ready;
  if (target === '-') return { redirect: { ...redirect, fd: Number(state.get(variable) ?? -1) }, target };
  let fd = 10;
  while (state.process.fds.has(fd) || before.some((other) => other.redirect.fd === fd)) fd++;
  state.set(variable, String(fd));
  return { redirect: { ...redirect, fd }, target };
}

/** Puts the descriptors back. */
export function restoreFds(process: Process, saved: SavedFds): void {
  for (const [fd, file] of saved) {
    if (process.status) file?.release();
    else if (file) process.addFd(file, fd);
    else process.closeFd(fd);
  }
}

/** The replaced descriptions are not needed any more (`exec` with redirections). */
export function forgetSaved(saved: SavedFds): void {
  for (const file of saved.values()) file?.release();
}

function replace(process: Process, fd: number, file: OpenFile | undefined, saved: SavedFds): void {
  const before = process.fds.get(fd);
  if (!saved.has(fd)) {
    saved.set(fd, before);
    before?.retain();
  }
  if (file) process.addFd(file, fd);
  else process.closeFd(fd);
}

async function openTarget(
  process: Process,
  operator: Redirect['operator'],
  target: string,
  noclobber: boolean,
): Promise<OpenFile> {
  try {
    switch (operator) {
      case '<':
        return await process.open(target, 'r');
      case '>>':
      case '&>>':
        return await process.open(target, 'a');
      case '<>':
        return process.files.open(target, process.files.exists(target) ? 'r+' : 'w+n');
      case '>':
        if (noclobber && process.files.tryStat(target)?.type === 'file')
          throw new FileError('EEXIST', target);
        return await process.open(target, 'w');
      default:
        return await process.open(target, 'w');
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const missing = error.code === 'ENOENT';
    if (operator === '<')
      throw new RedirectionFault(`can't open ${target}: ${missing ? 'no such file' : errorText(error)}`);
    throw new RedirectionFault(
      `can't create ${target}: ${missing ? 'nonexistent directory' : errorText(error)}`,
    );
  }
}

/** The text of a here-document, to be read once. */
class HereDocument implements OpenFile {
  readonly kind = 'pipe';
  readonly readable = true;
  readonly writable = false;
  readonly path = 'pipe:[1]';
  private offset = 0;

  constructor(private readonly data: Uint8Array) {}

  read(max: number): Uint8Array {
    const part = this.data.slice(this.offset, this.offset + max);
    this.offset += part.length;
    return part;
  }

  write(): number {
    throw new FileError('EBADF', this.path);
  }

  onReady(): () => void {
    return () => undefined;
  }

  seek(): number {
    throw new FileError('ESPIPE', this.path);
  }

  stat() {
    return { type: 'fifo' as const, mode: 0o600, uid: 0, gid: 0, size: 0, mtimeMs: 0, ino: 1, nlink: 1 };
  }

  truncate(): void {
    throw new FileError('EINVAL', this.path);
  }

  retain(): void {}

  release(): void {}
}
