/** One grade of an attempt. */
export interface GradeAt {
  at: Date;
  earned: number;
  passed: boolean;
}

/** So long must a grade have held before losing it takes nothing back: longer than a container needs that crashes at its start. */
const holdMs = 5000;

/**
 * What counts of an attempt's grades (oldest first; the last one is in force): the best of those that held for five seconds,
 * and the last. `passedAt`: when it was passed for the first time that counts.
 */
export function bestHeld(grades: readonly GradeAt[]): {
  earned: number;
  passed: boolean;
  passedAt: Date | null;
} {
  const passedAt = firstPass(grades);
  return { earned: mostPoints(grades), passed: passedAt !== null, passedAt };
}

function mostPoints(grades: readonly GradeAt[]): number {
  let best = 0;
  /** Points that have been earned without a break, rising, each with since when. */
  const levels: { earned: number; since: Date }[] = [];
  for (const { at, earned } of grades) {
    let since = at;
    for (let top = levels.at(-1); top && top.earned > earned; top = levels.at(-1)) {
      if (held(top.since, at)) best = Math.max(best, top.earned);
      since = top.since;
      levels.pop();
    }
    if (levels.at(-1)?.earned !== earned) levels.push({ earned, since });
  }
  return Math.max(best, levels.at(-1)?.earned ?? 0);
}

function firstPass(grades: readonly GradeAt[]): Date | null {
  let since: Date | null = null;
  for (const { at, passed } of grades) {
    if (passed) since ??= at;
    else if (since && held(since, at)) return since;
    else since = null;
  }
  return since;
}

function held(since: Date, until: Date): boolean {
  return until.getTime() - since.getTime() >= holdMs;
}
