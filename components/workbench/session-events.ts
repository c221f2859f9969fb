import type { SessionEvent } from '../../core/sessions/lab-session';
import { aliveEvent, aliveEveryMs, wireNames } from './event-wire';
import { onWake } from './on-wake';
import { getSession, RequestProblem } from './session-client';
import type { SessionAction } from './session-state';

/** Waits between attempts to reach the server again, in ms; the last one repeats. */
const backOff = [500, 1000, 2000, 4000, 8000];

type Dispatch = (action: SessionAction) => void;

/** Its events, for as long as it is open, over as many connections as it takes. Returns the function that ends it. */
export function listenToSession(
  sessionId: string,
  dispatch: Dispatch,
  knock: { current: () => void },
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let closed = false;
  let heardAt = 0;

  const hear = () => {
    heardAt = Date.now();
  };
  const connect = () => {
    clearTimeout(timer);
    source?.close();
    hear();
    source = new EventSource(`/api/sessions/${sessionId}/events`);
    source.onopen = () => {
      attempts = 0;
      hear();
      dispatch({ type: 'connected' });
    };
    source.addEventListener(aliveEvent, hear);
    for (const [name, wire] of Object.entries(wireNames))
      source.addEventListener(wire, (message) => {
        hear();
        const data = JSON.parse((message as MessageEvent<string>).data);
        dispatch({ type: 'event', event: { name, data } as SessionEvent });
      });
    source.onerror = lose;
  };
  const lose = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    if (closed) return;
    dispatch({ type: 'disconnected' });
    const wait = backOff[Math.min(attempts++, backOff.length - 1)];
    timer = setTimeout(retry, wait);
  };
  // A connection that died without a word tells nothing more, and no browser notices.
  const loseIfSilent = () => {
    if (source && Date.now() - heardAt > 2 * aliveEveryMs) lose();
  };

  // A session that is gone will not come back however often it is asked for; a server that is gone may.
  const retry = async () => {
    clearTimeout(timer);
    try {
      await getSession(sessionId);
      if (!closed) connect();
    } catch (error) {
      if (closed) return;
      if (error instanceof RequestProblem && [401, 404, 410].includes(error.status)) {
        dispatch({ type: 'no-session' });
        dispatch({ type: 'problem', problem: error.problem });
      } else lose();
    }
  };

  knock.current = retry;
  connect();
  const watch = setInterval(loseIfSilent, aliveEveryMs / 2);
  const stopWaking = onWake(loseIfSilent);
  return () => {
    closed = true;
    clearTimeout(timer);
    clearInterval(watch);
    stopWaking();
    source?.close();
  };
}

/** Runs `run` until it does not throw, with growing pauses; at once when `knock` is called. Returns the function that ends it. */
export function untilItWorks(
  run: () => Promise<void>,
  failed: (error: unknown) => void,
  knock: { current?: () => void } = {},
): () => void {
  let stopped = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const once = async () => {
    clearTimeout(timer);
    try {
      await run();
    } catch (error) {
      if (stopped) return;
      failed(error);
      timer = setTimeout(once, backOff[Math.min(attempts++, backOff.length - 1)]);
    }
  };
  knock.current = once;
  void once();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
