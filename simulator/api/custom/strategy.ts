import type { CustomType } from '../../schema/custom-type';
import type { KubeObject } from '../../schema/types';
import { setAt, valuesAt } from './json-path';

type Loose = KubeObject & Record<string, unknown>;

/** What a new custom resource starts with (apiextensions customresource strategy, PrepareForCreate). */
export function prepareCustomForCreate({ status }: CustomType, object: KubeObject): void {
  object.metadata.generation = 1;
  if (status) delete (object as Loose)['status'];
}

/** What a change of the main resource cannot touch: the status, when it has a subresource (PrepareForUpdate). */
export function prepareCustomForUpdate({ status }: CustomType, object: KubeObject, old: KubeObject): void {
  if (!status) return;
  const before = (old as Loose)['status'];
  if (before === undefined) delete (object as Loose)['status'];
  else (object as Loose)['status'] = structuredClone(before);
}

/** The stored object with only that changed which a subresource may change (statusStrategy, ScaleREST). */
export function prepareCustomForSubresource(
  { scale }: CustomType,
  subresource: string,
  object: KubeObject,
  old: KubeObject,
): KubeObject {
  const { resourceVersion, managedFields } = object.metadata;
  const kept: Loose = { ...(old as Loose), metadata: { ...old.metadata, resourceVersion, managedFields } };
  if (subresource === 'status') {
    const { status: _old, ...rest } = kept;
    const { status } = object as Loose;
    return { ...rest, ...(status === undefined ? {} : { status }) } as KubeObject;
  }
  if (subresource === 'scale' && scale) {
    setAt(kept, scale.specReplicasPath, valuesAt(object, scale.specReplicasPath)[0]);
  }
  return kept;
}

/** What a generation counts: all but metadata, and but status when that has a subresource. */
export function customDesired({ status: separate }: CustomType, object: KubeObject): Record<string, unknown> {
  const { metadata: _metadata, status, ...rest } = object as Loose;
  return separate ? rest : { ...rest, status };
}

/** What `kubectl scale` reads and writes of a custom resource. */
export function customScale({ scale }: CustomType, object: KubeObject) {
  const number = (path: string | undefined): number => Number(path ? (valuesAt(object, path)[0] ?? 0) : 0);
  const replicas = number(scale?.specReplicasPath);
  const [selector] = scale?.labelSelectorPath ? valuesAt(object, scale.labelSelectorPath) : [];
  return {
    spec: replicas ? { replicas } : {},
    status: {
      replicas: number(scale?.statusReplicasPath),
      ...(typeof selector === 'string' && selector ? { selector } : {}),
    },
  };
}
