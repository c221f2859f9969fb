import type { KubeObject } from '../clusters/kube-api';
import { shorthands, type Target } from './check-schema';
import { parseSelector, type Requirement, selects } from './selectors';

/** Which objects a check is about, in one form. */
export interface Aim {
  kind: string;
  apiVersion?: string;
  /** One object by name. */
  name?: string;
  /** All objects that match; with neither name nor selector: all of the kind. */
  selector?: Requirement[];
  /** `Pod web`, `Pods with app=web`, for sentences. */
  title: string;
}

/** Undefined when the target names nothing. */
export function aimOf(target: Target): Aim | undefined {
  for (const [key, kind] of Object.entries(shorthands)) {
    const value = target[key as keyof typeof shorthands];
    if (value === undefined) continue;
    return typeof value === 'string' ? byName(kind, value) : bySelector(kind, value.selector);
  }
  const { kind, apiVersion, name, selector } = target;
  if (!kind) return undefined;
  if (name) return { ...byName(kind, name), apiVersion };
  if (selector) return { ...bySelector(kind, selector), apiVersion };
  return { kind, apiVersion, title: plural(kind) };
}

function byName(kind: string, name: string): Aim {
  return { kind, name, title: `${kind} ${name}` };
}

function bySelector(kind: string, selector: string | Record<string, string>): Aim {
  const written =
    typeof selector === 'string'
      ? selector
      : Object.entries(selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
  return { kind, selector: parseSelector(written), title: `${plural(kind)} with ${written}` };
}

/** `Pods`, `Ingresses`, `NetworkPolicies`. */
export function plural(kind: string): string {
  if (/s$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

export function aims(aim: Aim, object: KubeObject): boolean {
  if (aim.name !== undefined) return object.metadata.name === aim.name;
  return !aim.selector || selects(aim.selector, object.metadata.labels ?? {});
}
