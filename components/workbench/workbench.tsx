'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { SessionValues } from '../lesson/session-values';
import { Icon } from '../shell/icons';
import { summary } from './announce';
import { Completion } from './completion';
import { ConfirmDialog } from './confirm-dialog';
import { LabDialog } from './lab-dialog';
import type { LabSheet, Onward } from './lab-sheet';
import { LiveRegion } from './live-region';
import { type Pane, PaneTabs } from './pane-tabs';
import { ProblemNote } from './problem-note';
import { RightPane } from './right-pane';
import { type SessionModel, savedState } from './session-state';
import { SplitPanes } from './split-panes';
import { StatusBar } from './status-bar';
import { TaskList } from './task-list';
import { loadTerminals } from './terminal-pane';
import { useRunInTerminal } from './use-run-in-terminal';
import { useSession } from './use-session';
import { WorkbenchBar } from './workbench-bar';

interface Props {
  lab: LabSheet;
  /** The lesson this lab belongs to, rendered; its commands run in the terminal beside it. */
  lesson: { title: string; content: ReactNode } | null;
  next: Onward | null;
}

export function Workbench({ lab, lesson, next }: Props) {
  const session = useSession(lab.id);
  const { model } = session;
  const { view, report } = model;
  const [pane, setPane] = useState<Pane>('tasks');
  const [asking, setAsking] = useState<'nothing' | 'lab' | 'restart' | 'end'>('nothing');
  const running = view?.state.kind === 'ready';
  const toStart = wayToStart(model);
  const runInTerminal = useRunInTerminal(lab, running, () => {
    if (matchMedia('(max-width: 47.99rem)').matches) setPane('terminal');
  });

  useEffect(() => {
    void loadTerminals();
    // Where there is room for both, the terminal is no tab: a phone that was turned shows the tasks beside it.
    const narrow = matchMedia('(max-width: 47.99rem)');
    const onTurn = () => {
      if (!narrow.matches) setPane((shown) => (shown === 'terminal' ? 'tasks' : shown));
    };
    narrow.addEventListener('change', onTurn);
    return () => narrow.removeEventListener('change', onTurn);
  }, []);

  const checkAndShow = async () => {
    if (!(await session.check())) return;
    setPane('tasks');
    // After the verdicts are on the page.
    requestAnimationFrame(() =>
      document.querySelector('#pane-tasks .check:not([data-verdict="passed"])')?.scrollIntoView({
        block: 'center',
        behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
      }),
    );
  };

  const restart = () => session.start(view?.cluster?.kind, true);
  const left = (
    <>
      <PaneTabs pane={pane} withLesson={lesson !== null} onChoose={setPane} />
      <div
        className="left-scroll"
        id="pane-tasks"
        role="tabpanel"
        aria-labelledby="tab-tasks"
        hidden={pane === 'lesson'}
      >
        {report?.passed && (
          <Completion report={report} saved={savedState(model) === 'saved'} running={running} next={next} />
        )}
        <div className="intro text-code">{lab.intro}</div>
        <TaskList
          tasks={lab.tasks}
          report={report}
          asked={model.asked}
          hints={view?.hints ?? {}}
          running={running}
          onHint={session.hint}
        />
        {view && <p className="isolation-note">{view.isolation.sentence}</p>}
      </div>
      {lesson && (
        <div
          className="left-scroll"
          id="pane-lesson"
          role="tabpanel"
          aria-labelledby="tab-lesson"
          hidden={pane !== 'lesson'}
        >
          {pane === 'lesson' && (
            <article className="px-5 pb-10" data-workbench="">
              <h2 className="mt-6 text-2xl">{lesson.title}</h2>
              <div className="prose prose-small">{lesson.content}</div>
            </article>
          )}
        </div>
      )}
      <div className="left-foot">
        {model.problem && view?.state.kind === 'ready' && (
          <ProblemNote problem={model.problem} onDismiss={session.dismissProblem} />
        )}
        {report && model.asked && running && !model.checking && (
          <p className="left-summary">{summary(report)}</p>
        )}
        {toStart && (
          // Beside the tasks there is a form for it, which a phone has no room for.
          <button
            type="button"
            className="button button-primary grow md:hidden"
            onClick={() => setPane('terminal')}
          >
            {toStart}
          </button>
        )}
        <button
          type="button"
          className={`button button-primary grow ${toStart ? 'max-md:hidden' : ''}`}
          aria-disabled={!running || model.checking}
          onClick={() => running && !model.checking && checkAndShow()}
        >
          {model.checking ? (
            <>
              <span className="spinner" aria-hidden="true" /> Checking your work…
            </>
          ) : (
            'Check my work'
          )}
        </button>
      </div>
    </>
  );

  return (
    <SessionValues value={view?.values ?? noValues}>
      <div className="workbench">
        <a className="skip-link" href="#terminal">
          Skip to the terminal
        </a>
        <WorkbenchBar
          lab={lab}
          report={report}
          asked={model.asked}
          saved={savedState(model)}
          onLab={() => setAsking('lab')}
        />
        <main className="flex min-h-0 flex-col" id="main">
          {running && model.connection.kind === 'reconnecting' && model.connection.attempt > 2 && (
            <div className="gone-note" role="alert">
              <Icon name="unavailable" />
              <span className="grow">
                The server does not answer. Your work is kept; this goes on by itself.
              </span>
              <button type="button" className="button button-small" onClick={session.tryNow}>
                Try now
              </button>
            </div>
          )}
          <SplitPanes
            shown={pane === 'terminal' ? 'right' : 'left'}
            left={left}
            right={
              <section className="right-pane" id="terminal" aria-label="Terminal" tabIndex={-1}>
                <RightPane session={session} title={lab.title} runRef={runInTerminal} />
              </section>
            }
          />
        </main>
        <StatusBar view={view} connection={model.connection} />
        <LiveRegion report={report} />
        <LabDialog
          open={asking === 'lab'}
          view={view}
          onRestart={() => setAsking('restart')}
          onEnd={() => setAsking('end')}
          onClose={() => setAsking((now) => (now === 'lab' ? 'nothing' : now))}
        />
        <ConfirmDialog
          open={asking === 'restart'}
          title="Restart this lab?"
          confirm="Restart"
          danger
          onConfirm={restart}
          onClose={() => setAsking('nothing')}
        >
          <p>
            You get a fresh cluster and the starter files. What is in the cluster and the working folder now
            is removed.
          </p>
          <p className="mt-2">Saved points stay.</p>
        </ConfirmDialog>
        <ConfirmDialog
          open={asking === 'end'}
          title="End this lab?"
          confirm="End it"
          danger
          onConfirm={session.end}
          onClose={() => setAsking('nothing')}
        >
          <p>The cluster, the working folder and the terminals are removed. Saved points stay.</p>
        </ConfirmDialog>
      </div>
    </SessionValues>
  );
}

const noValues = {};

/** What leads to the form that starts the lab; null while there is none. */
function wayToStart({ phase, view }: SessionModel): string | null {
  if (phase === 'none') return 'Start the lab';
  if (view?.state.kind === 'failed') return 'See what went wrong';
  return view?.state.kind === 'ended' ? 'Start it again' : null;
}
