import type { ReactNode } from 'react';

/** A lab as its page shows it: texts already rendered, answers left out. */
export interface LabSheet {
  id: string;
  title: string;
  minutes: number;
  points: number;
  objectives: string[];
  intro: ReactNode;
  tasks: TaskSheet[];
}

export interface TaskSheet {
  id: string;
  title: string;
  points: number;
  text: ReactNode;
  checks: { id: string; says: string; points: number }[];
  /** What each hint costs, in order. */
  hintCosts: number[];
}

/** A page to go on to. */
export interface Onward {
  href: string;
  title: string;
}
