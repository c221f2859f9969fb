/**
 * passed: true. failed: settled, and wrong. waiting: right so far, the cluster has not settled.
 * unavailable: Podlab could not find out; costs the learner nothing and is retried.
 */
export type Verdict =
  | { kind: 'passed' }
  | { kind: 'failed'; message: string; differences: Difference[] }
  | { kind: 'waiting'; message: string }
  | { kind: 'unavailable'; message: string; retryInMs: number };

/** One thing that is not as it should be, in the learner's terms. */
export interface Difference {
  /** `Pod web › container log-shipper › volumeMounts` */
  where: string;
  /** Absent where the author does not reveal it. */
  expected?: string;
  /** What is there; `nothing` when it is absent. */
  actual: string;
}

/** What a check looked at, kept with the grade. */
export interface Observation {
  kind: string;
  namespace: string;
  name: string;
  uid?: string;
  resourceVersion?: string;
  /** The fields that were compared, path → value; outputs are cut to 4 KiB each. */
  fields: Record<string, unknown>;
}

export interface CheckResult {
  task: string;
  check: string;
  says: string;
  points: number;
  /** Costly checks (exec, http, logs) are run on "check my work" and after a live change has settled. */
  costly: boolean;
  verdict: Verdict;
  observed: Observation[];
  /** Milliseconds it took. */
  tookMs: number;
}

export interface TaskReport {
  id: string;
  title: string;
  points: number;
  /** Points earned, hints' costs taken off, never below 0. */
  earned: number;
  passed: boolean;
  checks: CheckResult[];
}

/** One evaluation of a whole lab: one consistent picture. */
export interface LabReport {
  lab: string;
  /** RFC 3339 */
  at: string;
  /** `live`: after a change; `asked`: "check my work". */
  trigger: 'live' | 'asked';
  points: number;
  earned: number;
  passed: boolean;
  tasks: TaskReport[];
  tookMs: number;
}
