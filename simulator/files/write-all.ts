import { FileError } from './file-system';
import type { OpenFile } from './open-file';

/**
 * Writes all of it to a regular file at once. Throws FileError: ENOSPC also when a part fitted, which then stays in the
 * file (write(2) stops short, and the next call fails).
 */
export function writeAll(file: OpenFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0; ) {
    const written = file.write(rest);
    if (written === 0) throw new FileError('ENOSPC', file.path);
    rest = rest.subarray(written);
  }
}
