import { mostRepeats } from '../bounded-regexp';
import type { Expression } from './syntax';

/** How far JavaScript's own expressions serve for a POSIX one. */
export interface JavaScript {
  source: string;
  /** V8 can bound its time: it finds the same places, if not the same ends. */
  bounded: boolean;
  /** What it finds first is also the longest, and its groups are the same. */
  same: boolean;
  /** Things in it that may repeat. */
  repeats: number;
}

/**
 * The expression in JavaScript's syntax; without `groups` its groups are not remembered, which takes V8's automaton time. Of single
 * characters in a row, however often each, the first match is the longest.
 */
export function javaScriptOf(tree: Expression, groups: boolean): JavaScript {
  let bounded = true;
  let same = true;
  let repeats = 0;
  const write = (node: Expression, factor: number): string => {
    switch (node.type) {
      case 'set':
        return setSource(node.members);
      case 'assertion': {
        // V8's automaton does not look around.
        if (/^(?:word (?:start|end)|text)/.test(node.kind)) bounded = false;
        return assertions[node.kind];
      }
      case 'reference':
        bounded = false;
        same = false;
        return `(?:\\${node.index})`;
      case 'group':
        return `(${groups ? '' : '?:'}${write(node.of, factor)})`;
      case 'sequence':
        return node.items.map((item) => write(item, factor)).join('');
      case 'either':
        same = false;
        return `(?:${node.choices.map((choice) => write(choice, factor)).join('|')})`;
      case 'repeat': {
        const { least, most } = node;
        repeats++;
        const times = factor * Math.max(least, most === Infinity ? 1 : most);
        if (times > mostRepeats) bounded = false;
        if (node.of.type !== 'set') same = false;
        // Once more than once is as good as once: JavaScript knows no `a**`.
        const inner = write(node.of, times);
        const item = node.of.type === 'set' || node.of.type === 'group' ? inner : `(?:${inner})`;
        return `${item}${quantifier(least, most)}`;
      }
    }
  };
  return { source: write(tree, 1) || '(?:)', bounded, same, repeats };
}

const assertions = {
  'line start': '^',
  'line end': '$',
  'text start': '(?<![\\s\\S])',
  'text end': '(?![\\s\\S])',
  'word start': '\\b(?=\\w)',
  'word end': '\\b(?<=\\w)',
  'word boundary': '\\b',
  'within or without': '\\B',
};

function quantifier(least: number, most: number): string {
  if (most === Infinity) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  if (least === 0 && most === 1) return '?';
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

function setSource(members: Uint8Array): string {
  const runs: [number, number][] = [];
  for (let code = 0; code < 256; code++) {
    if (members[code] !== 1) continue;
    const last = runs.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else runs.push([code, code]);
  }
  if (runs.length === 0) return '[]';
  const [first] = runs as [[number, number]];
  if (first[0] === 0 && first[1] === 255) return '[\\s\\S]';
  if (runs.length === 1 && first[0] === first[1]) return characterSource(first[0]);
  return `[${runs.map(([from, to]) => (from === to ? characterSource(from) : `${characterSource(from)}-${characterSource(to)}`)).join('')}]`;
}

function characterSource(code: number): string {
  const c = String.fromCharCode(code);
  return /[A-Za-z0-9_ ]/.test(c) ? c : `\\x${code.toString(16).padStart(2, '0')}`;
}
