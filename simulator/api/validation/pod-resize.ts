import { qosClass } from '../../schema/pod-resources';
import type { Container, Pod, PodSpec } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid } from './field-error';
import { validatePodItself } from './pods';

const LISTS = ['containers', 'initContainers'] as const;
type Sized = Pick<PodSpec, 'resources'>;

/** core/validation ValidatePodResize: CPU and memory may change, not vanish, as long as the QoS class stays. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const errors = validatePodItself(pod);
  const qos = qosClass(before);
  if (qosClass(spec) !== qos)
    errors.push(invalid('spec', qos, 'Pod QOS Class may not change as a result of resizing'));
  errors.push(...nothingRemoved(spec, before, 'spec', 'pod-level resource'));
  if (!deepEqual(fixedAmounts(spec), fixedAmounts(before)))
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable at pod-level'));
  const moved = LISTS.flatMap((list) => movedContainers(spec[list] ?? [], before[list] ?? [], list));
  if (moved.length > 0) return [...errors, ...moved];
  const pairs = (list: (typeof LISTS)[number]) =>
    (before[list] ?? []).map((was, index) => ({
      was,
      is: spec[list]?.[index] ?? was,
      path: at(`spec.${list}`, index),
    }));
  for (const { is, was, path } of [...pairs('initContainers'), ...pairs('containers')])
    errors.push(...nothingRemoved(is, was, path, 'resource'));
  for (const { is, was } of pairs('containers'))
    if (!hasFixed(is, was)) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
  for (const { is, was, path } of pairs('initContainers'))
    if (!hasFixed(is, was))
      errors.push(
        forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable'),
      );
  return errors;
}

/** What was requested, or limited, may not become boundless, be it a container's or the Pod's. */
function nothingRemoved(now: Sized, before: Sized, path: string, what: string): FieldError[] {
  return (['requests', 'limits'] as const).flatMap((side) => {
    const kept = now.resources?.[side] ?? {};
    return Object.keys(before.resources?.[side] ?? {}).some((name) => !(name in kept))
      ? [forbidden(`${path}.resources.${side}`, `${what} ${side} cannot be removed`)]
      : [];
  });
}

/** core/validation validatePodResizeContainerOrdering. */
function movedContainers(
  now: readonly Container[],
  before: readonly Container[],
  list: string,
): FieldError[] {
  const path = `spec.${list}`;
  if (now.length !== before.length) return [forbidden(path, `${list} may not be added or removed on resize`)];
  return before.flatMap(({ name }, index) =>
    now[index]?.name === name
      ? []
      : [forbidden(`${at(path, index)}.name`, `${list} may not be renamed or reordered on resize`)],
  );
}

function hasFixed(now: Container, before: Container): boolean {
  return (
    deepEqual(fixedAmounts(now), fixedAmounts(before)) && deepEqual(now.resizePolicy, before.resizePolicy)
  );
}

/** The amounts that stay: all but CPU and memory. */
function fixedAmounts({ resources }: Sized): unknown {
  return (['limits', 'requests'] as const).map((side) => {
    const { cpu: _cpu, memory: _memory, ...rest } = resources?.[side] ?? {};
    return rest;
  });
}
