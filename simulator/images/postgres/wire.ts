import { decode } from '../../files/byte-string';
import type { Connection } from '../../network/namespace';

/** Messages of PostgreSQL's protocol, version 3. Texts are UTF-8 on the wire and ordinary text here. */
export interface Message {
  /** One letter; '' for a client's first message. */
  kind: string;
  body: Buffer;
}

const longest = 64 * 1024 * 1024;

/** Takes messages off a connection, and puts them on. */
export class Wire {
  private readonly source: AsyncIterator<Uint8Array>;
  private pending = Buffer.alloc(0);
  private waiting: Buffer[] = [];

  constructor(private readonly connection: Connection) {
    this.source = connection.readable[Symbol.asyncIterator]();
  }

  /** A client's first message, which has no letter; undefined at the end. */
  async startup(): Promise<Message | undefined> {
    if (!(await this.fill(4))) return undefined;
    const length = this.pending.readInt32BE(0);
    if (length < 8 || length > 10_000 || !(await this.fill(length))) return undefined;
    return this.take('', 0, length);
  }

  async next(): Promise<Message | undefined> {
    if (!(await this.fill(5))) return undefined;
    const length = this.pending.readInt32BE(1) + 1;
    if (length < 5 || length > longest || !(await this.fill(length))) return undefined;
    return this.take(decode(this.pending.subarray(0, 1)), 1, length);
  }

  /** Keeps a message until `flush`. */
  send(kind: string, ...parts: (string | Buffer)[]): void {
    const body = Buffer.concat(
      parts.map((each) => (typeof each === 'string' ? Buffer.from(`${each}\0`) : each)),
    );
    const head = Buffer.alloc(kind.length + 4);
    head.write(kind, 'latin1');
    head.writeInt32BE(body.length + 4, kind.length);
    this.waiting.push(head, body);
  }

  /** Bytes that stand outside of messages. */
  raw(bytes: string): void {
    this.waiting.push(Buffer.from(bytes));
  }

  get waitingBytes(): number {
    return this.waiting.reduce((sum, each) => sum + each.length, 0);
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    if (bytes.length > 0) await this.connection.writable.write(bytes);
  }

  private take(kind: string, from: number, length: number): Message {
    const body = this.pending.subarray(from + 4, length);
    this.pending = this.pending.subarray(length);
    return { kind, body };
  }

  private async fill(length: number): Promise<boolean> {
    const parts: Uint8Array[] = [this.pending];
    let bytes = this.pending.length;
    while (bytes < length) {
      const { value, done } = await this.source.next();
      if (done) return false;
      parts.push(value);
      bytes += value.length;
    }
    if (parts.length > 1) this.pending = Buffer.concat(parts);
    return true;
  }
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The texts of a message, each ended by a zero byte. */
export function textsOf(body: Buffer): string[] {
  const texts = body.toString('utf8').split('\0');
  texts.pop();
  return texts;
}

/** The letters and texts of an error or a notice. */
export function fieldsOf(body: Buffer): Map<string, string> {
  return new Map(
    textsOf(body)
      .filter((field) => field !== '')
      .map((field) => [field.charAt(0), field.slice(1)]),
  );
}
