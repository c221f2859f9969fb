'use client';

import { NotRunning, ServerGone, Stage, StartFailed, Starting } from './stage';
import { type TerminalHandle, TerminalPane } from './terminal-pane';
import type { useSession } from './use-session';

/** Beside the tasks: the terminals, or what stands in their place. */
export function RightPane({
  session,
  title,
  runRef,
}: {
  session: ReturnType<typeof useSession>;
  title: string;
  runRef: (handle: TerminalHandle | null) => void;
}) {
  const { model, start, tryNow } = session;
  const { view, phase, problem, connection } = model;
  if (phase === 'asking')
    return connection.kind === 'reconnecting' ? (
      <ServerGone onTryNow={tryNow} />
    ) : (
      <Stage>
        <div>
          <p role="status">Looking for your session…</p>
          <noscript>
            <p className="mt-4">A lab needs JavaScript: allow it for this page, and load it again.</p>
          </noscript>
        </div>
      </Stage>
    );
  if (phase === 'none' || !view)
    return (
      <NotRunning
        title={`“${title}” is not running`}
        text="Start it, and the terminal opens here."
        label="Start the lab"
        problem={problem}
        onStart={start}
      />
    );
  switch (view.state.kind) {
    case 'starting':
      return <Starting state={view.state} lines={model.startLines} />;
    case 'failed':
      return (
        <StartFailed
          error={view.state.error}
          cluster={view.clusterKind}
          problem={problem}
          onStart={start}
          onStartAnew={() => start(view.cluster?.kind, true)}
        />
      );
    case 'ended':
      return (
        <NotRunning
          title="This lab has ended"
          text={`${view.state.reason} Your saved points stay.`}
          label="Start it again"
          problem={problem}
          onStart={(cluster) => start(cluster, true)}
        />
      );
    case 'ready':
      return <TerminalPane key={view.id} ref={runRef} view={view} />;
  }
}
