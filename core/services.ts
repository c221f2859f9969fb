import type { Accounts } from './accounts/accounts';
import type { Availability, ClusterKind } from './clusters/cluster-provider';
import type { ProgressStore } from './progress/progress';
import type { LabSessions } from './sessions/lab-session';

/** What `server/` has wired together, for Next's route handlers: they run in this process but in bundles of their own. */
export interface Services {
  accounts: Accounts;
  sessions: LabSessions;
  progress: ProgressStore;
  clusters: {
    /** Which one a lab gets when the learner does not choose. */
    preferred(): Promise<ClusterKind>;
    availability(): Promise<Record<ClusterKind, Availability>>;
  };
  isolation: { kind: 'bubblewrap' | 'none'; sentence: string };
}

const key = Symbol.for('podlab.services');
const shared = globalThis as { [key]?: Services };

export function provideServices(services: Services): void {
  shared[key] = services;
}

/** Throws when called outside the server process (during a static build, say): such a page must not need them. */
export function services(): Services {
  const provided = shared[key];
  if (!provided) throw new Error('Podlab’s services run only in the server: start it with `npm start`.');
  return provided;
}
