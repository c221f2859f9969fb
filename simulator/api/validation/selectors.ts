import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, required } from './field-error';
import { validateLabels } from './metadata';
import { labelValue, qualifiedName } from './names';

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** meta/v1 ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  return [
    ...validateLabels(selector?.matchLabels, `${path}.matchLabels`),
    ...(selector?.matchExpressions ?? []).flatMap(({ key, operator, values = [] }, index) => {
      const here = at(`${path}.matchExpressions`, index);
      return [
        ...validateOperator(operator, values, here),
        ...invalids(`${here}.key`, key ?? '', qualifiedName(key ?? '')),
        ...values.flatMap((value, position) =>
          invalids(at(`${here}.values`, position), value, labelValue(value)),
        ),
      ];
    }),
  ];
}

export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions?.length ?? 0) === 0
  );
}

/** Operator and number of values of a label selector's expression. */
export function validateOperator(operator: string, values: readonly string[], path: string): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0
        ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
        : [];
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : [];
    default:
      return [invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')];
  }
}
