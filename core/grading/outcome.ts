import type { KubeObject } from '../clusters/kube-api';
import { show } from './equal';
import { type Mismatch, partnerOf } from './match';
import type { Difference, Observation, Verdict } from './verdict';

/** What came of one check. */
export interface Outcome {
  verdict: Verdict;
  observed: Observation[];
  /** When the verdict may be another though nothing changed. */
  recheckInMs?: number;
  /** Only another object than the one that is there can bring another verdict: nothing to wait for. */
  lasting?: boolean;
}

export function passed(observed: Observation[]): Outcome {
  return { verdict: { kind: 'passed' }, observed };
}

export function failed(message: string, observed: Observation[], differences: Difference[] = []): Outcome {
  return { verdict: { kind: 'failed', message: sentence(message), differences }, observed };
}

/** A Pod's containers are what they are for its whole life. */
export function noContainer(
  pod: string,
  container: string,
  names: string[],
  observed: Observation[],
): Outcome {
  return {
    ...failed(`${pod} has no container ${container}; it has ${names.join(', ')}`, observed),
    lasting: true,
  };
}

export function waiting(message: string, observed: Observation[], recheckInMs?: number): Outcome {
  return { verdict: { kind: 'waiting', message: sentence(message) }, observed, recheckInMs };
}

export function unavailable(message: string, retryInMs = 2000): Outcome {
  return {
    verdict: { kind: 'unavailable', message: sentence(message), retryInMs },
    observed: [],
    recheckInMs: retryInMs,
  };
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…:]$/.test(upper) ? upper : `${upper}.`;
}

/** A mismatch in the learner's terms; without `expected` where the author does not reveal it. */
export function difference(
  object: KubeObject,
  { path, expected, actual }: Mismatch,
  reveal: boolean,
): Difference {
  const where = [`${object.kind} ${object.metadata.name}`, ...crumbs(path)].join(' › ');
  return reveal ? { where, expected, actual } : { where, actual };
}

/** `spec.containers.web.image` reads `container web › image`; `spec` and `metadata` go without saying. */
function crumbs(path: readonly string[]): string[] {
  const [root, list, name, ...rest] = path;
  if (root === 'spec' && (list === 'containers' || list === 'initContainers') && name !== undefined)
    return [`container ${name}`, ...rest];
  if ((root === 'spec' || root === 'metadata') && list !== undefined) return path.slice(1);
  return [...path];
}

export function inWords({ where, expected, actual }: Difference): string {
  const there = /^nothing($|, but )/.test(actual) ? `there is ${actual}` : `found ${actual}`;
  if (expected === undefined) return `${where} is not right: ${there}`;
  if (expected === 'nothing') return `${where}: expected to be absent, ${there}`;
  return `${where}: expected ${expected}, ${there}`;
}

const outputLimit = 4096;

export function cutOutput(text: string): string {
  return text.length > outputLimit ? `${text.slice(0, outputLimit)}…` : text;
}

export function observe(object: KubeObject, fields: Record<string, unknown> = {}): Observation {
  const { namespace = '', name, uid, resourceVersion } = object.metadata;
  return { kind: object.kind, namespace, name, uid, resourceVersion, fields };
}

/** The fields that a partial object looks at: path → what is there. */
export function comparedFields(expected: unknown, actual: unknown, path = ''): Record<string, unknown> {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.some((item) => typeof item === 'object')) {
    const field = path.slice(path.lastIndexOf('.') + 1);
    return merged(
      expected.map((one) => {
        const { name, item } = partnerOf(one, actual, field);
        return comparedFields(one, item, `${path}[${name}]`);
      }),
    );
  }
  const isMap = typeof expected === 'object' && expected !== null && !Array.isArray(expected);
  if (!isMap || Object.keys(expected).length === 0)
    return { [path || '.']: typeof actual === 'object' ? show(actual) : actual };
  const there = (typeof actual === 'object' && actual !== null ? actual : {}) as Record<string, unknown>;
  return merged(
    Object.entries(expected).map(([key, inner]) =>
      comparedFields(
        inner,
        Object.hasOwn(there, key) ? there[key] : undefined,
        path ? `${path}.${key}` : key,
      ),
    ),
  );
}

function merged(parts: Record<string, unknown>[]): Record<string, unknown> {
  return Object.assign({}, ...parts);
}
