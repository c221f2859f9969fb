import { request as httpsRequest } from 'node:https';
import type { Simulator } from '../simulator';
import type { Reply, RequestOptions } from './session';

/** Sends one request to a cluster's API server and reads the whole reply. */
export function send(
  simulator: Simulator,
  user: string,
  method: string,
  path: string,
  { body, contentType, accept, headers, token = simulator.token(user) }: RequestOptions,
): Promise<Reply> {
  const bytes =
    body === undefined
      ? undefined
      : typeof body === 'string' || Buffer.isBuffer(body)
        ? body
        : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      new URL(path, simulator.url),
      {
        method,
        ca: simulator.caCertificate,
        agent: false,
        headers: {
          accept: accept ?? 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(bytes === undefined
            ? {}
            : {
                'content-type': contentType ?? 'application/json',
                'content-length': Buffer.byteLength(bytes),
              }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}
