'use client';

import { type ReactNode, useState } from 'react';
import type { ClusterKind } from '../../core/clusters/cluster-provider';
import type { SessionState } from '../../core/sessions/lab-session';
import { ProblemNote } from './problem-note';
import type { Problem } from './session-state';
import { StartLab } from './start-lab';

/** What stands where the terminals will be, for as long as there are none. */
export function Stage({ children }: { children: ReactNode }) {
  return <div className="stage">{children}</div>;
}

/** A start under way: what is being done, live. */
export function Starting({
  state,
  lines,
}: {
  state: Extract<SessionState, { kind: 'starting' }>;
  lines: readonly string[];
}) {
  return (
    <Stage>
      <div className="stage-card" data-state="starting">
        <h2 className="text-xl">Getting your cluster ready</h2>
        <p className="mt-1 text-ink-soft">Read the task meanwhile.</p>
        {state.total ? (
          <progress className="start-progress" value={state.done ?? 0} max={state.total} aria-label="Start">
            {state.done} of {state.total}
          </progress>
        ) : (
          <progress className="start-progress" aria-label="Start" />
        )}
        <ol className="start-lines" role="log" aria-label="What is being done">
          {numbered(lines)
            .slice(-8)
            .map(({ number, line }) => (
              <li key={number} data-current={number === lines.length ? '' : undefined}>
                {line}
              </li>
            ))}
        </ol>
      </div>
    </Stage>
  );
}

function numbered(lines: readonly string[]) {
  return lines.map((line, at) => ({ number: at + 1, line }));
}

interface AgainProps {
  problem: Problem | null;
  onStart(cluster: ClusterKind | undefined): Promise<boolean>;
}

/** Trying again takes the lab up as it was kept; starting anew is for one that fails whenever it is taken up. */
export function StartFailed({
  error,
  cluster,
  problem,
  onStart,
  onStartAnew,
}: AgainProps & { error: Problem; cluster: ClusterKind; onStartAnew(): Promise<boolean> }) {
  const [starting, setStarting] = useState(false);
  const startAnew = async () => {
    if (starting) return;
    setStarting(true);
    if (!(await onStartAnew())) setStarting(false);
  };
  return (
    <Stage>
      <div className="stage-card" data-state="failed">
        <h2 className="text-xl">
          {error.code === 'cluster-lost' ? 'The lab has lost its cluster' : 'The lab could not be started'}
        </h2>
        <div className="mt-4 mb-6">
          <ProblemNote problem={error} />
        </div>
        <StartLab onStart={onStart} present={cluster} problem={problem} label="Try again" />
        <p className="mt-6 text-sm text-ink-soft">
          If that does not help, start it anew: with an empty cluster and the starter files. Your saved points
          stay.
        </p>
        <button type="button" className="button mt-2" aria-disabled={starting} onClick={startAnew}>
          Start anew
        </button>
      </div>
    </Stage>
  );
}

export function NotRunning({
  title,
  text,
  problem,
  onStart,
  label,
}: AgainProps & { title: string; text: string; label: string }) {
  return (
    <Stage>
      <div className="stage-card" data-state="not-running">
        <h2 className="text-xl">{title}</h2>
        <p className="mt-1 mb-6 text-ink-soft">{text}</p>
        <StartLab onStart={onStart} problem={problem} label={label} />
      </div>
    </Stage>
  );
}

export function ServerGone({ onTryNow }: { onTryNow(): void }) {
  return (
    <Stage>
      <div className="stage-card" data-state="gone">
        <h2 className="text-xl">The server does not answer</h2>
        <p className="mt-2 text-ink-soft">
          It may be restarting. Your work is kept on the server, and this page goes on by itself as soon as it
          is back.
        </p>
        <button type="button" className="button mt-5" onClick={onTryNow}>
          Try now
        </button>
      </div>
    </Stage>
  );
}
