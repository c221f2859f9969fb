/** What is kept of a learner's way, as plain objects. */
export interface LabProgress {
  lab: string;
  /** Best earned points of all attempts, and the lab's points at that time. */
  earned: number;
  points: number;
  passed: boolean;
  attempts: number;
  /** RFC 3339; null when never. */
  lastAt: string | null;
}

export interface LessonProgress {
  lesson: string;
  /** 0–1, how far it was read. */
  position: number;
  completed: boolean;
  lastAt: string;
}

export interface LearnerProgress {
  lessons: LessonProgress[];
  labs: LabProgress[];
  /** Where to go on: the latest thing that is not complete, else the next one; null for a new learner. */
  resume: { kind: 'lesson' | 'lab'; id: string; sessionId?: string } | null;
}

/** Resolves only when it is on disk. Throws PodlabError `progress-not-saved` with the remedy (full disk, read-only…). */
export interface ProgressStore {
  progress(learnerId: string): Promise<LearnerProgress>;
  saveLessonPosition(learnerId: string, lesson: string, position: number, completed: boolean): Promise<void>;
}
