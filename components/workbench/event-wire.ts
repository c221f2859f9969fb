/**
 * What the two ends of `/api/sessions/<id>/events` agree on. A SessionEvent named `error` goes by another name:
 * EventSource has an `error` of its own.
 */
export const wireNames = { session: 'session', report: 'report', saved: 'saved', error: 'problem' } as const;

/** An event that says no more than that the connection lives, sent so often. */
export const aliveEvent = 'alive';
export const aliveEveryMs = 15_000;
