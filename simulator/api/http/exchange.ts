import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import { statusBody } from '../refusals';

/** One request with what has been found out about it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  user: RequestUser;
  warnings: string[];
}

/** Sends a JSON body, with the warnings that have come together as headers (RFC 7234, 299). */
export function sendJson(
  exchange: Pick<Exchange, 'response' | 'warnings'>,
  code: number,
  body: unknown,
): void {
  sendText(exchange, code, 'application/json', JSON.stringify(body));
}

export function sendText(
  { response, warnings }: Pick<Exchange, 'response' | 'warnings'>,
  code: number,
  contentType: string,
  text: string | Buffer,
): void {
  if (response.headersSent) return;
  addWarnings(response, warnings);
  response.writeHead(code, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

/** Puts the warnings into the head of a response that is yet to be written. */
export function addWarnings(response: ServerResponse, warnings: readonly string[]): void {
  const unique = [...new Set(warnings)];
  if (unique.length === 0) return;
  response.setHeader(
    'warning',
    unique.map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, ' ')}"`),
  );
}

/** Sends an error as a meta/v1 Status; what is no refusal is a fault of ours: 500. */
export function sendError(exchange: Pick<Exchange, 'response' | 'warnings'>, error: unknown): void {
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  const retry = refusal.details.retryAfterSeconds;
  if (retry) exchange.response.setHeader('retry-after', String(retry));
  sendJson(exchange, refusal.code, statusBody(refusal));
}
