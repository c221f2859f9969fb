import { gunzipSync, gzipSync } from 'node:zlib';
import { encode } from '../../files/byte-string';
import type { OpenFile } from '../../files/open-file';
import { type Utility, utility } from './utility';

async function zip(self: Utility, unzip: boolean, toOutput: boolean): Promise<void> {
  const options = self.options('cdfktnvq123456789', { stdout: 'c', decompress: 'd', keep: 'k', force: 'f' });
  const tests = options.has('t');
  const expand = unzip || tests || options.has('d');
  const stdout = toOutput || tests || options.has('c');
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    if (expand && path !== '-' && !stdout && !/\.(gz|tgz|Z)$/.test(path)) {
      await self.warn(
        `${path}: ${self.process.files.exists(path) ? 'unknown suffix - ignored' : 'No such file or directory'}`,
      );
      continue;
    }
    const file = await self.open(path, path);
    if (!file) continue;
    const toStream = path === '-' || stdout;
    const parts: Uint8Array[] = [];
    const keep = (part: Uint8Array) =>
      tests ? undefined : toStream ? self.process.write(1, part) : void parts.push(part);
    try {
      if (expand) await keep(expanded(encode(await self.readAll(file))));
      else await compress(self, file, keep);
    } catch (error) {
      if (!(error instanceof ZipError)) throw error;
      await self.warn(error.message);
      continue;
    } finally {
      file.release();
    }
    if (toStream) continue;
    const target = expand ? path.replace(/\.tgz$/, '.tar').replace(/\.(gz|Z)$/, '') : `${path}.gz`;
    if (self.process.files.tryStat(target) && !options.has('f')) {
      await self.warn(`can't open '${target}': File exists`);
      continue;
    }
    const mode = self.process.files.stat(path).mode;
    const fd = self.process.addFd(await self.process.open(target, 'w', mode));
    for (const part of parts) await self.process.write(fd, part);
    self.process.closeFd(fd);
    if (!options.has('k')) self.process.files.unlink(path);
  }
}

/** Bytes that are compressed at once: what comes in a stream has no end that one could wait for. */
const memberBytes = 128 * 1024;
/** Bytes that an archive may unfold to. */
const mostExpanded = 128 * 1024 * 1024;

/** Compresses what comes, in pieces. RFC 1952: a file is a series of members, which gunzip puts together again. */
export class GzipWriter {
  private waiting: Uint8Array[] = [];
  private length = 0;
  private members = 0;

  constructor(private readonly write: (part: Uint8Array) => Promise<void> | undefined) {}

  async add(data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length; start += memberBytes) {
      const piece = data.subarray(start, start + memberBytes);
      this.waiting.push(piece);
      this.length += piece.length;
      if (this.length >= memberBytes) await this.flush();
    }
  }

  async end(): Promise<void> {
    if (this.length > 0 || this.members === 0) await this.flush();
  }

  private async flush(): Promise<void> {
    const member = gzipSync(Buffer.concat(this.waiting));
    this.members++;
    this.waiting = [];
    this.length = 0;
    await this.write(member);
  }
}

async function compress(
  self: Utility,
  file: OpenFile,
  write: (part: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  const writer = new GzipWriter(write);
  for (let data = await self.readSome(file); data.length > 0; data = await self.readSome(file))
    await writer.add(data);
  await writer.end();
}

class ZipError extends Error {}

/** Throws ZipError in gunzip's words. */
function expanded(data: Uint8Array): Uint8Array {
  try {
    return gunzipSync(data, { maxOutputLength: mostExpanded });
  } catch (error) {
    if (error instanceof RangeError) throw new ZipError('out of memory');
    throw new ZipError(data[0] === 0x1f ? 'unexpected end of file' : 'invalid magic');
  }
}

export const gzip = utility('gzip', '[-cfkdt123456789] [FILE]...', (self) => zip(self, false, false));
export const gunzip = utility('gunzip', '[-cfkt] [FILE]...', (self) => zip(self, true, false));
export const zcat = utility('zcat', '[FILE]...', (self) => zip(self, true, true));
