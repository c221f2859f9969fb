import type { Keyspace, Value } from './keyspace';

/** What Redis' snapshot file holds; the encodings are the plain ones that every version reads (RDB version 9). */
const types = { string: 0, list: 1, set: 2, hash: 4, zset: 5 } as const;
const opcodes = { resize: 0xfb, expiresMs: 0xfc, expiresS: 0xfd, select: 0xfe, end: 0xff, aux: 0xfa };

/** The file as a byte string. Its checksum is 0, which means: none. */
export function writeSnapshot(databases: readonly Keyspace[], release: string, now: number): string {
  const parts = ['REDIS0009'];
  const aux = { 'redis-ver': release, 'redis-bits': '64', ctime: String(Math.floor(now / 1_000)) };
  for (const [name, value] of Object.entries(aux)) parts.push(byte(opcodes.aux), string(name), string(value));
  for (const [number, db] of databases.entries()) {
    if (db.size === 0) continue;
    const entries = [...db.stored()];
    const timed = entries.filter(([, { expiresAtMs }]) => expiresAtMs !== undefined).length;
    parts.push(
      byte(opcodes.select),
      length(number),
      byte(opcodes.resize),
      length(entries.length),
      length(timed),
    );
    for (const [key, { value, expiresAtMs }] of entries) {
      if (expiresAtMs !== undefined)
        parts.push(byte(opcodes.expiresMs), number64(BigInt(Math.floor(expiresAtMs))));
      parts.push(byte(types[value.type]), string(key), content(value));
    }
  }
  parts.push(byte(opcodes.end), '\0'.repeat(8));
  return parts.join('');
}

/** Fills the databases from a file; the text says what is wrong with it, undefined when nothing is. */
export function readSnapshot(bytes: string, databases: readonly Keyspace[]): string | undefined {
  const reader = new SnapshotReader(bytes);
  try {
    return fill(reader, databases);
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

/** Bytes of the snapshot that a file begins with; 0 when it begins with something else. */
export function snapshotLength(bytes: string): number {
  if (!bytes.startsWith('REDIS')) return 0;
  const reader = new SnapshotReader(bytes);
  fill(reader, []);
  return reader.at + 8;
}

class Unreadable extends Error {}

function fill(reader: SnapshotReader, databases: readonly Keyspace[]): string | undefined {
  if (reader.take(5) !== 'REDIS') return 'Wrong signature trying to load DB from file';
  const version = Number(reader.take(4));
  if (!(version >= 1 && version <= 12)) return `Can't handle RDB format version ${version}`;
  let db = databases[0];
  let expiresAtMs: number | undefined;
  for (;;) {
    const code = reader.byte();
    if (code === opcodes.end) return undefined;
    if (code === opcodes.aux) {
      reader.string();
      reader.string();
    } else if (code === opcodes.resize) {
      reader.length();
      reader.length();
    } else if (code === opcodes.select) db = databases[reader.length()];
    else if (code === opcodes.expiresMs) expiresAtMs = Number(reader.number64());
    else if (code === opcodes.expiresS) expiresAtMs = reader.number32() * 1_000;
    else {
      const key = reader.string();
      const value = reader.value(code);
      if (!value)
        return `The embedded cluster does not read values of type ${code} from a snapshot; use a kind cluster for that.`;
      db?.set(key, value, expiresAtMs);
      expiresAtMs = undefined;
    }
  }
}

const byte = (value: number) => String.fromCharCode(value);

function length(value: number): string {
  if (value < 64) return byte(value);
  if (value < 16_384) return byte(0x40 | (value >> 8)) + byte(value & 255);
  const wide = Buffer.alloc(5);
  wide[0] = 0x80;
  wide.writeUInt32BE(value, 1);
  return wide.toString('latin1');
}

const string = (text: string) => length(text.length) + text;

function number64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('latin1');
}

function content(value: Value): string {
  switch (value.type) {
    case 'string':
      return string(value.text);
    case 'list':
      return length(value.items.length) + value.items.map(string).join('');
    case 'set':
      return length(value.members.size) + [...value.members].map(string).join('');
    case 'hash':
      return length(value.fields.size) + [...value.fields].flat().map(string).join('');
    case 'zset':
      return (
        length(value.scores.size) +
        [...value.scores].map(([member, score]) => string(member) + double(score)).join('')
      );
  }
}

function double(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString('latin1');
}

class SnapshotReader {
  at = 0;

  constructor(private readonly bytes: string) {}

  take(count: number): string {
    if (this.at + count > this.bytes.length) throw new Unreadable('Short read or OOM loading DB');
    this.at += count;
    return this.bytes.slice(this.at - count, this.at);
  }

  byte(): number {
    return this.take(1).charCodeAt(0);
  }

  number32(): number {
    return Buffer.from(this.take(4), 'latin1').readUInt32LE();
  }

  number64(): bigint {
    return Buffer.from(this.take(8), 'latin1').readBigInt64LE();
  }

  length(): number {
    const first = this.byte();
    if (first < 64) return first;
    if (first < 128) return ((first & 63) << 8) | this.byte();
    if (first === 0x80) return Buffer.from(this.take(4), 'latin1').readUInt32BE();
    throw new Unreadable(
      'The embedded cluster does not read compressed or packed snapshots; use a kind cluster for that.',
    );
  }

  string(): string {
    const first = this.bytes.charCodeAt(this.at);
    if (first >= 0xc0 && first <= 0xc2) {
      this.at++;
      const number = Buffer.from(this.take(1 << (first & 3)), 'latin1');
      return String(number.readIntLE(0, number.length));
    }
    return this.take(this.length());
  }

  value(type: number): Value | undefined {
    const many = <T>(read: () => T): T[] => Array.from({ length: this.length() }, read);
    switch (type) {
      case types.string:
        return { type: 'string', text: this.string() };
      case types.list:
        return { type: 'list', items: many(() => this.string()) };
      case types.set:
        return { type: 'set', members: new Set(many(() => this.string())) };
      case types.hash:
        return {
          type: 'hash',
          fields: new Map(many((): [string, string] => [this.string(), this.string()])),
        };
      case types.zset:
        return {
          type: 'zset',
          scores: new Map(
            many((): [string, number] => [this.string(), Buffer.from(this.take(8), 'latin1').readDoubleLE()]),
          ),
        };
      default:
        return undefined;
    }
  }
}
