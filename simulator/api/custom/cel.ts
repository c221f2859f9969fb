import vm from 'node:vm';
import { Environment, EvaluationError, ParseError, TypeError as TypeProblem } from '@marcbachmann/cel-js';
import { compareQuantities, parseQuantity, type Quantity, tryParseQuantity } from '../../schema/quantity';

/** What CEL says is wrong with an expression, and where in it. */
export class CelError extends Error {
  override readonly name = 'CelError';
  constructor(
    message: string,
    readonly offset = 0,
  ) {
    super(message);
  }
}

export interface Expression {
  /** Throws CelError when the expression has no value for these. Call it `within` a time. */
  evaluate(variables: Record<string, unknown>): unknown;
}

/** That a time was up: nothing more is evaluated. */
export class CelTimeout extends Error {
  override readonly name = 'CelTimeout';
}

/** An amount inside an expression: the library tells its types apart by their class. */
class Amount {
  constructor(readonly quantity: Quantity) {}
}

const order = (left: Amount, right: Amount) => BigInt(compareQuantities(left.quantity, right.quantity));

/** The parts of Kubernetes' CEL libraries that rules of CustomResourceDefinitions are mostly made of. */
const makeEnvironment = () =>
  new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: 2000, maxDepth: 60 },
  })
    .registerType('Quantity', { ctor: Amount, fields: {} })
    .registerFunction('quantity(string): Quantity', (text: string) => new Amount(parseQuantity(text)))
    .registerFunction('isQuantity(string): bool', (text: string) => tryParseQuantity(text) !== undefined)
    .registerFunction('Quantity.compareTo(Quantity): int', order)
    .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Amount, b: Amount) => order(a, b) < 0n)
    .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Amount, b: Amount) => order(a, b) > 0n)
    .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text))
    .registerFunction('string.find(string): string', (text: string, pattern: string) =>
      String(new RegExp(pattern).exec(text)?.[0] ?? ''),
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => [
      ...(text.match(new RegExp(pattern, 'g')) ?? []),
    ])
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('list.isSorted(): bool', (list: unknown[]) =>
      list.every((each, index) => index === 0 || !isLess(each, list[index - 1])),
    )
    .registerFunction('list.sum(): dyn', (list: unknown[]) =>
      list.length === 0
        ? 0n
        : list.reduce((sum, each) =>
            typeof sum === 'bigint' ? sum + (each as bigint) : Number(sum) + Number(each),
          ),
    )
    .registerFunction('list.min(): dyn', (list: unknown[]) => extreme(list, (a, b) => isLess(a, b)))
    .registerFunction('list.max(): dyn', (list: unknown[]) => extreme(list, (a, b) => isLess(b, a)))
    .registerVariable('self', 'dyn');

// Made when the first rule is read: most clusters never have one, and both are large.
let kubernetes: Environment | undefined;
let room: vm.Context | undefined;

function isLess(left: unknown, right: unknown): boolean {
  return (left as bigint) < (right as bigint);
}

function extreme(list: unknown[], isMore: (left: unknown, right: unknown) => boolean): unknown {
  if (list.length === 0) throw new Error('min/max called on empty list');
  return list.reduce((found, each) => (isMore(each, found) ? each : found));
}

/** An expression over `self`, and `oldSelf` where that is asked for. Throws CelError when it is none, or gives another type. */
export function compile(text: string, result: 'bool' | 'string', withOld: boolean): Expression {
  kubernetes ??= makeEnvironment();
  const environment = withOld ? kubernetes.clone().registerVariable('oldSelf', 'dyn') : kubernetes;
  return translated(() => {
    const program = environment.parse(text);
    const { valid, type, error } = program.check();
    if (!valid) throw error;
    if (type !== result && type !== 'dyn') throw new CelError(`must evaluate to a ${result}`);
    return {
      evaluate: (variables) => translated(() => program(variables) as unknown),
    };
  });
}

function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ParseError || error instanceof EvaluationError || error instanceof TypeProblem)
      throw new CelError(error.summary, error.range?.start);
    throw error instanceof CelError
      ? error
      : new CelError(error instanceof Error ? error.message : String(error));
  }
}

const script = new vm.Script('run()');

/**
 * Runs what evaluates expressions for `ms` milliseconds at most: a loop within a loop over a long list, or a rule for each of many
 * items, must not hold up every cluster of the process. Throws CelTimeout.
 */
export function within<T>(ms: number, run: () => T): T {
  let result: T | undefined;
  room ??= vm.createContext(Object.create(null));
  room['run'] = () => {
    result = run();
  };
  try {
    script.runInContext(room, { timeout: ms });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new CelTimeout('operation cancelled: actual cost limit exceeded');
  } finally {
    delete room['run'];
  }
  return result as T;
}
