const pageSize = 64 * 1024;
const blockSize = 4096;
const zeroPage = new Uint8Array(pageSize);

/** Each page: base64, the number of an earlier page that it repeats, or one of the two below. */
export interface ContentSnapshot {
  size: number;
  pages: (string | number)[];
}

const hole = -1;
const zeros = -2;

/**
 * The bytes of one file in pages of 64 KiB. A page that only ever got zeros costs nothing (but counts as allocated),
 * a page never written is a hole; copies share pages until one side writes, and so do pages that repeat the one before.
 */
export class FileContent {
  size = 0;
  private pages: (Uint8Array | undefined)[] = [];
  private owned: boolean[] = [];
  /** Pages that are no holes. */
  private filled = 0;
  /** Bytes of memory that it holds alone. */
  held = 0;

  static of(data: Uint8Array): FileContent {
    const content = new FileContent();
    content.write(0, data);
    return content;
  }

  /** A copy that shares the pages until either is written to. */
  share(): FileContent {
    const copy = new FileContent();
    copy.size = this.size;
    copy.pages = this.pages.slice();
    copy.filled = this.filled;
    this.owned = [];
    this.held = 0;
    return copy;
  }

  /** Bytes on disk: whole blocks, without holes. */
  get allocated(): number {
    return onDisk(this.size, this.filled);
  }

  /** What `allocated` becomes when `length` bytes are written at `offset`. */
  allocatedAfter(offset: number, length: number): number {
    let { filled } = this;
    const last = Math.floor((offset + length - 1) / pageSize);
    for (let i = Math.floor(offset / pageSize); i <= last; i++) if (!this.pages[i]) filled++;
    return onDisk(Math.max(this.size, offset + length), filled);
  }

  /** What `held` may become when `data` is written at `offset`. */
  heldAfter(offset: number, data: Uint8Array): number {
    if (data.length >= 512 && isZero(data)) return this.held;
    const size = Math.max(this.size, offset + data.length);
    return Math.min(this.held + data.length + 2 * pageSize, Math.ceil(size / pageSize) * pageSize);
  }

  /** A copy of at most `length` bytes from `offset`; empty beyond the end. */
  read(offset: number, length: number): Uint8Array {
    const count = Math.max(0, Math.min(length, this.size - offset));
    const result = new Uint8Array(count);
    let done = 0;
    while (done < count) {
      const position = offset + done;
      const page = this.pages[Math.floor(position / pageSize)];
      const start = position % pageSize;
      const part = Math.min(pageSize - start, count - done);
      if (page && page !== zeroPage)
        result.set(page.subarray(start, Math.min(page.length, start + part)), done);
      done += part;
    }
    return result;
  }

  write(offset: number, data: Uint8Array): void {
    let done = 0;
    while (done < data.length) {
      const position = offset + done;
      const index = Math.floor(position / pageSize);
      const start = position % pageSize;
      const part = Math.min(pageSize - start, data.length - done);
      this.writePage(index, start, data.subarray(done, done + part));
      done += part;
    }
    this.size = Math.max(this.size, offset + data.length);
  }

  truncate(size: number): void {
    if (size < this.size) {
      const pages = Math.ceil(size / pageSize);
      for (let i = pages; i < this.pages.length; i++) {
        if (this.pages[i]) this.filled--;
        this.disown(i);
      }
      this.pages.length = Math.min(this.pages.length, pages);
      this.owned.length = Math.min(this.owned.length, pages);
      const start = size % pageSize;
      const last = this.pages[pages - 1];
      if (start > 0 && last && last.length > start) {
        this.own(pages - 1, last.slice(0, start));
      }
    }
    this.size = size;
  }

  /** JSON-serialisable; what repeats, and zeros, are written once. */
  snapshot(): ContentSnapshot {
    const seen = new Map<Uint8Array, number>();
    const pages = Array.from(this.pages, (page, index): string | number => {
      if (!page) return hole;
      if (page === zeroPage) return zeros;
      const before = seen.get(page);
      if (before !== undefined) return before;
      seen.set(page, index);
      return Buffer.from(page.buffer, page.byteOffset, page.length).toString('base64');
    });
    return { size: this.size, pages };
  }

  static restore({ size, pages }: ContentSnapshot): FileContent {
    const content = new FileContent();
    for (const [index, page] of pages.entries()) {
      if (page === hole) continue;
      content.filled++;
      if (typeof page === 'string') content.own(index, Uint8Array.from(Buffer.from(page, 'base64')));
      else {
        content.pages[index] = page === zeros ? zeroPage : content.pages[page];
        if (page !== zeros) content.disown(page);
      }
    }
    content.size = size;
    return content;
  }

  private writePage(index: number, start: number, part: Uint8Array): void {
    const page = this.pages[index];
    if (page === undefined) this.filled++;
    if ((page === undefined || page === zeroPage) && part.length >= 512 && isZero(part)) {
      this.pages[index] = zeroPage;
      this.owned[index] = false;
      return;
    }
    const written = this.pageToWrite(index, page, start + part.length);
    written.set(part, start);
    if (start + part.length === pageSize) this.shareWithPrevious(index, written);
  }

  /** A page that is full now, and the same as the one before it (`yes > file`), needs no memory of its own. */
  private shareWithPrevious(index: number, page: Uint8Array): void {
    const previous = this.pages[index - 1];
    if (previous?.length !== pageSize || Buffer.compare(previous, page) !== 0) return;
    this.disown(index);
    this.disown(index - 1);
    this.pages[index] = previous;
  }

  private own(index: number, page: Uint8Array): void {
    this.disown(index);
    this.pages[index] = page;
    this.owned[index] = true;
    this.held += page.length;
  }

  private disown(index: number): void {
    if (!this.owned[index]) return;
    this.held -= this.pages[index]?.length ?? 0;
    this.owned[index] = false;
  }

  private pageToWrite(index: number, page: Uint8Array | undefined, end: number): Uint8Array {
    if (page && this.owned[index] && page.length >= end) return page;
    const wanted = Math.max(end, page?.length ?? 0);
    const capacity = page
      ? Math.min(pageSize, Math.max(wanted, page.length < end ? 2 * page.length : wanted))
      : wanted;
    const grown = new Uint8Array(Math.min(pageSize, capacity));
    if (page) grown.set(page);
    this.own(index, grown);
    return grown;
  }
}

function onDisk(size: number, filled: number): number {
  const holes = Math.ceil(size / pageSize) - filled;
  return Math.max(0, Math.ceil(size / blockSize) * blockSize - holes * pageSize);
}

function isZero(data: Uint8Array): boolean {
  return Buffer.compare(data, zeroPage.subarray(0, data.length)) === 0;
}
