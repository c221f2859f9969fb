import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../core/log';

const slowMs = 1000;

/** Logs requests that failed on the server's side or were slow; those that went well would only hide them. */
export function logRequest(request: IncomingMessage, response: ServerResponse, log: Log): void {
  const start = performance.now();
  response.once('close', () => {
    const ms = Math.round(performance.now() - start);
    const { statusCode: status } = response;
    const streams = String(response.getHeader('content-type')).startsWith('text/event-stream');
    const slow = ms >= slowMs && !streams && response.writableFinished;
    if (status >= 500 || slow)
      log.info('request', { method: request.method, path: request.url?.split('?')[0], status, ms });
  });
}
