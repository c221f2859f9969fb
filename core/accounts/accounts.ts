export interface Learner {
  id: string;
  /** What they call themselves; null for a guest who has not said. */
  name: string | null;
}

/** Who is asking. A guest is made on the first thing worth saving, known by an HttpOnly cookie `podlab_learner`. */
export interface Accounts {
  /** From the Cookie header; null when there is none or it is stale. */
  learner(cookieHeader: string | null): Promise<Learner | null>;
  /** As `learner`, but makes a guest when there is none; `setCookie`, where it is not null, is a header to send. */
  learnerOrGuest(cookieHeader: string | null): Promise<{ learner: Learner; setCookie: string | null }>;
}
