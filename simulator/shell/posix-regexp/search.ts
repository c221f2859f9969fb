import { holds, type Step } from './program';
import { ExpressionFault } from './syntax';

/** Where a match and its groups begin and end; -1: the group took no part. */
export type Slots = readonly number[];

export interface Search {
  steps: readonly Step[];
  groups: number;
  lines: boolean;
}

interface Thread {
  step: number;
  slots: Slots;
}

/** Steps of one search: what takes more would hold up everybody else. */
const mostWork = 5_000_000;
const mostReferenceWork = 200_000;
/** Places of groups that are copied in the time of one step. */
const copiedPerStep = 32;

function tooMuch(): never {
  throw new ExpressionFault(
    'The embedded cluster does not simulate matches that take so many steps; use a kind cluster for that',
  );
}

/**
 * The leftmost match that begins at `from` or later, and the longest of those; undefined when there is none. `here`: it has to begin
 * at `from`. All ways are followed at once, so that its time grows with the length of the text and not beyond.
 */
export function longestMatch(search: Search, text: string, from: number, here: boolean): Slots | undefined {
  const { steps, lines } = search;
  const seen = new Int32Array(steps.length).fill(-1);
  let best: Slots | undefined;
  let current: Thread[] = [];
  let work = 0;
  const empty: Slots = new Array<number>(2 * search.groups + 2).fill(-1);
  const copyWork = Math.ceil(empty.length / copiedPerStep);
  /** Follows the steps that take no character. */
  const follow = (threads: Thread[], first: Thread, at: number): void => {
    const pending = [first];
    for (let thread = pending.pop(); thread; thread = pending.pop()) {
      const { step: index, slots } = thread;
      if (seen[index] === at) continue;
      seen[index] = at;
      work++;
      const step = steps[index] as Step;
      if (step.type === 'set') threads.push(thread);
      else if (step.type === 'jump') pending.push({ step: step.to, slots });
      else if (step.type === 'split') pending.push({ step: step.second, slots }, { step: step.first, slots });
      else if (step.type === 'save') {
        const saved = slots.slice();
        saved[step.slot] = at;
        pending.push({ step: index + 1, slots: saved });
        work += copyWork;
        if (work > mostWork) tooMuch();
      } else if (step.type === 'assertion') {
        if (holds(step.kind, text, at, lines)) pending.push({ step: index + 1, slots });
      } else if (step.type === 'match') best = better(best, slots, at);
    }
    if (work > mostWork) tooMuch();
  };
  for (let at = from; ; at++) {
    const next: Thread[] = [];
    const code = text.charCodeAt(at - 1);
    for (const { step, slots } of current) {
      const found = steps[step] as Extract<Step, { type: 'set' }>;
      // What began later than a match cannot be the leftmost.
      if (found.members[code] === 1 && !(best && (slots[0] as number) > (best[0] as number)))
        follow(next, { step: step + 1, slots }, at);
      else work++;
    }
    if (!best && (at === from || !here)) {
      const slots = empty.slice();
      slots[0] = at;
      follow(next, { step: 0, slots }, at);
    }
    current = next;
    if (at >= text.length || (current.length === 0 && (best || here))) return best;
  }
}

function better(best: Slots | undefined, slots: Slots, end: number): Slots {
  const [start, known] = [slots[0] as number, best?.[0] as number];
  if (best && (known < start || (known === start && (best[1] as number) >= end))) return best;
  const found = slots.slice();
  found[1] = end;
  return found;
}

/** The leftmost match of an expression with back-references: the first that is found, one way after the other. */
export function firstMatch(search: Search, text: string, from: number, here: boolean): Slots | undefined {
  let work = 0;
  const copyWork = Math.ceil((2 * search.groups + 2) / copiedPerStep);
  for (let start = from; start <= (here ? from : text.length); start++) {
    const slots = new Array<number>(2 * search.groups + 2).fill(-1);
    slots[0] = start;
    /** Ways not tried yet, and the steps from which one came to this place without a character. */
    const pending: { step: number; at: number; slots: number[]; idle: ReadonlySet<number> }[] = [
      { step: 0, at: start, slots, idle: new Set() },
    ];
    for (let way = pending.pop(); way; way = pending.pop()) {
      if (++work > mostReferenceWork) tooMuch();
      const step = search.steps[way.step] as Step;
      const goOn = (changes: Partial<typeof way>) =>
        pending.push({
          ...(way as NonNullable<typeof way>),
          step: (way as { step: number }).step + 1,
          ...changes,
        });
      switch (step.type) {
        case 'match':
          way.slots[1] = way.at;
          return way.slots;
        case 'set':
          if (step.members[text.charCodeAt(way.at)] === 1) goOn({ at: way.at + 1, idle: new Set() });
          break;
        case 'jump':
          goOn({ step: step.to });
          break;
        case 'split':
          // A round that took nothing is not repeated.
          goOn({ step: step.second });
          if (!way.idle.has(way.step)) goOn({ step: step.first, idle: new Set(way.idle).add(way.step) });
          break;
        case 'save': {
          const saved = way.slots.slice();
          work += copyWork;
          saved[step.slot] = way.at;
          goOn({ slots: saved });
          break;
        }
        case 'assertion':
          if (holds(step.kind, text, way.at, search.lines)) goOn({});
          break;
        case 'reference': {
          const [begin = -1, end = -1] = way.slots.slice(2 * step.index, 2 * step.index + 2);
          if (begin < 0 || end < 0) break;
          const taken = text.slice(begin, end);
          if (text.startsWith(taken, way.at))
            goOn({ at: way.at + taken.length, ...(taken === '' ? {} : { idle: new Set<number>() }) });
          break;
        }
      }
    }
  }
  return undefined;
}
