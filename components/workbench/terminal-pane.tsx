'use client';

import { type Ref, useImperativeHandle } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';

export interface TerminalHandle {
  /** Types a command into the shown terminal and runs it. */
  runCommand(text: string): void;
}

export function TerminalPane({ view, ref }: { view: SessionView; ref: Ref<TerminalHandle> }) {
  useImperativeHandle(ref, () => ({ runCommand: () => {} }), []);
  return (
    <div
      style={{ flex: 1, background: '#101815', color: '#cde', padding: 16, fontFamily: 'var(--font-mono)' }}
    >
      learner@lab:~$ <br />
      {view.id}
    </div>
  );
}
