import type { LearnerProgress } from '../../core/progress/progress';

/** What /api/me says, as far as reading pages need it. */
export interface Me {
  learner: { id: string; name: string | null } | null;
  progress: LearnerProgress | null;
  /** Open lab sessions. */
  sessions: { id: string; lab: string; labTitle: string; state: string }[];
}

let asked: Promise<Me | null> | undefined;

/** Asked once, and again when the learner comes back from elsewhere; null when the server cannot say. */
export function me(): Promise<Me | null> {
  asked ??= fetch('/api/me', { headers: { accept: 'application/json' } })
    .then((response) => (response.ok ? (response.json() as Promise<Me>) : null))
    .catch(() => null);
  return asked;
}

export function forgetMe(): void {
  asked = undefined;
}

// What was done in another tab meanwhile counts too, or on the page that the learner comes back from.
document.addEventListener('visibilitychange', forgetMe);
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) forgetMe();
});
