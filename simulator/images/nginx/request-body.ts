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

/** A body in chunks, which is passed on with its length; undefined when it is larger than it may be, or breaks off. */
export function wholeBody(message: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    message.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= Math.min(limit, mostHeld)) return void parts.push(part);
      // What still comes is passed over, so that the client hears the answer.
      parts.length = 0;
      resolve(undefined);
    });
    message.on('end', () => resolve(Buffer.concat(parts)));
    message.on('error', () => resolve(undefined));
  });
}
