import type { LabCluster } from '../clusters/cluster-provider';
import type { Lab } from '../content/lab';
import type { LabReport } from './verdict';

/** Grades one session's lab for as long as it is open. Made by `createGrader` (./create-grader). */
export interface Grader {
  /** Latest evaluation; undefined until the first one. */
  readonly report: LabReport | undefined;
  /** "Check my work": every check, the costly ones too, on a fresh picture. Concurrent calls share one evaluation. */
  check(): Promise<LabReport>;
  /** Task → how many were revealed. */
  hintsTaken: ReadonlyMap<string, number>;
  /**
   * Reveals a hint of a task: the next one, or that of `index` from 0, which costs nothing when it was revealed before. A
   * later one than the next is not revealed; the next is. undefined: there is none.
   */
  takeHint(task: string, index?: number): { index: number; text: string; cost: number } | undefined;
  /** Called with every new evaluation. Returns the function that ends it. */
  onReport(run: (report: LabReport) => void): () => void;
  close(): void;
}

export interface GraderOptions {
  lab: Lab;
  cluster: Pick<LabCluster, 'api' | 'namespace'>;
  /** Values for `${nonce}`, `${namespace}` and a lab's own variables are drawn from it. */
  seed: string;
  /** Hints taken earlier in this session, task → count. */
  hintsTaken?: Record<string, number>;
  /** Checks passed for good in this session (history checks whose evidence a restart would lose): `task/check`. */
  passedBefore?: readonly string[];
  onError?: (error: unknown) => void;
}
