import { FileError } from '../files/file-system';
import type { OpenFile } from '../files/open-file';
import { OpenRegularFile } from '../files/regular-file';
import { Ended, type Process } from './process';

/** write(2) until all of it is written, waiting while the reader is slow; undefined when that needed no waiting. */
export function writeWhole(process: Process, file: OpenFile, bytes: Uint8Array): Promise<void> | undefined {
  const written = writePart(process, file, bytes);
  if (written === bytes.length) return process.checkpoint();
  return writeRest(process, file, bytes.subarray(written));
}

function writePart(process: Process, file: OpenFile, bytes: Uint8Array): number {
  try {
    const written = file.write(bytes);
    // What lies in a tmpfs is memory of the container that wrote it.
    if (file instanceof OpenRegularFile && file.inode.volume.fstype === 'tmpfs') process.checkMemory();
    return written;
  } catch (error) {
    if (error instanceof FileError && error.code === 'EPIPE' && process.action('PIPE') !== 'ignore') {
      process.signal('PIPE');
      if (process.status) throw new Ended();
    }
    throw error;
  }
}

async function writeRest(process: Process, file: OpenFile, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const written = writePart(process, file, rest);
    rest = rest.subarray(written);
    if (rest.length === 0) break;
    if (written === 0) await process.block<void>((done) => file.onReady('write', done));
  }
  await process.checkpoint();
}
