/** The UTF-8 bytes of a text as a byte string: one character per byte. */
export function toBytes(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}

/** The text whose UTF-8 bytes these are. */
export function toText(bytes: string): string {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) > 127) return Buffer.from(bytes, 'latin1').toString('utf8');
  }
  return bytes;
}

/** A byte string as bytes. */
export function encode(bytes: string): Uint8Array {
  return Buffer.from(bytes, 'latin1');
}

/** Bytes as a byte string. */
export function decode(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}
