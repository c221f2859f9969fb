import {
  acknowledgeEvery,
  type ClientMessage,
  inputWindow,
  largestInputFrame,
  parseServerMessage,
  pingEveryMs,
  terminalPath,
  terminalProtocol,
} from '../../core/shells/terminal-protocol';
import {
  type ConnectionEvent,
  type ConnectionState,
  initialConnection,
  reduceConnection,
} from './connection-state';

/** What draws; xterm.js in a browser. */
export interface Display {
  readonly columns: number;
  readonly rows: number;
  /** Draws bytes, on an empty terminal if `fresh`, and calls back when that is done. */
  draw(bytes: Uint8Array, fresh: boolean, done: () => void): void;
}

export interface LinkOptions {
  sessionId: string;
  shellId: string;
  display: Display;
  onState(state: ConnectionState): void;
  /** Where the server is: `location.origin` in a browser. */
  origin: string;
  openSocket?(url: string, protocol: string): WebSocket;
  fetch?: typeof fetch;
}

const interrupt = '\x03';
const encoder = new TextEncoder();

/** Joins a display and a shell on the server, again and again until it is closed. */
export class TerminalLink {
  private current: ConnectionState = initialConnection;
  private socket: WebSocket | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private screenIsNext = false;
  private unacknowledged = 0;
  private waitingInput: Uint8Array[] = [];
  private inputUnderWay = 0;
  private closed = false;

  constructor(private readonly options: LinkOptions) {
    this.connect();
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Types or pastes. Nothing is kept for later while there is no connection: it would come as a surprise. */
  input(data: string | Uint8Array): void {
    if (this.current.kind !== 'live') return;
    // What is left of a paste would otherwise still be typed after it was interrupted.
    if (data === interrupt) this.waitingInput = [];
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    for (let at = 0; at < bytes.length; at += largestInputFrame)
      this.waitingInput.push(bytes.subarray(at, at + largestInputFrame));
    this.sendInput();
  }

  resize(columns: number, rows: number): void {
    this.tell({ type: 'resize', columns, rows });
  }

  rename(title: string): void {
    this.tell({ type: 'rename', title });
  }

  /** Now rather than when the wait is over. */
  retryNow(): void {
    this.on({ type: 'retry' });
  }

  /** The network is back, or the page is looked at again. What another window took, or was refused, waits for a click. */
  wake(): void {
    if (this.current.kind === 'waiting') this.retryNow();
    else if (this.isSilent()) this.lose();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.leaveSocket();
  }

  private connect(): void {
    const { display, sessionId, shellId, origin, openSocket } = this.options;
    const size = `columns=${display.columns}&rows=${display.rows}`;
    const url = `${origin.replace(/^http/, 'ws')}${terminalPath(sessionId, shellId)}?${size}`;
    this.leaveSocket();
    const socket = openSocket?.(url, terminalProtocol) ?? new WebSocket(url, terminalProtocol);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.waitingInput = [];
    this.inputUnderWay = 0;
    this.unacknowledged = 0;
    const ifCurrent =
      <E>(run: (event: E) => void) =>
      (event: E) => {
        if (this.socket === socket) run(event);
      };
    this.startHeartbeat();
    socket.onmessage = ifCurrent((event: MessageEvent) => this.onFrame(event.data));
    socket.onclose = ifCurrent(({ code, reason }: CloseEvent) => {
      clearInterval(this.heartbeat);
      this.on({ type: 'closed', code, reason, jitter: Math.random() });
    });
  }

  private on(event: ConnectionEvent): void {
    const before = this.current;
    this.current = reduceConnection(before, event);
    if (this.closed || this.current === before) return;
    clearTimeout(this.retry);
    if (this.current.kind === 'waiting')
      this.retry = setTimeout(() => this.on({ type: 'retry' }), this.current.retryInMs);
    if (this.current.kind === 'asking') void this.askWhy();
    this.options.onState(this.current);
    if (this.current.kind === 'connecting') this.connect();
  }

  /** The same path by plain HTTP tells why an upgrade was refused. */
  private async askWhy(): Promise<void> {
    const { origin, sessionId, shellId } = this.options;
    const ask = this.options.fetch ?? fetch;
    let status = 0;
    let problem = null;
    try {
      const response = await ask(origin + terminalPath(sessionId, shellId), {
        cache: 'no-store',
        signal: AbortSignal.timeout(pingEveryMs),
      });
      status = response.status;
      problem = response.ok ? null : ((await response.json())?.error ?? null);
    } catch {
      // No answer is an answer: the server is away.
    }
    this.on({ type: 'explained', status, problem, jitter: Math.random() });
  }

  private onFrame(data: string | ArrayBuffer): void {
    this.heardAt = Date.now();
    if (typeof data !== 'string') {
      this.draw(new Uint8Array(data));
      return;
    }
    const parsed = parseServerMessage(data);
    if (!parsed.ok) {
      this.on({ type: 'closed', code: parsed.error.closeCode, reason: parsed.error.sentence, jitter: 0 });
      this.leaveSocket();
      return;
    }
    const { message } = parsed;
    if (message.type === 'screen') this.screenIsNext = true;
    if (message.type === 'accepted') {
      this.inputUnderWay = Math.max(0, this.inputUnderWay - message.bytes);
      this.sendInput();
    }
    if (message.type === 'exited')
      this.on({ type: 'exited', exitCode: message.exitCode, reason: message.reason });
  }

  private draw(bytes: Uint8Array): void {
    const { socket, screenIsNext } = this;
    this.screenIsNext = false;
    if (screenIsNext) this.on({ type: 'live' });
    this.options.display.draw(bytes, screenIsNext, () => {
      if (this.socket !== socket) return;
      this.unacknowledged += bytes.length;
      if (this.unacknowledged < acknowledgeEvery) return;
      this.tell({ type: 'ack', bytes: this.unacknowledged });
      this.unacknowledged = 0;
    });
  }

  private sendInput(): void {
    while (this.socket?.readyState === 1) {
      const next = this.waitingInput[0];
      if (!next || this.inputUnderWay + next.length > inputWindow) return;
      this.waitingInput.shift();
      this.inputUnderWay += next.length;
      this.socket.send(next as Uint8Array<ArrayBuffer>);
    }
  }

  private tell(message: ClientMessage): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  /** A connection that went dead without a word (a sleeping laptop, a lost network) is noticed by its silence. */
  private startHeartbeat(): void {
    this.heardAt = Date.now();
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => {
      // One that is not open by now has lost its way; browsers would wait for minutes.
      if (this.socket?.readyState !== 1 || this.isSilent()) this.lose();
      else this.tell({ type: 'ping' });
    }, pingEveryMs);
  }

  private isSilent(): boolean {
    return this.socket !== undefined && Date.now() - this.heardAt > 2 * pingEveryMs;
  }

  private lose(): void {
    this.leaveSocket();
    this.on({ type: 'closed', code: 1006, reason: 'silence', jitter: Math.random() });
  }

  private leaveSocket(): void {
    clearInterval(this.heartbeat);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}
