import type { Availability, ClusterKind } from '../../core/clusters/cluster-provider';
import type { ErrorBody } from '../../core/errors';
import type { LabReport } from '../../core/grading/verdict';
import type { SessionView } from '../../core/sessions/lab-session';
import type { Isolation } from '../../core/shells/lab-shell';
import { type Problem, serverGone } from './session-state';

export interface Clusters {
  preferred: ClusterKind;
  availability: Record<ClusterKind, Availability>;
  isolation: Isolation;
}

/** A refusal by the server, or `serverGone` when it does not answer. */
export class RequestProblem extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.message);
  }
}

const noAnswer: Problem = {
  code: serverGone,
  message: 'The Podlab server does not answer.',
  remedy: 'Look whether it is still running, and try again.',
};

export const listSessions = () => ask<SessionView[]>('GET', '/api/sessions');
export const getSession = (id: string) => ask<SessionView>('GET', `/api/sessions/${id}`);
export const getClusters = () => ask<Clusters>('GET', '/api/clusters');
export const startSession = (request: { lab: string; cluster?: ClusterKind; fresh?: boolean }) =>
  ask<SessionView>('POST', '/api/sessions', request);
export const endSession = (id: string) => ask<void>('DELETE', `/api/sessions/${id}`);
export const checkWork = (id: string) => ask<LabReport>('POST', `/api/sessions/${id}/check`, {});
/** `index` from 0 says which: a second click asks for the same one, not for the next. */
export const takeHint = (id: string, task: string, index: number) =>
  ask<SessionView>('POST', `/api/sessions/${id}/hints`, { task, index });

/** To a question, and to what the server has to work for (all checks, a cluster's end). */
const answerWithinMs = 15_000;
const workWithinMs = 180_000;

let handedOver: SessionView | null = null;

/** Keeps the session that a lab's page has just started, so that the workbench need not ask for it. */
export function handOver(view: SessionView): void {
  handedOver = view;
}

/** The session handed over for this lab, once. */
export function takeOver(lab: string): SessionView | null {
  const view = handedOver?.lab === lab ? handedOver : null;
  handedOver = null;
  return view;
}

/** Throws RequestProblem, never anything else. */
async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A network that swallows everything gives no answer either.
      signal: AbortSignal.timeout(method === 'GET' ? answerWithinMs : workWithinMs),
    });
  } catch {
    throw new RequestProblem(noAnswer, 0);
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const problem = (answer as Partial<ErrorBody> | undefined)?.error;
  throw new RequestProblem(
    problem ?? {
      code: 'unreadable-answer',
      message: `The server answered with status ${response.status} and no explanation.`,
      remedy: 'Reload the page; if it happens again, look at the server log.',
    },
    response.status,
  );
}

export function asProblem(error: unknown): Problem {
  if (error instanceof RequestProblem) return error.problem;
  return {
    code: 'page-error',
    message: error instanceof Error ? error.message : String(error),
    remedy: 'Reload the page.',
  };
}
