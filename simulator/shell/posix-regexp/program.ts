import { type Assertion, type Expression, ExpressionFault } from './syntax';

/** A step of the automaton: what it looks at, and where it goes on. */
export type Step =
  | { type: 'set'; members: Uint8Array }
  | { type: 'split'; first: number; second: number }
  | { type: 'jump'; to: number }
  | { type: 'save'; slot: number }
  | { type: 'assertion'; kind: Assertion }
  | { type: 'reference'; index: number }
  | { type: 'match' };

/** Repetitions are written out; what becomes longer than this is refused, as regcomp does beyond its own bound. */
const mostSteps = 20_000;

/** The steps of an expression; slots 0 and 1 hold where the match begins and ends, 2n and 2n+1 those of group n. */
export function programOf(tree: Expression): Step[] {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length >= mostSteps) throw new ExpressionFault('Regular expression too big');
    return steps.push(step) - 1;
  };
  /** Something that may be left out; what is tried first is to take it. */
  const optional = (body: () => void): void => {
    const split: Extract<Step, { type: 'split' }> = { type: 'split', first: 0, second: 0 };
    split.first = add(split) + 1;
    body();
    split.second = steps.length;
  };
  const emit = (node: Expression): void => {
    switch (node.type) {
      case 'set':
      case 'assertion':
      case 'reference':
        add(node);
        return;
      case 'group':
        add({ type: 'save', slot: 2 * node.index });
        emit(node.of);
        add({ type: 'save', slot: 2 * node.index + 1 });
        return;
      case 'sequence':
        for (const item of node.items) emit(item);
        return;
      case 'either': {
        const jumps: Extract<Step, { type: 'jump' }>[] = [];
        for (const [at, choice] of node.choices.entries()) {
          if (at === node.choices.length - 1) {
            emit(choice);
            continue;
          }
          optional(() => {
            emit(choice);
            const jump: Extract<Step, { type: 'jump' }> = { type: 'jump', to: 0 };
            add(jump);
            jumps.push(jump);
          });
        }
        for (const jump of jumps) jump.to = steps.length;
        return;
      }
      case 'repeat': {
        for (let count = 0; count < node.least; count++) emit(node.of);
        if (node.most === Infinity) {
          const start = steps.length;
          optional(() => {
            emit(node.of);
            add({ type: 'jump', to: start });
          });
          return;
        }
        const ends: Extract<Step, { type: 'split' }>[] = [];
        for (let count = node.least; count < node.most; count++) {
          const split: Extract<Step, { type: 'split' }> = { type: 'split', first: 0, second: 0 };
          split.first = add(split) + 1;
          ends.push(split);
          emit(node.of);
        }
        for (const split of ends) split.second = steps.length;
      }
    }
  };
  emit(tree);
  add({ type: 'match' });
  return steps;
}

const isWord = (text: string, at: number): boolean => at >= 0 && /\w/.test(text[at] ?? '');

/** Whether an assertion holds before the character at that place. `lines`: newlines end lines. */
export function holds(kind: Assertion, text: string, at: number, lines: boolean): boolean {
  switch (kind) {
    case 'text start':
      return at === 0;
    case 'text end':
      return at === text.length;
    case 'line start':
      return at === 0 || (lines && text[at - 1] === '\n');
    case 'line end':
      return at === text.length || (lines && text[at] === '\n');
    case 'word start':
      return !isWord(text, at - 1) && isWord(text, at);
    case 'word end':
      return isWord(text, at - 1) && !isWord(text, at);
    case 'word boundary':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'within or without':
      return isWord(text, at - 1) === isWord(text, at);
  }
}
