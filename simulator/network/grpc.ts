/** A message as gRPC sends it: a flag (not compressed), its length, its bytes (gRPC over HTTP/2, Length-Prefixed-Message). */
export function grpcFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The message of a body that holds one; undefined when it is cut off or compressed. */
export function grpcMessage(body: Buffer): Buffer | undefined {
  if (body.length < 5 || body.readUInt8(0) !== 0) return undefined;
  const end = 5 + body.readUInt32BE(1);
  return body.length < end ? undefined : body.subarray(5, end);
}

/** Codes of google.rpc.Code, by number. */
export const grpcCodes = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

export type GrpcCode = (typeof grpcCodes)[number];

/** grpc.health.v1.HealthCheckRequest: its one field, the name of a service. */
export const healthRequest = {
  encode(service: string): Buffer {
    const name = Buffer.from(service);
    return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  },
  decode(message: Buffer): string {
    if (message.length === 0) return '';
    const { value, next } = readVarint(message, 1);
    return message.subarray(next, next + value).toString();
  },
};

/** grpc.health.v1.HealthCheckResponse.ServingStatus, by number. */
export const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** grpc.health.v1.HealthCheckResponse: its one field, a status. */
export const healthResponse = {
  encode(status: (typeof servingStatuses)[number]): Buffer {
    return Buffer.from([0x08, servingStatuses.indexOf(status)]);
  },
  decode(message: Buffer): string {
    const number = message.length > 1 ? readVarint(message, 1).value : 0;
    return servingStatuses[number] ?? String(number);
  },
};

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function readVarint(bytes: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  let next = start;
  for (let shift = 0; next < bytes.length; shift += 7) {
    const byte = bytes.readUInt8(next++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { value, next };
}
