import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import type { RequestUser } from '../admission/request';
import { ApiError } from '../errors';
import { statusBody } from '../refusals';
import { prefersYaml } from './negotiation';

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

/** What an answer needs; without the request it is never indented. */
type Answered = Pick<Exchange, 'response' | 'warnings'> & Partial<Pick<Exchange, 'request'>>;

/**
 * Sends a body as JSON, or as YAML to those who would rather have that, with the warnings that have come together as headers (RFC
 * 7234, 299).
 */
export function sendJson(exchange: Answered, code: number, body: unknown): void {
  const yaml = prefersYaml(exchange.request?.headers.accept);
  const json = (): string => (isPretty(exchange.request) ? indented(body) : `${JSON.stringify(body)}\n`);
  sendText(exchange, code, yaml ? 'application/yaml' : 'application/json', yaml ? yamlText(body) : json());
}

/** For readers of YAML 1.1 too, to whom `on` is no text; what two fields share is written twice. */
function yamlText(body: unknown): string {
  return stringify(body, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** As Go's MarshalIndent writes it: two spaces, no line feed at the end. */
export function indented(body: unknown): string {
  return JSON.stringify(body, null, 2);
}

/** People who look with curl or a browser get lines (apiserver, negotiation isPrettyPrint). */
export function isPretty(request: IncomingMessage | undefined): boolean {
  const asked = new URLSearchParams(request?.url?.split('?')[1]).get('pretty');
  if (asked) return /^(1|t|T|TRUE|true|True)$/.test(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request?.headers['user-agent'] ?? '');
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
export function sendError(exchange: Answered, error: unknown): void {
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
