import type { Check } from '../grading/check-schema';
import type { Variables } from './variables';

/** A lab as loaded from `labs/<id>/lab.yaml` and checked. Made by `loadLab`; `${…}` in it is filled in by `instantiateLab`. */
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
  /** What varies with the session's seed. */
  variables: Variables;
  tasks: LabTask[];
  /** Names of `solutions/<name>.sh`. */
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

/** One check, its points filled in; its variants are the grader's (core/grading/check-schema). */
export type CheckSpec = Check & { points: number };
