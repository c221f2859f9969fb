import type { LearnerProgress } from '../../core/progress/progress';

/** What /api/me says, as far as reading pages need it. */
export interface Me {
  learner: { id: string; name: string | null } | null;
  progress: LearnerProgress | null;
  /** Open lab sessions. */
  sessions: { id: string; lab: string; labTitle: string; state: string }[];
}

let asked: Promise<Me | null> | undefined;

/** Asked once per page; null when the server cannot say. */
export function me(): Promise<Me | null> {
  asked ??= fetch('/api/me', { headers: { accept: 'application/json' } })
    .then((response) => (response.ok ? (response.json() as Promise<Me>) : null))
    .catch(() => null);
  return asked;
}

/** For tests. */
export function forgetMe(): void {
  asked = undefined;
}
