import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { errorBody, PodlabError } from '../core/errors';
import type { Log } from '../core/log';
import type { LabShell } from '../core/shells/lab-shell';
import {
  closeCode,
  largestInputFrame,
  parseTerminalPath,
  type ServerMessage,
  terminalProtocol,
} from '../core/shells/terminal-protocol';
import type { Guard } from './guard-requests';
import { refuseUpgrade, sendError, sendJson } from './send-error';
import { connectTerminal } from './terminal-connection';

/** Who may use which shell. */
export interface TerminalAccess {
  /**
   * Throws PodlabError: `not-signed-in` (401), `session-not-found` or `terminal-not-found` (404), `session-not-ready`
   * (409), `session-ended` (410).
   */
  shellOrThrow(cookie: string | null, sessionId: string, shellId: string): Promise<LabShell>;
}

export interface TerminalGateway {
  /** Takes the upgrade when its path is a terminal's; everything is checked before. The caller hears the socket's errors. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Answers a plain GET of a terminal's path: 200, or why an upgrade would be refused, which browsers do not tell. */
  explain(request: IncomingMessage, response: ServerResponse): boolean;
  /** Tells every browser that the server stops. */
  close(): void;
}

const otherProtocol = new PodlabError(
  'terminal-protocol',
  `This path speaks the WebSocket subprotocol ${terminalProtocol}.`,
  'Reload the page.',
  400,
);

export function createTerminalGateway(options: {
  access: TerminalAccess;
  guard: Guard;
  log: Log;
}): TerminalGateway {
  const { access, guard, log } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestInputFrame,
    perMessageDeflate: false,
    handleProtocols: () => terminalProtocol,
  });
  let closed = false;

  async function find(
    request: IncomingMessage,
    ids: { sessionId: string; shellId: string },
  ): Promise<LabShell> {
    if (closed) throw new PodlabError('shutting-down', 'Podlab is being stopped.', 'Start it again.', 503);
    return access.shellOrThrow(request.headers.cookie ?? null, ids.sessionId, ids.shellId);
  }

  async function checkThenUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    ids: { sessionId: string; shellId: string },
  ): Promise<void> {
    guard.checkHost(request.headers);
    guard.checkUpgrade(request.headers);
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (!offered?.includes(terminalProtocol)) throw otherProtocol;
    const shell = await find(request, ids);
    // The browser may have gone while that was looked up.
    if (socket.destroyed) return;
    const { query } = targetOf(request);
    webSockets.handleUpgrade(request, socket, head, (ws) =>
      connectTerminal(ws, shell, sizeOf(query.get('columns'), 80), sizeOf(query.get('rows'), 24)),
    );
  }

  return {
    upgrade(request, socket, head) {
      const ids = parseTerminalPath(targetOf(request).path);
      if (!ids) return false;
      checkThenUpgrade(request, socket, head, ids).catch((error) => {
        log.info('terminal-refused', { ...ids, error: errorBody(error).error.code });
        refuseUpgrade(socket, error);
      });
      return true;
    },
    explain(request, response) {
      const ids = parseTerminalPath(targetOf(request).path);
      if (!ids) return false;
      find(request, ids).then(
        ({ id, title }) => sendJson(response, 200, { id, title }),
        (error) => sendError(response, error),
      );
      return true;
    },
    close() {
      closed = true;
      const message: ServerMessage = {
        type: 'error',
        code: 'shutting-down',
        message: 'Podlab is being stopped.',
        remedy: 'This terminal comes back when Podlab is started again.',
      };
      for (const ws of webSockets.clients) {
        ws.send(JSON.stringify(message));
        ws.close(closeCode.goingAway, 'the server stops');
      }
    },
  };
}

/** As it was sent: not every path that HTTP lets through is part of a URL (`//`). */
function targetOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path = '/', query = ''] = url.split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

function sizeOf(text: string | null, otherwise: number): number {
  const size = Number(text);
  return Number.isSafeInteger(size) && size >= 1 && size <= 1000 ? size : otherwise;
}
