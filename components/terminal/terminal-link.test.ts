import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  acknowledgeEvery,
  inputWindow,
  largestInputFrame,
  pingEveryMs,
  type ServerMessage,
} from '../../core/shells/terminal-protocol';
import type { ConnectionState } from './connection-state';
import { TerminalLink } from './terminal-link';

/** The server's end of a WebSocket, played by the test. */
class Socket {
  readyState = 0;
  binaryType = '';
  sent: (string | Uint8Array)[] = [];
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onclose: ((event: { code: number; reason: string }) => void) | undefined;
  constructor(readonly url: string) {}
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  says(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  prints(bytes: number): void {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer });
  }
  showsScreen(bytes = 10): void {
    this.says({ type: 'screen', columns: 80, rows: 24, bytes });
    this.prints(bytes);
  }
  drops(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }
  get told(): { type: string; bytes?: number }[] {
    return this.sent.filter((data) => typeof data === 'string').map((data) => JSON.parse(data));
  }
  get typed(): number {
    return this.sent.reduce((sum, data) => sum + (typeof data === 'string' ? 0 : data.length), 0);
  }
}

let sockets: Socket[];
let states: ConnectionState['kind'][];
let drawn: { bytes: number; fresh: boolean; done: () => void }[];
let answer: () => Promise<Response>;
let link: TerminalLink;
const last = () => sockets.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  drawn = [];
  answer = async () => new Response('{}');
  link = new TerminalLink({
    sessionId: 's',
    shellId: 't',
    origin: 'https://podlab.example',
    display: {
      columns: 100,
      rows: 30,
      draw: ({ length }, fresh, done) => drawn.push({ bytes: length, fresh, done }),
    },
    onState: ({ kind }) => states.push(kind),
    openSocket(url) {
      sockets.push(new Socket(url));
      return last() as unknown as WebSocket;
    },
    fetch: () => answer(),
  });
});
afterEach(() => {
  link.close();
  vi.useRealTimers();
});

function live(): Socket {
  last().open();
  last().showsScreen();
  drawn.at(-1)?.done();
  return last();
}

describe('a terminal’s link to the server', () => {
  it('asks for the shell by its path, and says how large it is', () => {
    expect(last().url).toBe('wss://podlab.example/ws/sessions/s/terminals/t?columns=100&rows=30');
  });

  it('is live when the screen is there, and draws that on an empty terminal', () => {
    live().prints(5);
    expect(states).toEqual(['live']);
    expect(drawn.map(({ bytes, fresh }) => [bytes, fresh])).toEqual([
      [10, true],
      [5, false],
    ]);
  });

  it('acknowledges what is drawn, not what has come, and not every bit of it', () => {
    const socket = live();
    socket.prints(acknowledgeEvery - 11);
    drawn.at(-1)?.done();
    expect(socket.told).toEqual([]);
    socket.prints(1);
    expect(socket.told).toEqual([]);
    drawn.at(-1)?.done();
    expect(socket.told).toEqual([{ type: 'ack', bytes: acknowledgeEvery }]);
  });

  it('sends no more of a paste than the server takes, in frames that it takes', () => {
    const socket = live();
    link.input('x'.repeat(inputWindow * 2));
    expect(socket.typed).toBe(inputWindow);
    for (const data of socket.sent) expect(data.length).toBeLessThanOrEqual(largestInputFrame);
    socket.says({ type: 'accepted', bytes: largestInputFrame });
    expect(socket.typed).toBe(inputWindow + largestInputFrame);
  });

  it('forgets the rest of a paste at Ctrl-C', () => {
    const socket = live();
    link.input('x'.repeat(inputWindow * 2));
    link.input('\x03');
    socket.says({ type: 'accepted', bytes: inputWindow });
    expect(socket.typed).toBe(inputWindow + 1);
    expect(socket.sent.at(-1)).toEqual(new Uint8Array([3]));
  });

  it('keeps nothing that is typed while there is no connection', async () => {
    live().drops();
    link.input('rm -rf *\r');
    await vi.advanceTimersByTimeAsync(1000);
    live();
    expect(last().typed).toBe(0);
  });

  it('comes back by itself, and at once when asked', async () => {
    live().drops();
    expect(link.state.kind).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets).toHaveLength(2);
    live().drops();
    link.retryNow();
    expect(sockets).toHaveLength(3);
    live();
    expect(states.at(-1)).toBe('live');
  });

  it('counts anew on a new connection: an old drawing acknowledges nothing', async () => {
    const first = live();
    first.prints(acknowledgeEvery);
    const late = drawn.at(-1);
    first.drops();
    link.retryNow();
    const second = live();
    late?.done();
    expect([...first.told, ...second.told]).toEqual([]);
  });

  it('asks why when it is refused, and tells', async () => {
    answer = async () =>
      new Response('{"error":{"code":"session-ended","message":"It has ended.","remedy":"Open the lab."}}', {
        status: 410,
      });
    last().drops();
    await vi.advanceTimersByTimeAsync(0);
    expect(link.state).toMatchObject({ kind: 'refused', problem: { code: 'session-ended' } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
  });

  it('notices a connection that died without a word', async () => {
    const socket = live();
    await vi.advanceTimersByTimeAsync(pingEveryMs);
    expect(socket.told).toEqual([{ type: 'ping' }]);
    await vi.advanceTimersByTimeAsync(2 * pingEveryMs);
    expect(socket.readyState).toBe(3);
    expect(states).toContain('waiting');
  });

  it.each([
    ['the way to the server is lost before the connection is open', () => {}],
    ['it is open and shows no screen', () => last().open()],
  ])('gives up, and tries again, when %s', async (_, soFar) => {
    soFar();
    await vi.advanceTimersByTimeAsync(4 * pingEveryMs);
    expect(sockets.length).toBeGreaterThan(1);
    live();
    expect(states.at(-1)).toBe('live');
  });

  it('looks at once, when woken, whether the connection has died meanwhile', async () => {
    const socket = live();
    link.wake();
    expect(states).toEqual(['live']);
    // Asleep: the clock goes on, the timers do not.
    vi.setSystemTime(Date.now() + 3 * pingEveryMs);
    link.wake();
    expect(socket.readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(1000);
    live();
    expect(states.at(-1)).toBe('live');
  });

  it.each([
    ['that another window took', 4001, 'replaced'],
    ['that was refused', 1008, 'refused'],
  ])('leaves a terminal %s alone when woken', (_, code, kind) => {
    live().drops(code);
    link.wake();
    expect([link.state.kind, sockets.length]).toEqual([kind, 1]);
  });

  it('lives on pongs alone', async () => {
    const socket = live();
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(pingEveryMs);
      socket.says({ type: 'pong' });
    }
    expect(states).toEqual(['live']);
  });

  it('gives up on a server that says what it does not understand', () => {
    const socket = live();
    socket.onmessage?.({ data: '{"type":"teleport"}' });
    expect(link.state).toMatchObject({ kind: 'refused', problem: { code: 'terminal-protocol' } });
    expect(socket.readyState).toBe(3);
  });

  it('is over when it is closed', async () => {
    const socket = live();
    link.close();
    socket.drops();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(states).toEqual(['live']);
  });
});
