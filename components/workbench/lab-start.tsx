'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { SessionView } from '../../core/sessions/lab-session';
import { asProblem, handOver, listSessions, startSession } from './session-client';
import type { Problem } from './session-state';
import { StartLab } from './start-lab';
import { loadTerminals } from './terminal-pane';

/** On a lab's page: go on with the session that is open, or start one. */
export function LabStart({ lab }: { lab: string }) {
  const router = useRouter();
  const work = `/labs/${lab}/work`;
  const [open, setOpen] = useState<SessionView | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    router.prefetch(work);
    void loadTerminals();
    let current = true;
    listSessions().then(
      (views) =>
        current &&
        setOpen(
          views.find((view) => view.lab === lab && ['starting', 'ready'].includes(view.state.kind)) ?? null,
        ),
      // Starting will say what is wrong.
      () => {},
    );
    return () => {
      current = false;
    };
  }, [router, work, lab]);

  if (open)
    return (
      <section className="card p-6" aria-label="Your session">
        <h2 className="text-xl">This lab is still running</h2>
        <p className="mt-1.5 text-ink-soft">
          {open.report ? `${open.report.earned} of ${open.report.points} points so far. ` : ''}
          Everything is as you left it.
        </p>
        <a className="button button-primary button-large mt-5" href={work}>
          Go on
        </a>
      </section>
    );

  return (
    <section className="card p-6" aria-label="Start">
      <StartLab
        problem={problem}
        onStart={async (cluster) => {
          setProblem(null);
          try {
            handOver(await startSession({ lab, ...(cluster && { cluster }) }));
          } catch (error) {
            setProblem(asProblem(error));
            return false;
          }
          router.push(work);
          return true;
        }}
      />
    </section>
  );
}
