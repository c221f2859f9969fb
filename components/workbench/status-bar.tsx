'use client';

import type { SessionView } from '../../core/sessions/lab-session';
import { Icon } from '../shell/icons';
import type { Connection } from './session-state';

/** Foot of the workbench: the connection, the cluster, and how far the shell is shut in. */
export function StatusBar({ view, connection }: { view: SessionView | null; connection: Connection }) {
  const running = view?.state.kind === 'ready';
  return (
    <footer className="status">
      <span className="status-connection" data-connection={connection.kind} role="status">
        {connection.kind === 'live' && (
          <>
            <i aria-hidden="true" /> {running ? 'Checks are live' : 'Connected'}
          </>
        )}
        {connection.kind === 'connecting' && (
          <>
            <i aria-hidden="true" /> Connecting…
          </>
        )}
        {connection.kind === 'reconnecting' && (
          <>
            <i aria-hidden="true" /> Reconnecting…
          </>
        )}
      </span>
      {running && view.cluster && (
        <span className="status-item">
          <Icon name="cluster" />
          <span>
            {view.cluster.title} {view.cluster.version}
            <span className="max-md:hidden">
              , namespace <code>{view.cluster.namespace}</code>
            </span>
          </span>
        </span>
      )}
      {running && (
        <span className="status-item status-isolation" title={view.isolation.sentence}>
          <Icon name="shield" /> <span>{view.isolation.sentence}</span>
        </span>
      )}
    </footer>
  );
}
