'use client';

import { useEffect, useState } from 'react';
import { type ConnectionState, describeConnection } from './connection-state';

interface Props {
  state: ConnectionState | undefined;
  onRetry(): void;
  /** Opens a new terminal in the place of one that has ended. */
  onReplace(): void;
}

/** The line under the terminal: how it is connected, and what can be done about it. */
export function ConnectionStatus({ state, onRetry, onReplace }: Props) {
  const seconds = useSecondsLeft(state);
  if (!state) return null;
  const words = describeConnection(state, seconds);
  return (
    <div className="terminal-status">
      <span className="terminal-status-light" data-state={state.kind} aria-hidden="true" />
      {/* With its count-down for the eye alone; a screen reader hears each state once. */}
      <span aria-hidden="true">{words}</span>
      <span className="sr-only" role="status">
        {state.kind === 'waiting' ? 'Connection lost. Trying again.' : words}
      </span>
      {state.kind === 'waiting' && (
        <button type="button" className="button button-small" onClick={onRetry}>
          Try now
        </button>
      )}
      {(state.kind === 'replaced' || state.kind === 'refused') && (
        <button type="button" className="button button-small" onClick={onRetry}>
          {state.kind === 'replaced' ? 'Use it here' : 'Try again'}
        </button>
      )}
      {state.kind === 'exited' && (
        <button type="button" className="button button-small" onClick={onReplace}>
          New terminal
        </button>
      )}
      <span className="terminal-status-hint">
        <kbd>F6</kbd> leaves the terminal
      </span>
    </div>
  );
}

function useSecondsLeft(state: ConnectionState | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (state?.kind !== 'waiting') return;
    const until = Date.now() + state.retryInMs;
    const tick = () => setLeft(Math.ceil((until - Date.now()) / 1000));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [state]);
  return left;
}
