'use client';

import type { Ref } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';
import { Terminals, type TerminalsHandle } from '../terminal/terminals';

export type TerminalHandle = Pick<TerminalsHandle, 'runCommand'>;

export function TerminalPane({ view, ref }: { view: SessionView; ref: Ref<TerminalHandle> }) {
  return <Terminals ref={ref as Ref<TerminalsHandle>} view={view} />;
}
