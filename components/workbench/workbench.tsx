'use client';

import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { answerAsWorkbench, type RunRequest, runEvent, takeLeftCommand } from '../enhance/terminal-channel';
import { Icon } from '../shell/icons';
import { summary } from './announce';
import { Completion } from './completion';
import { ConfirmDialog } from './confirm-dialog';
import { LabDialog } from './lab-dialog';
import type { LabSheet, Onward } from './lab-sheet';
import { LiveRegion } from './live-region';
import { type Pane, PaneTabs } from './pane-tabs';
import { ProblemNote } from './problem-note';
import { savedState } from './session-state';
import { SplitPanes } from './split-panes';
import { NotRunning, ServerGone, Stage, StartFailed, Starting } from './stage';
import { StatusBar } from './status-bar';
import { TaskList } from './task-list';
import { loadTerminals, type TerminalHandle, TerminalPane } from './terminal-pane';
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
  const runInTerminal = useRunInTerminal(lab, running, () => {
    if (matchMedia('(max-width: 47.99rem)').matches) setPane('terminal');
  });

  useEffect(() => {
    void loadTerminals();
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
        {report?.passed && <Completion report={report} saved={savedState(model) === 'saved'} next={next} />}
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
        <button
          type="button"
          className="button button-primary grow"
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
      <main className="min-h-0" id="main">
        <SplitPanes
          shown={pane === 'terminal' ? 'right' : 'left'}
          left={left}
          right={
            <section className="right-pane" id="terminal" aria-label="Terminal" tabIndex={-1}>
              <Right session={session} title={lab.title} runRef={runInTerminal} />
            </section>
          }
        />
      </main>
      <StatusBar view={view} connection={model.connection} onTryNow={session.tryNow} />
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
          You get a fresh cluster and the starter files. What is in the cluster and the working folder now is
          removed.
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
  );
}

function Right({
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
        <p role="status">Looking for your session…</p>
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
      return (
        <>
          {connection.kind === 'reconnecting' && connection.attempt > 2 && (
            <div className="gone-note" role="alert">
              <Icon name="unavailable" />
              <span className="grow">
                The server does not answer. Your work is kept; this goes on by itself.
              </span>
              <button type="button" className="button button-small" onClick={tryNow}>
                Try now
              </button>
            </div>
          )}
          <TerminalPane key={view.id} ref={runRef} view={view} />
        </>
      );
  }
}

/** Commands come from the lesson pane, from a lesson in another tab, or were left by the page before this one. */
function useRunInTerminal({ id, title }: LabSheet, running: boolean, show: () => void) {
  const terminal = useRef<TerminalHandle | null>(null);
  const waiting = useRef<string[]>([]);
  const showRef = useRef(show);
  showRef.current = show;

  const run = useCallback((command: string): string => {
    showRef.current();
    if (terminal.current) return terminal.current.runCommand(command);
    waiting.current.push(command);
    return 'It runs as soon as the terminal is there.';
  }, []);

  useEffect(() => {
    const left = takeLeftCommand();
    if (left) waiting.current.push(left);
  }, []);

  useEffect(() => {
    const fromLesson = (event: Event) => {
      event.preventDefault();
      const { detail } = event as CustomEvent<RunRequest>;
      detail.said = running ? run(detail.command) : 'Not sent: this lab is not running. Start it first.';
    };
    document.addEventListener(runEvent, fromLesson);
    const stopAnswering = running ? answerAsWorkbench({ id, title }, run) : () => {};
    return () => {
      document.removeEventListener(runEvent, fromLesson);
      stopAnswering();
    };
  }, [running, run, id, title]);

  return useCallback((handle: TerminalHandle | null) => {
    terminal.current = handle;
    if (handle) for (const command of waiting.current.splice(0)) handle.runCommand(command);
  }, []);
}
