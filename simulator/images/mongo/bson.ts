/** Values that a document may hold here. */
export type BsonValue = string | number | boolean | null | Date | BsonValue[] | { [name: string]: BsonValue };
export type Document = { [name: string]: BsonValue };

/** BSON: whole numbers as int32, others as doubles. */
export function encodeDocument(document: Document | BsonValue[]): Buffer {
  const parts = Object.entries(document).map(([name, value]) => element(name, value));
  const body = Buffer.concat([...parts, Buffer.from([0])]);
  const head = Buffer.alloc(4);
  head.writeInt32LE(body.length + 4);
  return Buffer.concat([head, body]);
}

function element(name: string, value: BsonValue): Buffer {
  const [type, content] = typed(value);
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), content]);
}

function typed(value: BsonValue): [type: number, content: Buffer] {
  if (value === null) return [0x0a, Buffer.alloc(0)];
  if (typeof value === 'boolean') return [0x08, Buffer.from([value ? 1 : 0])];
  if (value instanceof Date) {
    const time = Buffer.alloc(8);
    time.writeBigInt64LE(BigInt(value.getTime()));
    return [0x09, time];
  }
  if (typeof value === 'string') {
    const text = Buffer.from(`${value}\0`);
    const length = Buffer.alloc(4);
    length.writeInt32LE(text.length);
    return [0x02, Buffer.concat([length, text])];
  }
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 31;
    const bytes = Buffer.alloc(whole ? 4 : 8);
    if (whole) bytes.writeInt32LE(value);
    else bytes.writeDoubleLE(value);
    return [whole ? 0x10 : 0x01, bytes];
  }
  return [Array.isArray(value) ? 0x04 : 0x03, encodeDocument(value)];
}

/** The name of the first element of a document, which is what a command is called by; undefined when it is none. */
export function commandOf(document: Buffer): string | undefined {
  if (document.length < 6) return undefined;
  const end = document.indexOf(0, 5);
  return end < 0 ? undefined : document.toString('utf8', 5, end);
}
