import type { IncomingMessage } from 'node:http';
import { type Scope, setting } from './config';

/** What is held of a body that comes in chunks, whatever client_max_body_size allows. */
const mostHeld = 32 * 1024 * 1024;

/** client_max_body_size, in bytes. */
export function bodyLimit(scope: Scope): number {
  const match = /^(\d+)([kmg]?)$/i.exec(setting(scope, 'client_max_body_size')?.args[0] ?? '1m');
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match?.[2] ?? '').toLowerCase()] ?? 1;
  return Number(match?.[1] ?? 0) * unit || Number.POSITIVE_INFINITY;
}

/** A body in chunks, which is passed on with its length; undefined when it is larger than it may be. */
export async function wholeBody(message: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message) {
    bytes += (part as Buffer).length;
    if (bytes > Math.min(limit, mostHeld)) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
