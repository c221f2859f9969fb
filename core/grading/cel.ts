import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { KubeObject } from '../clusters/kube-api';
import { bounded } from './bounded';
import { containersOf } from './containers';
import { parseQuantity } from './quantity';

/** What is wrong with an expression, with the offset of the place in it. */
export class CelError extends Error {
  override readonly name = 'CelError';
  constructor(
    message: string,
    readonly offset = 0,
  ) {
    super(message);
  }
}

export interface CelExpression {
  /** The value; throws CelError when it has none, TookTooLong after 100 ms. Values as from `celValue`. */
  evaluate(context: Record<string, unknown>): unknown;
  /** Whether it looks at what the cluster does, and not only at what was asked of it. */
  readonly readsStatus: boolean;
}

const evaluationLimitMs = 100;

/** Kubernetes' CEL library for quantities: an exact number of billionths. */
class Quantity {
  constructor(readonly nano: bigint) {}
}

function quantity(value: unknown): Quantity {
  const nano = parseQuantity(typeof value === 'bigint' ? String(value) : value);
  if (nano === undefined) throw new Error(`"${String(value)}" is not a quantity`);
  return new Quantity(nano);
}

const order = (a: bigint, b: bigint) => (a < b ? -1n : a > b ? 1n : 0n);

const kubernetes = new Environment({
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 2000, maxDepth: 60 },
})
  .registerType('Quantity', { ctor: Quantity, fields: {} })
  .registerFunction('quantity(dyn): Quantity', quantity)
  .registerFunction(
    'isQuantity(dyn): bool',
    (value: unknown) => parseQuantity(typeof value === 'bigint' ? String(value) : value) !== undefined,
  )
  .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Quantity, b: Quantity) => a.nano < b.nano)
  .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Quantity, b: Quantity) => a.nano > b.nano)
  .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) => order(a.nano, b.nano))
  .registerFunction(
    'Quantity.add(Quantity): Quantity',
    (a: Quantity, b: Quantity) => new Quantity(a.nano + b.nano),
  )
  .registerFunction(
    'Quantity.sub(Quantity): Quantity',
    (a: Quantity, b: Quantity) => new Quantity(a.nano - b.nano),
  )
  .registerFunction('Quantity.sign(): int', (a: Quantity) => order(a.nano, 0n))
  .registerFunction('Quantity.isInteger(): bool', (a: Quantity) => a.nano % 1_000_000_000n === 0n)
  .registerFunction('Quantity.asInteger(): int', (a: Quantity) => a.nano / 1_000_000_000n)
  .registerFunction('Quantity.asApproximateFloat(): double', (a: Quantity) => Number(a.nano) / 1e9)
  .registerFunction('containers(dyn): list<dyn>', (object: unknown) =>
    celValue(containersOf(object as KubeObject)),
  )
  .registerFunction('container(dyn, string): dyn', (object: unknown, name: string) => {
    const found = containersOf(object as KubeObject).find((one) => one.name === name);
    if (!found) throw new Error(`there is no container "${name}"`);
    return celValue(found);
  })
  .registerVariable('vars', 'map')
  .registerVariable('object', 'dyn')
  .registerVariable('objects', 'list<dyn>');

/**
 * Compiles an expression over `object`, `objects`, `vars` (the session's values, `namespace` among them) and `names`;
 * throws CelError when it does not parse, names something unknown or gives another type than `result`.
 */
export function compileCel(
  expression: string,
  result: 'bool' | 'string',
  names: readonly string[] = [],
): CelExpression {
  const environment = kubernetes.clone();
  for (const name of names) environment.registerVariable(name, 'dyn');
  try {
    const program = environment.parse(expression);
    const { valid, type, error } = program.check();
    if (!valid) throw error;
    if (type !== result && type !== 'dyn') throw new CelError(`gives ${type}, where ${result} is needed`);
    return {
      readsStatus: /\bstatus\b/.test(expression),
      evaluate(context) {
        try {
          return bounded(() => program(context) as unknown, evaluationLimitMs);
        } catch (error) {
          throw asCelError(error);
        }
      },
    };
  } catch (error) {
    throw asCelError(error);
  }
}

function asCelError(error: unknown): unknown {
  if (error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError)
    return new CelError(error.summary, error.range?.start);
  return error;
}

const converted = new WeakMap<object, unknown>();

/** JSON as CEL sees it: whole numbers are ints. Objects of the cluster never change, so each is converted once. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const known = converted.get(value);
  if (known) return known;
  const result = Array.isArray(value)
    ? value.map(celValue)
    : Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .map(([key, inner]) => [key, celValue(inner)]),
      );
  converted.set(value, result);
  return result;
}
