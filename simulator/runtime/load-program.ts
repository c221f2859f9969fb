import { decode } from '../files/byte-string';
import { FileError } from '../files/file-system';
import type { FileView } from '../files/file-view';
import { FileInode } from '../files/inode';
import { nativeProgramOf } from '../files/volume-tree';
import type { Program, System } from './process';

export interface LoadedProgram {
  program: Program;
  argv: string[];
  /** Absolute path of the binary that runs: the interpreter, for a script. */
  executable: string;
}

/**
 * execve(2): a native program, or a script and its `#!` interpreter (at most four deep). Throws FileError ENOENT,
 * EACCES, ENOEXEC (neither of both; a shell then reads it as its own script), ELOOP, E2BIG.
 */
export function loadProgram(system: System, files: FileView, path: string, argv: string[]): LoadedProgram {
  if (isTooLong(argv)) throw new FileError('E2BIG', path);
  let file = path;
  let args = argv;
  for (let depth = 0; depth < 5; depth++) {
    const stat = files.stat(file);
    if (stat.type !== 'file' || !files.access(file, 1)) throw new FileError('EACCES', file);
    // The kernel reads it whatever the right to read says: a file may be executable and unreadable.
    const inode = files.find(file);
    const head = inode instanceof FileInode ? inode.content.read(0, 256) : new Uint8Array(0);
    const name = nativeProgramOf(head);
    if (name !== undefined) {
      const program = system.program(name);
      if (!program) throw new FileError('ENOEXEC', file);
      return { program, argv: args, executable: files.realpath(file) };
    }
    const text = decode(head);
    if (!text.startsWith('#!')) throw new FileError('ENOEXEC', file);
    // Blanks alone: a carriage return belongs to the name, as those learn who edit scripts on Windows.
    const line = (text.split('\n', 1)[0] as string).slice(2).replace(/^[ \t]+|[ \t]+$/g, '');
    const space = line.search(/[ \t]/);
    const interpreter = space < 0 ? line : line.slice(0, space);
    if (interpreter === '') throw new FileError('ENOEXEC', file);
    const option = space < 0 ? [] : [line.slice(space).replace(/^[ \t]+/, '')];
    args = [interpreter, ...option, file, ...args.slice(1)];
    file = interpreter;
  }
  throw new FileError('ELOOP', path);
}

/** MAX_ARG_STRLEN, and what a stack of 8 MiB leaves for all of them together. */
const longestArgument = 131_072;
const mostArgumentBytes = 2 << 20;

function isTooLong(argv: readonly string[]): boolean {
  let bytes = 0;
  for (const { length } of argv) {
    if (length >= longestArgument) return true;
    // Each has its end, and a pointer to it.
    bytes += length + 9;
  }
  return bytes > mostArgumentBytes;
}

/** execvp(3): the file that a command names, through $PATH unless it has a slash. Throws FileError ENOENT, EACCES. */
export function findInPath(files: FileView, command: string, path = '/usr/sbin:/usr/bin:/sbin:/bin'): string {
  if (command.includes('/')) return command;
  let denied = false;
  for (const folder of path.split(':')) {
    const candidate = `${folder === '' ? '.' : folder}/${command}`;
    if (files.tryStat(candidate)?.type !== 'file') continue;
    if (files.access(candidate, 1)) return candidate;
    denied = true;
  }
  throw new FileError(denied ? 'EACCES' : 'ENOENT', command);
}
