import type { ClusterKind } from '../clusters/cluster-provider';
import type { ErrorBody } from '../errors';
import type { LabReport } from '../grading/verdict';
import type { Isolation } from '../shells/lab-shell';

export type SessionState =
  | { kind: 'starting'; line: string; done?: number; total?: number }
  | { kind: 'ready' }
  | { kind: 'failed'; error: ErrorBody['error'] }
  /** `reason` is a whole sentence for the learner. */
  | { kind: 'ended'; reason: string };

/** What the browser knows of a lab session. */
export interface SessionView {
  id: string;
  lab: string;
  labTitle: string;
  state: SessionState;
  /** What it runs on, also while that is not there: `cluster` is null then. */
  clusterKind: ClusterKind;
  cluster: { kind: ClusterKind; title: string; version: string; namespace: string } | null;
  isolation: Isolation;
  startedAt: string;
  report: LabReport | null;
  /** The lab's variables that its texts name, as they are in this session. */
  values: Record<string, string | number>;
  /** Hints revealed so far: task → texts, with what the next one costs (null: no more). */
  hints: Record<string, { taken: string[]; nextCost: number | null }>;
  /** `ended`: its program has ended, and its screen can still be read. */
  shells: { id: string; title: string; ended?: boolean }[];
}

/** Server-sent events of `/api/sessions/<id>/events`: name and JSON data. */
export type SessionEvent =
  | { name: 'session'; data: SessionView }
  | { name: 'report'; data: LabReport }
  /** Points are in the database now. */
  | { name: 'saved'; data: { at: string; earned: number; points: number; passed: boolean } }
  | { name: 'error'; data: ErrorBody['error'] };

/** Lab sessions of all learners. Every method checks that the session is the learner's; throws PodlabError. */
export interface LabSessions {
  /** Throws what `start` would refuse whoever asks: an unknown lab, a cluster that is not there, a server that stops. */
  demandStartable(request: { lab: string; cluster?: ClusterKind }): Promise<void>;
  /** Starts, or returns the one that is open for this lab. Resolves at once, in state `starting`. */
  start(
    learnerId: string,
    request: { lab: string; cluster?: ClusterKind; fresh?: boolean },
  ): Promise<SessionView>;
  get(learnerId: string, sessionId: string): Promise<SessionView>;
  list(learnerId: string): Promise<SessionView[]>;
  check(learnerId: string, sessionId: string): Promise<LabReport>;
  /** `index` from 0: of the hint that is meant, so that asking twice does not reveal two. Without: the next. */
  hint(learnerId: string, sessionId: string, task: string, index?: number): Promise<SessionView>;
  createShell(learnerId: string, sessionId: string): Promise<{ id: string; title: string }>;
  closeShell(learnerId: string, sessionId: string, shellId: string): Promise<void>;
  end(learnerId: string, sessionId: string): Promise<void>;
  /** Calls `run` with the present view first. Returns the function that ends it. */
  subscribe(learnerId: string, sessionId: string, run: (event: SessionEvent) => void): Promise<() => void>;
}
