import type { Entry } from './create-grader';

/** Changes come in bursts: so long are they gathered. */
const gatherMs = 20;
/** So long must all be quiet before the costly checks act. */
const quietMs = 700;
/** A costly check that did not pass is tried again after 5 s, 10 s, 20 s… while nothing changes, at most once a minute. */
const firstRetryMs = 5000;
const lastRetryMs = 60_000;
/** However often things change: so long between two tries. */
const leastMs = 2000;

const never = { at: Number.NEGATIVE_INFINITY, actedAt: Number.NEGATIVE_INFINITY };

interface Plan {
  /** Something it reads has changed since it last acted. */
  stale: boolean;
  running: boolean;
  retries: number;
  /** Not before; by a clock that nobody sets (performance.now). */
  at: number;
  actedAt: number;
}

/** Decides which checks are looked at when: cheap ones right after a change, costly ones once things are quiet. */
export class LiveSchedule {
  readonly #changed = new Set<Entry>();
  readonly #plans = new Map<Entry, Plan>();
  #gather: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #recheck: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly entries: readonly Entry[],
    private readonly run: {
      look(some: readonly Entry[]): Promise<void>;
      act(entry: Entry): Promise<void>;
      /** Whether its turn has come: the cheap checks of its task pass. */
      mayAct(entry: Entry): boolean;
    },
  ) {
    for (const entry of entries)
      if (entry.costly) this.#plans.set(entry, { stale: true, running: false, retries: 0, ...never });
  }

  changed(some: readonly Entry[]): void {
    if (this.#closed) return;
    for (const entry of some) {
      this.#changed.add(entry);
      const plan = this.#plans.get(entry);
      if (plan) Object.assign(plan, { stale: true, retries: 0, at: plan.actedAt + leastMs });
    }
    if (this.#changed.size > 0) this.#gather ??= setTimeout(() => void this.#look(), gatherMs);
  }

  /** After every evaluation: plans what comes by itself, when a verdict may change with time alone. */
  evaluated(): void {
    if (this.#closed) return;
    const due = this.entries.flatMap(({ costly, outcome }) =>
      costly ? [] : [outcome.recheckInMs ?? []].flat(),
    );
    clearTimeout(this.#recheck);
    if (due.length > 0)
      this.#recheck = setTimeout(() => this.changed(this.#waitingForTime()), Math.max(100, Math.min(...due)));
    this.#planActions();
  }

  /** All costly checks are about to act on request: what changes from now on makes them stale again. */
  allAct(): void {
    for (const plan of this.#plans.values()) plan.stale = false;
  }

  /** They have. */
  allActed(): void {
    for (const plan of this.#plans.values())
      Object.assign(plan, {
        actedAt: performance.now(),
        at: performance.now() + (plan.stale ? leastMs : firstRetryMs),
      });
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#gather, this.#quiet, this.#recheck]) clearTimeout(timer);
  }

  #waitingForTime(): Entry[] {
    return this.entries.filter(({ costly, outcome }) => !costly && outcome.recheckInMs !== undefined);
  }

  async #look(): Promise<void> {
    const some = [...this.#changed];
    this.#changed.clear();
    this.#gather = undefined;
    await this.run.look(some);
  }

  #planActions(): void {
    clearTimeout(this.#quiet);
    if (this.#closed) return;
    const times = [...this.#plans]
      .filter(([entry, plan]) => this.#wants(entry, plan))
      .map(([, plan]) => plan.at);
    if (times.length === 0) return;
    this.#quiet = setTimeout(() => this.#act(), Math.max(quietMs, Math.min(...times) - performance.now()));
  }

  #wants(entry: Entry, { stale, running }: Plan): boolean {
    return !running && (stale || entry.outcome.verdict.kind !== 'passed') && this.run.mayAct(entry);
  }

  #act(): void {
    const now = performance.now();
    for (const [entry, plan] of this.#plans) {
      if (!this.#wants(entry, plan) || plan.at > now) continue;
      Object.assign(plan, { stale: false, running: true });
      void this.run.act(entry).finally(() => {
        const { verdict, recheckInMs } = entry.outcome;
        // What waits for the cluster says itself when it is worth another look.
        const soon = verdict.kind === 'waiting' ? recheckInMs : undefined;
        const delay = Math.max(leastMs, soon ?? Math.min(lastRetryMs, firstRetryMs * 2 ** plan.retries++));
        Object.assign(plan, { running: false, actedAt: performance.now(), at: performance.now() + delay });
        this.#planActions();
      });
    }
    // A timer may come a moment early.
    this.#planActions();
  }
}
