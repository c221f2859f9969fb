import { describe, expect, test } from 'vitest';
import type { LabReport } from '../../core/grading/verdict';
import type { SessionState, SessionView } from '../../core/sessions/lab-session';
import {
  initialModel,
  reduceSession,
  type SessionAction,
  type SessionModel,
  savedState,
  serverGone,
} from './session-state';

const view = (state: SessionState, report: LabReport | null = null): SessionView => ({
  id: 's1',
  lab: 'first-pod',
  labTitle: 'Your first Pod',
  state,
  clusterKind: 'embedded',
  cluster: null,
  isolation: { kind: 'none', sentence: 'Not shut in.' },
  startedAt: '2026-01-01T00:00:00Z',
  report,
  values: {},
  hints: {},
  shells: [],
});

const report = (at: string, earned = 0): LabReport => ({
  lab: 'first-pod',
  at,
  trigger: 'live',
  points: 10,
  earned,
  passed: earned === 10,
  tasks: [],
  tookMs: 1,
});

const saved = (earned: number) => ({ at: 't', earned, points: 10, passed: earned === 10 });

function modelAfter(...actions: SessionAction[]): SessionModel {
  return actions.reduce(reduceSession, initialModel);
}

const session = (state: SessionState, with_: LabReport | null = null): SessionAction => ({
  type: 'event',
  event: { name: 'session', data: view(state, with_) },
});
const reported = (data: LabReport): SessionAction => ({ type: 'event', event: { name: 'report', data } });

describe('the lines of a start', () => {
  test('are kept in order, a repeated one once', () => {
    const model = modelAfter(
      session({ kind: 'starting', line: 'a' }),
      session({ kind: 'starting', line: 'a', done: 1, total: 2 }),
      session({ kind: 'starting', line: 'b' }),
      session({ kind: 'ready' }),
    );
    expect(model.startLines).toEqual(['a', 'b']);
    expect(model.view?.state).toEqual({ kind: 'ready' });
  });

  test('begin anew when the lab is restarted', () => {
    const model = modelAfter(session({ kind: 'starting', line: 'a' }), {
      type: 'opened',
      view: view({ kind: 'starting', line: 'b' }),
    });
    expect(model.startLines).toEqual(['b']);
  });
});

describe('reports', () => {
  test('a newer one replaces an older one', () => {
    expect(
      modelAfter(reported(report('2026-01-01T00:00:01Z', 2)), reported(report('2026-01-01T00:00:02Z', 4)))
        .report?.earned,
    ).toBe(4);
  });

  test('one that arrives late is passed over', () => {
    expect(
      modelAfter(reported(report('2026-01-01T00:00:02Z', 4)), reported(report('2026-01-01T00:00:01Z', 2)))
        .report?.earned,
    ).toBe(4);
  });

  test('a view without a report keeps the one that is there', () => {
    expect(modelAfter(reported(report('t', 4)), session({ kind: 'ready' })).report?.earned).toBe(4);
  });
});

describe('“saved” is said only of what the server says is saved', () => {
  const cases: [string, SessionAction[], ReturnType<typeof savedState>][] = [
    ['nothing has happened', [], 'none'],
    ['a report alone', [reported(report('t', 4))], 'none'],
    [
      'the report’s points are saved',
      [reported(report('t', 4)), { type: 'event', event: { name: 'saved', data: saved(4) } }],
      'saved',
    ],
    [
      'more was earned since',
      [
        reported(report('t1', 4)),
        { type: 'event', event: { name: 'saved', data: saved(4) } },
        reported(report('t2', 6)),
      ],
      'saving',
    ],
    [
      'another session was opened',
      [
        { type: 'event', event: { name: 'saved', data: saved(4) } },
        { type: 'opened', view: view({ kind: 'ready' }) },
      ],
      'none',
    ],
  ];
  test.each(cases)('%s', (_, actions, expected) => {
    expect(savedState(modelAfter(...actions))).toBe(expected);
  });
});

describe('the connection', () => {
  test('counts its attempts and forgets them when it is back', () => {
    expect(modelAfter({ type: 'disconnected' }, { type: 'disconnected' }).connection).toEqual({
      kind: 'reconnecting',
      attempt: 2,
    });
    expect(
      modelAfter({ type: 'disconnected' }, { type: 'connected' }, { type: 'disconnected' }).connection,
    ).toEqual({
      kind: 'reconnecting',
      attempt: 1,
    });
  });

  test('losing it loses nothing that is shown', () => {
    const model = modelAfter(session({ kind: 'ready' }, report('t', 4)), { type: 'disconnected' });
    expect(model.view?.state.kind).toBe('ready');
    expect(model.report?.earned).toBe(4);
  });
});

describe('checking', () => {
  test('ends with a report', () => {
    expect(modelAfter({ type: 'check-started' }, { type: 'checked', report: report('t', 2) })).toMatchObject({
      checking: false,
      report: { earned: 2 },
    });
  });

  test('ends with a problem, which stays until it is read', () => {
    const problem = { code: 'x', message: 'm', remedy: 'r' };
    const model = modelAfter({ type: 'check-started' }, { type: 'problem', problem });
    expect(model).toMatchObject({ checking: false, problem });
    expect(reduceSession(model, { type: 'problem-read' }).problem).toBeNull();
  });
});

test.each([
  [serverGone, 0],
  ['too-many-terminals', 1],
])('the problem %s is told until the server answers again, or until it is read', (code, left) => {
  const problem = { code, message: '', remedy: '' };
  const after = modelAfter({ type: 'problem', problem }, { type: 'disconnected' }, { type: 'connected' });
  expect(after.problem ? 1 : 0).toBe(left);
});
