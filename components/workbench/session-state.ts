import type { ErrorBody } from '../../core/errors';
import type { LabReport } from '../../core/grading/verdict';
import type { SessionEvent, SessionView } from '../../core/sessions/lab-session';

export type Problem = ErrorBody['error'];

/** Code of the problem that the server did not answer. */
export const serverGone = 'server-gone';

/** How the browser stands with the server. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** Lost, and being tried again; nothing is lost with it. */
  | { kind: 'reconnecting'; attempt: number };

export interface SessionModel {
  /** `asking`: is there an open session? `none`: there is not. */
  phase: 'asking' | 'none' | 'open';
  view: SessionView | null;
  report: LabReport | null;
  /** The learner has asked for a verdict in this session: from then on a failed check is shown as one. */
  asked: boolean;
  /** What the server last said is in its database. */
  saved: { at: string; earned: number; points: number; passed: boolean } | null;
  connection: Connection;
  /** Lines of the start, oldest first. */
  startLines: string[];
  checking: boolean;
  problem: Problem | null;
}

export type SessionAction =
  | { type: 'opened'; view: SessionView }
  | { type: 'no-session' }
  | { type: 'connected' }
  | { type: 'disconnected' }
  | { type: 'event'; event: SessionEvent }
  | { type: 'check-started' }
  | { type: 'checked'; report: LabReport }
  | { type: 'problem'; problem: Problem }
  | { type: 'problem-read' };

export const initialModel: SessionModel = {
  phase: 'asking',
  view: null,
  report: null,
  asked: false,
  saved: null,
  connection: { kind: 'connecting' },
  startLines: [],
  checking: false,
  problem: null,
};

const keptLines = 200;

export function reduceSession(model: SessionModel, action: SessionAction): SessionModel {
  switch (action.type) {
    case 'opened':
      return withView({ ...initialModel, phase: 'open', connection: model.connection }, action.view);
    case 'no-session':
      return { ...initialModel, phase: 'none', connection: { kind: 'live' } };
    case 'connected': {
      // It answers again.
      const problem = model.problem?.code === serverGone ? null : model.problem;
      return { ...model, problem, connection: { kind: 'live' } };
    }
    case 'disconnected': {
      const attempt = model.connection.kind === 'reconnecting' ? model.connection.attempt + 1 : 1;
      return { ...model, connection: { kind: 'reconnecting', attempt } };
    }
    case 'event':
      return withEvent(model, action.event);
    case 'check-started':
      return { ...model, checking: true, problem: null };
    case 'checked':
      return { ...withReport(model, action.report), checking: false };
    case 'problem':
      return { ...model, checking: false, problem: action.problem };
    case 'problem-read':
      return { ...model, problem: null };
  }
}

function withEvent(model: SessionModel, event: SessionEvent): SessionModel {
  switch (event.name) {
    case 'session':
      return withView({ ...model, phase: 'open' }, event.data);
    case 'report':
      return withReport(model, event.data);
    case 'saved':
      return { ...model, saved: event.data };
    case 'error':
      return { ...model, problem: event.data };
  }
}

function withView(model: SessionModel, view: SessionView): SessionModel {
  const { state } = view;
  const last = model.startLines.at(-1);
  const startLines =
    state.kind === 'starting' && state.line !== last
      ? [...model.startLines, state.line].slice(-keptLines)
      : model.startLines;
  return { ...(view.report ? withReport(model, view.report) : model), view, startLines };
}

/** Reports may overtake each other; the newest stays. */
function withReport(model: SessionModel, report: LabReport): SessionModel {
  const asked = model.asked || report.trigger === 'asked';
  return model.report && model.report.at > report.at ? { ...model, asked } : { ...model, report, asked };
}

/** `saved`: what is shown is in the database. `saving`: not yet. `none`: nothing to save, or nothing said so far. */
export function savedState({
  report,
  saved,
}: Pick<SessionModel, 'report' | 'saved'>): 'none' | 'saving' | 'saved' {
  if (!saved) return 'none';
  return report && report.earned !== saved.earned ? 'saving' : 'saved';
}
