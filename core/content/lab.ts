/** A lab as loaded from `labs/<id>/lab.yaml` and checked. Written by the loader (./load-lab); see grading.md's format. */
export interface Lab {
  id: string;
  title: string;
  /** Two or three sentences of situation, Markdown. */
  intro: string;
  /** Expected time in minutes. */
  minutes: number;
  objectives: string[];
  /** Exam domain, such as `application-design-and-build`. */
  domain: string;
  /** Absolute folder of the lab. */
  folder: string;
  /** Starter files: path within the working folder → text. */
  files: Record<string, string>;
  /** Kubernetes objects applied before the learner starts. */
  setup: unknown[];
  /** Images that the lab's Pods use. */
  images: string[];
  tasks: LabTask[];
  solutions: string[];
  /** Mistake → ids of the checks that must fail. */
  mistakes: Record<string, string[]>;
}

export interface LabTask {
  id: string;
  title: string;
  /** What to do, Markdown. */
  text: string;
  points: number;
  hints: { text: string /** Points taken off. */; cost: number }[];
  checks: CheckSpec[];
}

/** The checked form of one check; its variants are the grader's (core/grading). */
export interface CheckSpec {
  id: string;
  says: string;
  points: number;
  /** The rest of the check as written and validated. */
  [field: string]: unknown;
}
