'use client';

import { lazy, type Ref, Suspense } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';
import type { TerminalsHandle } from '../terminal/terminals';
import { Stage } from './stage';

export type TerminalHandle = TerminalsHandle;

/** The terminal is most of this page's JavaScript. Called early, it is there when the shell is. */
export function loadTerminals() {
  void import('../terminal/create-xterm');
  return import('../terminal/terminals');
}

const Terminals = lazy(async () => ({ default: (await loadTerminals()).Terminals }));

export function TerminalPane({ view, ref }: { view: SessionView; ref: Ref<TerminalHandle> }) {
  return (
    <Suspense
      fallback={
        <Stage>
          <p role="status">Opening the terminal…</p>
        </Stage>
      }
    >
      <Terminals view={view} ref={ref} />
    </Suspense>
  );
}
