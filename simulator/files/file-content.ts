const pageSize = 64 * 1024;
const blockSize = 4096;
const zeroPage = new Uint8Array(pageSize);

/**
 * The bytes of one file in pages of 64 KiB. A page that only ever got zeros costs nothing (but counts as allocated),
 * a page never written is a hole; copies share pages until one side writes.
 */
export class FileContent {
  size = 0;
  private pages: (Uint8Array | undefined)[] = [];
  private owned: boolean[] = [];

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
    this.owned = [];
    return copy;
  }

  /** Bytes on disk: whole blocks, without holes. */
  get allocated(): number {
    let holes = 0;
    const pages = Math.ceil(this.size / pageSize);
    for (let i = 0; i < pages; i++) if (!this.pages[i]) holes++;
    return Math.max(0, Math.ceil(this.size / blockSize) * blockSize - holes * pageSize);
  }

  /** What `allocated` becomes when `length` bytes are written at `offset`. */
  allocatedAfter(offset: number, length: number): number {
    const size = Math.max(this.size, offset + length);
    let holes = 0;
    const first = Math.floor(offset / pageSize);
    const last = Math.floor((offset + length - 1) / pageSize);
    for (let i = 0; i < Math.ceil(size / pageSize); i++) {
      if (!this.pages[i] && (i < first || i > last)) holes++;
    }
    return Math.max(0, Math.ceil(size / blockSize) * blockSize - holes * pageSize);
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
      this.pages.length = Math.min(this.pages.length, pages);
      this.owned.length = Math.min(this.owned.length, pages);
      const start = size % pageSize;
      const last = this.pages[pages - 1];
      if (start > 0 && last && last.length > start) {
        this.pages[pages - 1] = last.slice(0, start);
        this.owned[pages - 1] = true;
      }
    }
    this.size = size;
  }

  private writePage(index: number, start: number, part: Uint8Array): void {
    const page = this.pages[index];
    if ((page === undefined || page === zeroPage) && part.length >= 512 && isZero(part)) {
      this.pages[index] = zeroPage;
      this.owned[index] = false;
      return;
    }
    this.pageToWrite(index, page, start + part.length).set(part, start);
  }

  private pageToWrite(index: number, page: Uint8Array | undefined, end: number): Uint8Array {
    if (page && this.owned[index] && page.length >= end) return page;
    const wanted = Math.max(end, page?.length ?? 0);
    const capacity = page
      ? Math.min(pageSize, Math.max(wanted, page.length < end ? 2 * page.length : wanted))
      : wanted;
    const grown = new Uint8Array(Math.min(pageSize, capacity));
    if (page) grown.set(page);
    this.pages[index] = grown;
    this.owned[index] = true;
    return grown;
  }
}

function isZero(data: Uint8Array): boolean {
  return Buffer.compare(data, zeroPage.subarray(0, data.length)) === 0;
}
