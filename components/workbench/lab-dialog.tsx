'use client';

import { useEffect, useRef } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';

interface Props {
  open: boolean;
  view: SessionView | null;
  onRestart(): void;
  onEnd(): void;
  onClose(): void;
}

/** What this lab runs on, and the two ways out of it. */
export function LabDialog({ open, view, onRestart, onEnd, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  const running = view !== null && view.state.kind !== 'ended';

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="lab-dialog-title" onClose={onClose}>
      <h2 id="lab-dialog-title" className="text-xl">
        This lab
      </h2>
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
    </dialog>
  );
}
