// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { aliveEvent, aliveEveryMs } from './event-wire';
import { listenToSession } from './session-events';
import type { SessionAction } from './session-state';

/** The server's end of an event stream, played by the test. */
class Source extends EventTarget {
  closed = false;
  onopen?: () => void;
  onerror?: () => void;
  constructor(readonly url: string) {
    super();
    sources.push(this);
  }
  tells(name: string, data: unknown = {}): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  close(): void {
    this.closed = true;
  }
}

let sources: Source[];
let actions: SessionAction['type'][];
let answer: () => Promise<Response>;
let stop: () => void;
const knock = { current: () => {} };
const last = () => sources.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  actions = [];
  answer = async () => Response.json({});
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('fetch', () => answer());
  stop = listenToSession('s', ({ type }) => actions.push(type), knock);
  last().onopen?.();
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a session’s events', () => {
  test('lives on signs of life alone', async () => {
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(aliveEveryMs);
      last().tells(aliveEvent);
    }
    expect([actions, sources.length]).toEqual([['connected'], 1]);
  });

  test('notices a connection that died without a word, and makes another', async () => {
    await vi.advanceTimersByTimeAsync(4 * aliveEveryMs);
    expect(sources[0]?.closed).toBe(true);
    expect(sources.length).toBeGreaterThan(1);
    expect(actions.slice(0, 2)).toEqual(['connected', 'disconnected']);
  });

  test('looks at once, when the page is woken, whether it has died meanwhile', async () => {
    // Asleep: the clock goes on, the timers do not.
    vi.setSystemTime(Date.now() + 3 * aliveEveryMs);
    window.dispatchEvent(new Event('online'));
    expect(actions).toEqual(['connected', 'disconnected']);
  });

  test('asks a server that is gone again and again, and is connected when it is back', async () => {
    answer = () => Promise.reject(new TypeError('fetch failed'));
    last().onerror?.();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sources).toHaveLength(1);
    answer = async () => Response.json({});
    knock.current();
    await vi.advanceTimersByTimeAsync(0);
    last().onopen?.();
    expect([sources.length, actions.at(-1)]).toEqual([2, 'connected']);
  });

  test.each([401, 404, 410])('asks no more when the session is answered with %s', async (status) => {
    answer = async () => Response.json({ error: { code: 'c', message: 'm', remedy: 'r' } }, { status });
    last().onerror?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([actions, sources.length]).toEqual([['connected', 'disconnected', 'no-session', 'problem'], 1]);
  });
});
