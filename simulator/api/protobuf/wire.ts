import { badRequest } from '../refusals';

/** One field as it stands on the wire: a varint or 64 bits as bigint, 32 bits as number, else bytes. */
export interface WireField {
  number: number;
  value: bigint | number | Uint8Array;
}

/** Splits a message into its fields (protobuf encoding, wire types 0, 1, 2 and 5). Throws ApiError 400 when it is cut off. */
export function readFields(bytes: Uint8Array): WireField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: WireField[] = [];
  let offset = 0;

  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset];
      if (byte === undefined) throw cutOff();
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw badRequest('proto: integer overflow');
  };
  const advance = (length: number): number => {
    const from = offset;
    if (length < 0 || from + length > bytes.length) throw cutOff();
    offset += length;
    return from;
  };

  while (offset < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: view.getBigUint64(advance(8), true) });
        break;
      case 2: {
        const length = Number(varint());
        const from = advance(length);
        fields.push({ number, value: bytes.subarray(from, from + length) });
        break;
      }
      case 5:
        fields.push({ number, value: view.getUint32(advance(4), true) });
        break;
      default:
        throw badRequest(`proto: illegal wireType ${tag & 7}`);
    }
  }
  return fields;
}

function cutOff(): Error {
  return badRequest('unexpected EOF');
}
