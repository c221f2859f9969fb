import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isPodlabError, PodlabError } from '../core/errors';
import type { Log } from '../core/log';
import type { Guard } from './guard-requests';
import { logRequest } from './log-requests';
import { setSecurityHeaders } from './security-headers';
import { refuseUpgrade, sendError, sendJson } from './send-error';
import type { TerminalGateway } from './terminal-gateway';

/** What answers once everything is wired; requests that come before wait for it. */
export interface Answering {
  /** Throws PodlabError when whoever is at the other end may not use this server. */
  admit?: ((socket: Socket) => Promise<void>) | undefined;
  gateway: TerminalGateway;
  pages(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Next's own upgrades, in development. */
  developmentUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  health(): Promise<{ status: number; body: unknown }>;
}

export interface WebServer {
  server: Server;
  /** Stops accepting; requests under way may finish within `graceMs`, streams are cut. */
  close(graceMs: number): Promise<void>;
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);
const writing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The one port: pages, API, terminals. Every request passes the guard first. */
export function createWebServer(options: {
  guard: Guard;
  log: Log;
  development: boolean;
  answering: Promise<Answering>;
}): WebServer {
  const { guard, log, development, answering } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    logRequest(request, response, log);
    guard.checkHost(request.headers);
    const { method = '' } = request;
    if (writing.has(method)) guard.checkWrite(request.headers);
    else if (!reading.has(method)) throw unknownMethod(method);
    setSecurityHeaders(response, request.headers.host ?? '', development);
    const { admit, gateway, health, pages } = await answering;
    await admit?.(request.socket);
    if (request.url === '/healthz') {
      const { status, body } = await health();
      return sendJson(response, status, body);
    }
    if (gateway.explain(request, response)) return;
    await pages(request, response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      sendError(response, error);
      if (response.statusCode >= 500)
        log.error('request-failed', { path: request.url?.split('?')[0], error });
    });
  });
  server.on('upgrade', (request, socket: Duplex, head) => {
    // Node.js listens no more: unheard, a browser that goes before it is answered would end the server.
    socket.on('error', () => socket.destroy());
    answering
      .then(async ({ admit, gateway, developmentUpgrade }) => {
        await admit?.(request.socket);
        if (gateway.upgrade(request, socket, head)) return;
        if (developmentUpgrade && request.url?.startsWith('/_next/'))
          developmentUpgrade(request, socket, head);
        else socket.destroy();
      })
      .catch((error) => {
        if (isPodlabError(error)) return refuseUpgrade(socket, error);
        log.error('upgrade-failed', { path: request.url?.split('?')[0], error });
        socket.destroy();
      });
  });
  server.keepAliveTimeout = 65_000;
  return {
    server,
    close: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function unknownMethod(method: string): PodlabError {
  return new PodlabError(
    'method-unknown',
    `Nothing here answers to ${method}.`,
    'Use GET, HEAD, POST, PUT or DELETE.',
    405,
  );
}
