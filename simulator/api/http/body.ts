import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors';

/** etcd's and the API server's limit for an object (MaxRequestBodyBytes is 3 MiB, an object's 1.5 MiB). */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body. Throws 413 RequestEntityTooLarge above 3 MiB, 400 when the client leaves before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = (): ApiError =>
      new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      request.resume();
      reject(tooLarge());
      return;
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        chunks.length = 0;
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new ApiError(400, 'BadRequest', 'unexpected EOF')));
  });
}
