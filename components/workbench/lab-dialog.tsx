'use client';

import type { SessionView } from '../../core/sessions/lab-session';
import { Dialog } from './dialog';

interface Props {
  open: boolean;
  view: SessionView | null;
  onRestart(): void;
  onEnd(): void;
  onClose(): void;
}

/** What this lab runs on, and the two ways out of it. */
export function LabDialog({ open, view, onRestart, onEnd, onClose }: Props) {
  const running = view !== null && view.state.kind !== 'ended';

  return (
    <Dialog open={open} title="This lab" onClose={onClose}>
      {view ? (
        <dl className="facts">
          <div>
            <dt>Cluster</dt>
            <dd>{view.cluster ? `${view.cluster.title}, ${view.cluster.version}` : 'not there yet'}</dd>
          </div>
          {view.cluster && (
            <div>
              <dt>Namespace</dt>
              <dd>
                <code>{view.cluster.namespace}</code>
              </dd>
            </div>
          )}
          <div>
            <dt>Shell</dt>
            <dd>{view.isolation.sentence}</dd>
          </div>
        </dl>
      ) : (
        <p className="mt-2 text-ink-soft">It is not running.</p>
      )}
      <div className="mt-6 flex flex-wrap gap-3">
        <button type="button" className="button" onClick={onRestart} disabled={!running}>
          Restart the lab…
        </button>
        <button type="button" className="button" onClick={onEnd} disabled={!running}>
          End the lab…
        </button>
        <button type="button" className="button button-primary ml-auto" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
