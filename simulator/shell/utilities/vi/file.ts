import { isUtf8 } from 'node:buffer';
import { errorText } from '../../../files/error-text';
import { FileError } from '../../../files/file-system';
import type { Process } from '../../../runtime/process';

/** What was read or written, in the words of the status line. */
export interface FileOutcome {
  message: string;
  lines?: string[];
  /** Whether characters of several bytes are such. */
  utf8?: boolean;
  failed?: boolean;
}

const counted = (path: string, lines: number, size: number) => `'${path}' ${lines}L, ${size}C`;

/** The lines of a file; of one that is not there, a single empty one. */
export function readText(process: Process, path: string): FileOutcome {
  if (!process.files.tryStat(path)) return { message: `'${path}' [New file]`, lines: [''], utf8: true };
  try {
    if (process.files.stat(path).type !== 'file')
      return { message: `'${path}' is not a regular file`, lines: [''], failed: true };
    const data = Buffer.from(process.files.readFile(path));
    const utf8 = isUtf8(data);
    const lines = data.toString(utf8 ? 'utf8' : 'latin1').split('\n');
    if (lines.length > 1 && lines.at(-1) === '') lines.pop();
    return { message: counted(path, lines.length, data.length), lines, utf8 };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { message: `'${path}' ${errorText(error)}`, lines: [''], failed: true };
  }
}

export async function writeText(
  process: Process,
  path: string,
  lines: readonly string[],
  utf8: boolean,
): Promise<FileOutcome> {
  const data = Buffer.from(lines.map((line) => `${line}\n`).join(''), utf8 ? 'utf8' : 'latin1');
  try {
    const fd = process.addFd(await process.open(path, 'w'));
    try {
      await process.write(fd, data);
    } finally {
      process.closeFd(fd);
    }
    return { message: counted(path, lines.length, data.length) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { message: `'${path}' ${errorText(error)}`, failed: true };
  }
}
