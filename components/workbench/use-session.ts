'use client';

import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { ClusterKind } from '../../core/clusters/cluster-provider';
import type { SessionEvent, SessionView } from '../../core/sessions/lab-session';
import {
  asProblem,
  checkWork,
  endSession,
  getSession,
  listSessions,
  RequestProblem,
  startSession,
  takeHint,
  takeOver,
} from './session-client';
import { initialModel, reduceSession } from './session-state';

const wireNames = { session: 'session', report: 'report', saved: 'saved', problem: 'error' } as const;

/** Waits between attempts to reach the server again, in ms; the last one repeats. */
const backOff = [500, 1000, 2000, 4000, 8000];

/** The open session of a lab, kept up to date by server-sent events, and what can be done with it. */
export function useSession(lab: string) {
  const [model, dispatch] = useReducer(reduceSession, initialModel);
  const sessionId = model.view?.id ?? null;
  const ended = model.view?.state.kind === 'ended';
  const knock = useRef<() => void>(() => {});

  // Which session is open for this lab? Asked until the server answers.
  useEffect(() => {
    if (model.phase !== 'asking') return;
    const started = takeOver(lab);
    if (started) {
      dispatch({ type: 'opened', view: started });
      return;
    }
    const ask = async () => {
      const open = (await listSessions()).find((view) => view.lab === lab && view.state.kind !== 'ended');
      dispatch(open ? { type: 'opened', view: open } : { type: 'no-session' });
    };
    return untilItWorks(ask, knock, () => dispatch({ type: 'disconnected' }));
  }, [lab, model.phase]);

  // Its events, for as long as it is open.
  useEffect(() => {
    if (!sessionId || ended) return;
    return listen(sessionId, dispatch, knock);
  }, [sessionId, ended]);

  const attempt = useCallback(async (run: () => Promise<void>) => {
    try {
      await run();
      return true;
    } catch (error) {
      dispatch({ type: 'problem', problem: asProblem(error) });
      return false;
    }
  }, []);

  return {
    model,
    /** Also restarts: `fresh` ends the present session first. */
    start: (cluster?: ClusterKind, fresh?: boolean) =>
      attempt(async () => {
        const view = await startSession({ lab, ...(cluster && { cluster }), ...(fresh && { fresh }) });
        dispatch({ type: 'opened', view });
      }),
    check: () =>
      attempt(async () => {
        if (!sessionId) return;
        dispatch({ type: 'check-started' });
        dispatch({ type: 'checked', report: await checkWork(sessionId) });
      }),
    hint: (task: string) =>
      attempt(async () => {
        if (sessionId) dispatch({ type: 'event', event: sessionEvent(await takeHint(sessionId, task)) });
      }),
    end: () =>
      attempt(async () => {
        if (sessionId) await endSession(sessionId);
      }),
    dismissProblem: () => dispatch({ type: 'problem-read' }),
    /** Tries to reach the server now instead of when the pause is over. */
    tryNow: () => knock.current(),
  };
}

function sessionEvent(view: SessionView): SessionEvent {
  return { name: 'session', data: view };
}

type Dispatch = (action: Parameters<typeof reduceSession>[1]) => void;

function listen(sessionId: string, dispatch: Dispatch, knock: { current: () => void }): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let closed = false;

  const connect = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(`/api/sessions/${sessionId}/events`);
    source.onopen = () => {
      attempts = 0;
      dispatch({ type: 'connected' });
    };
    for (const [wire, name] of Object.entries(wireNames))
      source.addEventListener(wire, (message) => {
        const data = JSON.parse((message as MessageEvent<string>).data);
        dispatch({ type: 'event', event: { name, data } as SessionEvent });
      });
    source.onerror = () => {
      source?.close();
      if (closed) return;
      dispatch({ type: 'disconnected' });
      const wait = backOff[Math.min(attempts++, backOff.length - 1)];
      timer = setTimeout(retry, wait);
    };
  };

  // A session that is gone will not come back however often it is asked for; a server that is gone may.
  const retry = async () => {
    clearTimeout(timer);
    try {
      await getSession(sessionId);
    } catch (error) {
      if (error instanceof RequestProblem && (error.status === 404 || error.status === 401)) {
        dispatch({ type: 'no-session' });
        dispatch({ type: 'problem', problem: error.problem });
        return;
      }
    }
    if (!closed) connect();
  };

  knock.current = retry;
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}

/** Runs `run` until it does not throw, with growing pauses. */
function untilItWorks(
  run: () => Promise<void>,
  knock: { current: () => void },
  failed: () => void,
): () => void {
  let stopped = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const once = async () => {
    clearTimeout(timer);
    try {
      await run();
    } catch {
      if (stopped) return;
      failed();
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
