import { createHash } from 'node:crypto';
import { type Document, visit } from 'yaml';

export type VariableValue = string | number;

/** How a lab's variables are drawn: one of a list, or a whole number between two (both included). */
export type Variables = Record<string, { pick: VariableValue[] } | { between: [number, number] }>;

/** A number in [0, 1) that depends on the seed and the name alone. */
function fraction(seed: string, name: string): number {
  return createHash('sha256').update(`${seed}\n${name}`).digest().readUInt32BE(0) / 2 ** 32;
}

export function drawVariables(variables: Variables, seed: string): Record<string, VariableValue> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, how]) => {
      const at = fraction(seed, name);
      if ('pick' in how) return [name, how.pick[Math.floor(at * how.pick.length)] ?? ''];
      const [low, high] = how.between;
      return [name, low + Math.floor(at * (high - low + 1))];
    }),
  );
}

/** A word that a learner cannot know beforehand: 10 lower-case letters and digits. */
export function nonceOf(seed: string, purpose: string): string {
  const digest = createHash('sha256').update(`${seed}\nnonce\n${purpose}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, 10);
}

/** `${name}`; with `|text`, which `keepQuotes` writes, the value becomes a text even where nothing stands beside it. */
const placeholder = /\$\{([A-Za-z][A-Za-z0-9]*)(?:\|text)?\}/g;
const whole = /^\$\{([A-Za-z][A-Za-z0-9]*)\}$/;

/** In YAML, `port: ${port}` is a number and `port: "${port}"` a text: remembers the quotes, which the plain value has lost. */
export function keepQuotes(document: Document): void {
  visit(document, {
    Scalar(_key, node) {
      const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      if (quoted && typeof node.value === 'string' && whole.test(node.value))
        node.value = node.value.replace('}', '|text}');
    },
  });
}

/** Names in `${…}` in all texts of a value. */
export function placeholders(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(placeholder)].map(([, name = '']) => name);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...placeholders(key), ...placeholders(inner)]);
}

/**
 * Fills in `${name}` for the names given, in all texts of a value, keys included; others stay (a shell's own). A text
 * that is nothing but one placeholder becomes the variable itself, so that numbers stay numbers.
 */
export function substitute<T>(value: T, values: Record<string, VariableValue>): T {
  return replaced(value, values) as T;
}

function replaced(value: unknown, values: Record<string, VariableValue>): unknown {
  if (typeof value === 'string') {
    const name = whole.exec(value)?.[1];
    if (name !== undefined && Object.hasOwn(values, name)) return values[name];
    return fill(value, values);
  }
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [fill(key, values), replaced(inner, values)]),
  );
}

function fill(text: string, values: Record<string, VariableValue>): string {
  return text.replace(placeholder, (all, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : all,
  );
}
