import { once } from 'node:events';
import WebSocket from 'ws';
import type { SessionView } from '../core/sessions/lab-session';
import { terminalPath, terminalProtocol } from '../core/shells/terminal-protocol';

/** A learner without a browser: the same requests and frames as the pages make. */
export class Guest {
  private cookie = '';

  constructor(private readonly url: string) {}

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.cookie && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        origin: this.url,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = reply.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0] ?? '';
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: HTTP ${reply.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** From the click to the first prompt that can be typed at. */
  async openLab(lab: string): Promise<{ session: SessionView; terminal: Terminal }> {
    const started = await this.request<SessionView>('POST', '/api/sessions', {
      lab,
      cluster: 'embedded',
      fresh: true,
    });
    const session = await this.untilReady(started.id);
    const shell = session.shells[0];
    if (!shell) throw new Error('the session has no shell');
    const terminal = await Terminal.open(this.url, this.cookie, session.id, shell.id);
    await terminal.until(/[$#] $/);
    return { session, terminal };
  }

  private async untilReady(id: string): Promise<SessionView> {
    const events = await fetch(`${this.url}/api/sessions/${id}/events`, { headers: { cookie: this.cookie } });
    if (!events.body) throw new Error('no events');
    let text = '';
    for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (const [, data] of text.matchAll(/^event: session\r?\ndata: (.*)$/gm)) {
        const view = JSON.parse(data ?? '') as SessionView;
        if (view.state.kind === 'ready') return view;
        if (view.state.kind === 'failed') throw new Error(view.state.error.message);
      }
    }
    throw new Error('the events ended before the lab was ready');
  }
}

/** One terminal over its WebSocket; output as text, without escape sequences. */
export class Terminal {
  private text = '';
  private waiting: (() => void) | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) return;
      this.text = (
        this.text + data.toString('utf8').replace(/\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>])/g, '')
      ).slice(-100_000);
      if (data.length > 0) socket.send(JSON.stringify({ type: 'ack', bytes: data.length }));
      this.waiting?.();
    });
  }

  static async open(url: string, cookie: string, sessionId: string, shellId: string): Promise<Terminal> {
    const socket = new WebSocket(
      url.replace(/^http/, 'ws') + terminalPath(sessionId, shellId),
      terminalProtocol,
      {
        headers: { cookie, origin: url },
      },
    );
    const terminal = new Terminal(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'resize', columns: 100, rows: 30 }));
    return terminal;
  }

  type(text: string): void {
    this.socket.send(Buffer.from(text));
  }

  async until(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    while (!pattern.test(this.text)) {
      if (Date.now() > deadline)
        throw new Error(`no ${pattern} within ${timeoutMs} ms in: ${JSON.stringify(this.text.slice(-500))}`);
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, 100);
        this.waiting = () => {
          clearTimeout(timer);
          resume();
        };
      });
    }
    return this.text;
  }

  close(): void {
    this.socket.close();
  }
}
