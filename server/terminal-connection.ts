import type { WebSocket } from 'ws';
import type { LabShell, ShellAttachment } from '../core/shells/lab-shell';
import {
  acceptEvery,
  closeCode,
  outputWindow,
  parseClientMessage,
  type ServerMessage,
} from '../core/shells/terminal-protocol';

/** While a program prints on and on, its output goes out so often or in frames so large, whichever comes first. */
const gatherMs = 2;
const gatherBytes = 64 * 1024;
/** A browser that answered no ping for this long is gone, though its connection may look alive. */
const heartbeatMs = 15_000;

/** Joins one WebSocket and one shell until either ends. `columns` and `rows` as the browser asked for them. */
export function connectTerminal(ws: WebSocket, shell: LabShell, columns: number, rows: number): void {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let gathering = false;
  /** Bytes sent that the browser has not said it has drawn. */
  let underWay = 0;
  let pausedByWindow = false;
  /** Bytes of input that have reached the program and of which the browser was not told. */
  let accepted = 0;
  let alive = true;
  /** The browser broke the protocol: nothing that it still sends counts. */
  let refused = false;

  const tell = (message: ServerMessage) => ws.send(JSON.stringify(message));

  function send(bytes: Uint8Array): void {
    underWay += bytes.length;
    ws.send(bytes, { binary: true });
  }

  // The first bytes go at once, as an echo should. What follows on their heels is gathered: a terminal is read 4 KiB at
  // a time, and a frame for each would cost more than all the rest.
  function sendLive(bytes: Uint8Array): void {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (!gathering) {
      gathering = true;
      sendWaiting();
      setImmediate(sendGathered);
    } else if (waitingBytes >= gatherBytes) sendWaiting();
  }

  function sendGathered(): void {
    gathering = waitingBytes > 0 && ws.readyState === ws.OPEN;
    if (!gathering) return;
    sendWaiting();
    setTimeout(sendGathered, gatherMs);
  }

  function sendWaiting(): void {
    const [first] = waiting;
    if (!first) return;
    send(waiting.length === 1 ? first : Buffer.concat(waiting, waitingBytes));
    waiting = [];
    waitingBytes = 0;
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
      pausedByWindow = underWay + waitingBytes >= outputWindow;
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
    accepted(bytes) {
      accepted += bytes;
      if (accepted < acceptEvery) return;
      tell({ type: 'accepted', bytes: accepted });
      accepted = 0;
    },
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
    refused = true;
    tell({ type: 'error', code: 'terminal-protocol', message: sentence, remedy: 'Reload the page.' });
    ws.close(code, sentence.slice(0, 120));
  }

  ws.on('message', (data, isBinary) => {
    alive = true;
    if (refused) return;
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
    waiting = [];
    waitingBytes = 0;
    attachment.detach();
  });
}
