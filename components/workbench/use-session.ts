'use client';

import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { ClusterKind } from '../../core/clusters/cluster-provider';
import { onWake } from './on-wake';
import {
  asProblem,
  checkWork,
  endSession,
  listSessions,
  startSession,
  takeHint,
  takeOver,
} from './session-client';
import { listenToSession, untilItWorks } from './session-events';
import { initialModel, reduceSession } from './session-state';

/** The open session of a lab, kept up to date by server-sent events, and what can be done with it. */
export function useSession(lab: string) {
  const [model, dispatch] = useReducer(reduceSession, initialModel);
  const sessionId = model.view?.id ?? null;
  const ended = model.view?.state.kind === 'ended';
  const knock = useRef<() => void>(() => {});
  const lost = model.connection.kind === 'reconnecting';
  useEffect(() => (lost ? onWake(() => knock.current()) : undefined), [lost]);

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
    return untilItWorks(ask, () => dispatch({ type: 'disconnected' }), knock);
  }, [lab, model.phase]);

  // Its events, for as long as it is open.
  useEffect(() => {
    if (!sessionId || ended) return;
    return listenToSession(sessionId, dispatch, knock);
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
    hint: (task: string, index: number) =>
      attempt(async () => {
        if (sessionId)
          dispatch({
            type: 'event',
            event: { name: 'session', data: await takeHint(sessionId, task, index) },
          });
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
