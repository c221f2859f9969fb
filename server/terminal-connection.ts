import type { WebSocket } from 'ws';
import type { LabShell, ShellAttachment } from '../core/shells/lab-shell';
import {
  closeCode,
  outputWindow,
  parseClientMessage,
  type ServerMessage,
} from '../core/shells/terminal-protocol';

const noFrames: Uint8Array[] = [];
/** A browser that answered no ping for this long is gone, though its connection may look alive. */
const heartbeatMs = 15_000;

/** Joins one WebSocket and one shell until either ends. `columns` and `rows` as the browser asked for them. */
export function connectTerminal(ws: WebSocket, shell: LabShell, columns: number, rows: number): void {
  let waiting = noFrames;
  let flushing = false;
  /** Bytes sent that the browser has not said it has drawn. */
  let underWay = 0;
  let pausedByWindow = false;
  let alive = true;

  const tell = (message: ServerMessage) => ws.send(JSON.stringify(message));

  function send(bytes: Uint8Array): void {
    underWay += bytes.length;
    ws.send(bytes, { binary: true });
  }

  // The first bytes go at once, as an echo should; what comes while they go is gathered into one frame.
  function sendLive(bytes: Uint8Array): void {
    if (flushing) {
      waiting.push(bytes);
      return;
    }
    send(bytes);
    flushing = true;
    waiting = [];
    setImmediate(flush);
  }

  function flush(): void {
    if (waiting.length === 0 || ws.readyState !== ws.OPEN) {
      flushing = false;
      return;
    }
    const [only] = waiting;
    send(waiting.length === 1 && only ? only : Buffer.concat(waiting));
    waiting = [];
    setImmediate(flush);
  }

  function sendWaiting(): void {
    if (waiting.length > 0) send(Buffer.concat(waiting));
    waiting = [];
  }

  const attachment: ShellAttachment = shell.attach({
    columns,
    rows,
    output(bytes, kind) {
      if (ws.readyState !== ws.OPEN) return true;
      if (kind === 'screen') {
        tell({ type: 'screen', columns, rows, bytes: bytes.length });
        send(bytes);
      } else sendLive(bytes);
      pausedByWindow = underWay >= outputWindow;
      return !pausedByWindow;
    },
    exited(exitCode, reason) {
      sendWaiting();
      tell({ type: 'exited', exitCode, reason });
      ws.close(closeCode.exited, 'the shell ended');
    },
    replaced() {
      ws.close(closeCode.replaced, 'opened in another window');
    },
    accepted: (bytes) => tell({ type: 'accepted', bytes }),
  });

  function onControl(text: string): void {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) {
      end(parsed.error.closeCode, parsed.error.sentence);
      return;
    }
    const { message } = parsed;
    switch (message.type) {
      case 'resize':
        attachment.resize(message.columns, message.rows);
        return;
      case 'ack':
        onAck(message.bytes);
        return;
      case 'rename':
        shell.rename(message.title);
        return;
      case 'ping':
        tell({ type: 'pong' });
    }
  }

  function onAck(bytes: number): void {
    if (bytes > underWay) {
      end(closeCode.policyViolation, 'More bytes were acknowledged than were sent.');
      return;
    }
    underWay -= bytes;
    if (pausedByWindow && underWay < outputWindow / 2) {
      pausedByWindow = false;
      attachment.resume();
    }
  }

  function end(code: number, sentence: string): void {
    tell({ type: 'error', code: 'terminal-protocol', message: sentence, remedy: 'Reload the page.' });
    ws.close(code, sentence.slice(0, 120));
  }

  ws.on('message', (data, isBinary) => {
    alive = true;
    const bytes = data as Buffer;
    if (!isBinary) onControl(bytes.toString());
    else if (!attachment.input(bytes))
      end(closeCode.policyViolation, 'More input was sent than had been accepted.');
  });
  ws.on('pong', () => {
    alive = true;
  });
  const heartbeat = setInterval(() => {
    if (!alive) ws.terminate();
    alive = false;
    if (ws.readyState === ws.OPEN) ws.ping();
  }, heartbeatMs);
  heartbeat.unref();
  // Says why on 'close'; unheard, it would end the server.
  ws.on('error', () => {});
  ws.on('close', () => {
    clearInterval(heartbeat);
    waiting = noFrames;
    attachment.detach();
  });
}
