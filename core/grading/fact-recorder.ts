import type { KubeObject } from '../clusters/kube-api';
import { TookTooLong } from './bounded';
import { type CelExpression, celValue, compileCel } from './cel';
import type { Fact } from './check-schema';
import { containersOf } from './containers';
import { type Aim, aims } from './target';

/** When a fact was seen to become true of an object. */
export interface Sighting {
  /** Counts the changes that the grader saw, over all kinds. */
  sequence: number;
  resourceVersion: string;
  /** The cluster's own time of it, where the object tells; milliseconds since the epoch. */
  time?: number;
}

interface Watched {
  aim: Aim;
  fact: Fact;
  holds(object: KubeObject): { time?: number } | undefined;
  /** uid → sightings, oldest first. */
  seen: Map<string, Sighting[]>;
  /** Uids of which it is true now. */
  holding: Set<string>;
}

/** Objects are few; this bounds a learner's loop that makes and deletes. */
const uidLimit = 500;
/** What a rule says may become true, cease to be, and become true again: so often is it written down. */
const sightingLimit = 20;

/** Remembers, of the facts that history checks ask for, when each became true of which object. */
export class FactRecorder {
  readonly #watched = new Map<string, Watched>();
  /** Objects whose replacement a check asks for. */
  readonly #followed: Aim[] = [];
  /** `Kind/name` → uids in the order of their appearance. */
  readonly #uids = new Map<string, string[]>();
  readonly #thereAtFirst = new Set<string>();
  #sequence = 0;

  /** To be called for every fact before the first change. */
  expect(aim: Aim, facts: readonly Fact[]): void {
    for (const fact of facts) {
      const key = keyOf(aim, fact);
      if (!this.#watched.has(key))
        this.#watched.set(key, { aim, fact, holds: test(fact), seen: new Map(), holding: new Set() });
    }
  }

  /** To be called before the first change, for objects of which `uidsOf` will be asked. */
  follow(aim: Aim): void {
    this.#followed.push(aim);
  }

  /** `atFirst`: it was there when the grader began to look. */
  see(object: KubeObject, atFirst = false): void {
    this.#sequence++;
    const { uid, resourceVersion } = object.metadata;
    if (atFirst) this.#thereAtFirst.add(uid);
    if (this.#followed.some((aim) => aim.kind === object.kind && aims(aim, object))) this.#noteUid(object);
    for (const { aim, fact, holds, seen, holding } of this.#watched.values()) {
      if (aim.kind !== object.kind || !aims(aim, object)) continue;
      const before = seen.get(uid) ?? [];
      // A container has started, or failed, once and for all.
      if ('container' in fact && before.length > 0) continue;
      const found = holds(object);
      if (!found) holding.delete(uid);
      else if (!holding.has(uid)) {
        holding.add(uid);
        const sighting = { sequence: this.#sequence, resourceVersion, time: found.time };
        if (before.length < sightingLimit) seen.set(uid, [...before, sighting]);
        forgetOldest(seen);
        forgetOldest(holding);
      }
    }
  }

  wasThere({ metadata: { uid } }: KubeObject): boolean {
    return this.#thereAtFirst.has(uid);
  }

  #noteUid({ kind, metadata: { uid, name } }: KubeObject): void {
    const key = `${kind}/${name}`;
    const uids = this.#uids.get(key) ?? [];
    if (uids.includes(uid)) return;
    this.#uids.set(key, [...uids, uid].slice(-uidLimit));
    forgetOldest(this.#uids);
  }

  /** uid → when it became true of that object, oldest first. */
  sightings(aim: Aim, fact: Fact): ReadonlyMap<string, readonly Sighting[]> {
    return this.#watched.get(keyOf(aim, fact))?.seen ?? new Map();
  }

  /** Uids that objects of this kind and name have had, oldest first; of what is followed. */
  uidsOf(kind: string, name: string): readonly string[] {
    return this.#uids.get(`${kind}/${name}`) ?? [];
  }
}

/** Maps and sets keep the order in which their keys came. */
function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  const [oldest] = kept.keys();
  if (kept.size > uidLimit && oldest !== undefined) kept.delete(oldest);
}

function keyOf(aim: Aim, fact: Fact): string {
  return `${aim.apiVersion ?? ''} ${aim.title} ${JSON.stringify(fact)}`;
}

export function factInWords(fact: Fact): string {
  if ('cel' in fact) return fact.says;
  const words = {
    started: 'has started',
    ready: 'is ready',
    finished: 'has finished',
    failed: 'has failed',
    restarted: 'has been restarted',
  };
  return `container ${fact.container} ${words[fact.is]}`;
}

function test(fact: Fact): Watched['holds'] {
  if ('cel' in fact) {
    const rule = compileCel(fact.cel, 'bool');
    return (object) => (holdsNow(rule, { object: celValue(object), objects: [], vars: {} }) ? {} : undefined);
  }
  return (object) => {
    const status = containersOf(object).find(({ name }) => name === fact.container)?.status;
    if (!status) return undefined;
    const ends = [status.lastState?.terminated, status.state?.terminated].filter((one) => one !== undefined);
    switch (fact.is) {
      case 'started': {
        const at = ends[0]?.startedAt ?? status.state?.running?.startedAt;
        return at || status.state?.running ? { time: instant(at) } : undefined;
      }
      case 'ready':
        return status.ready ? {} : undefined;
      case 'finished':
      case 'failed': {
        const end = ends.find(({ exitCode }) => (exitCode === 0) === (fact.is === 'finished'));
        return end && { time: instant(end.finishedAt) };
      }
      case 'restarted':
        return (status.restartCount ?? 0) > 0 ? {} : undefined;
    }
  };
}

/** What is not seen now is not seen again: on a machine that was busy elsewhere, a rule that took too long has more tries. */
const tries = 3;

function holdsNow(rule: CelExpression, context: Record<string, unknown>): boolean {
  for (let attempt = 1; attempt <= tries; attempt++)
    try {
      return rule.evaluate(context) === true;
    } catch (error) {
      // A field that is not there yet: the fact does not hold yet.
      if (!(error instanceof TookTooLong)) return false;
    }
  return false;
}

function instant(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
